"""What one runtime does wherever the standard leaves a choice."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any, Protocol

from ..errors import UserError
from ..trace import Trace
from ._finish import Finish
from ._first_stage import FirstStage
from ._float_product import FLOAT32
from ._second_stage import SecondStage


class Mistake(Protocol):
    """What a runtime must know of a fault: see :class:`resnet8doc.faults.Fault`."""

    @property
    def part(self) -> str:
        """The part of an operator in which it is made."""
        ...

    def describe(self) -> str:
        """Return it as ``name=value``."""
        ...

    def made_in(self, runtime: "Runtime") -> "Runtime":
        """Return the runtime with the mistake."""
        ...

    def __hash__(self) -> int:
        """Of its values: what a runtime does with it is remembered."""
        ...


@dataclass(frozen=True)
class Functions:
    """A runtime's own formula of one operator.

    Attributes
    ----------
    function
        Computes it, from the operator's inputs and attributes by name, and ``runtime``.
    element
        Writes down how one output element comes about: first its index, then the same by name.
    parts
        The parts in which a fault can be made.
    applies
        From the runtime, stored inputs by name and attributes: whether such an operator is computed at all; None if any
        is.
    """

    function: Callable[..., Any]
    element: Callable[..., Trace]
    parts: frozenset[str] = frozenset()
    applies: "Callable[[Runtime, Mapping[str, Any], Mapping[str, Any]], bool] | None" = None


@dataclass(frozen=True, eq=False)
class Runtime:
    """What one runtime does wherever the standard leaves a choice. Two are equal by name and faults.

    Attributes
    ----------
    name
        ``onnxruntime_x86``.
    title
        As its users know it.
    first_stage
        How sums are held.
    second_stage
        From accumulator to code.
    finish
        How real numbers become codes.
    functions
        Whole functions, by operator type, where it has its own formula.
    faults
        Deliberate mistakes made in it, in the order in which they were made.
    base
        Itself without faults.
    int8_only
        Operators, by type, that it does not have for uint8, or whose uint8 was not compared with it.

    Examples
    --------
    >>> ONNXRUNTIME_X86.describe()
    'ONNX Runtime, x86-64'
    """

    name: str
    title: str
    first_stage: FirstStage = field(default_factory=FirstStage)
    second_stage: SecondStage = FLOAT32
    finish: Finish = field(default_factory=Finish)
    functions: Mapping[str, Functions] = field(default_factory=dict)
    faults: tuple[Mistake, ...] = ()
    base: "Runtime | None" = None
    int8_only: frozenset[str] = frozenset()

    def __eq__(self, other: object) -> bool:
        """Compare name and faults."""
        return isinstance(other, Runtime) and (self.name, self.faults) == (other.name, other.faults)

    def __hash__(self) -> int:
        """Hash name and faults."""
        return hash((self.name, self.faults))

    @property
    def plain(self) -> bool:
        """Whether the fast float32 epilogue computes its second stage."""
        return self.second_stage == FLOAT32 and self.finish == Finish()

    def with_fault(self, *faults: Mistake) -> "Runtime":
        """Return this runtime with mistakes made in it.

        Raises
        ------
        UserError
            If a mistake cannot be made in it, or not together with another, or is none: the runtime computes so.

        Examples
        --------
        >>> from resnet8doc.faults import Rounded
        >>> ONNXRUNTIME_X86.with_fault(Rounded("half_up")).describe()
        'ONNX Runtime, x86-64; rounding=half_up'
        """
        made = self
        for fault in faults:
            if self.computes_so(fault):
                raise UserError(
                    f"{fault.describe()} is no mistake in {self.title}, which computes so",
                    "a mistake that changes something", "Leave it out, or make it in another runtime.",
                )  # fmt: skip
            made = replace(fault.made_in(made), faults=(*made.faults, fault), base=self.base or self)
        return made

    def computes_so(self, fault: Mistake, op_type: str = "") -> bool:
        """Tell whether a mistake would change nothing, because without any this runtime computes so.

        Parameters
        ----------
        fault
            The mistake.
        op_type
            The operator in which it is made; without one, in all of them.

        Examples
        --------
        >>> from resnet8doc.faults import PairsSaturate
        >>> from resnet8doc.runtimes import RUNTIMES
        >>> RUNTIMES["onnxruntime_x86_avx2"].computes_so(PairsSaturate())
        True
        >>> ONNXRUNTIME_X86.computes_so(PairsSaturate())
        False
        """
        return _computes_so(self.base or self, fault, op_type)

    def describe(self) -> str:
        """Return title and faults."""
        return "; ".join([self.title, *(fault.describe() for fault in self.faults)])

    def describe_faults(self) -> str:
        """Return the faults alone, as ``name=value``; ``none`` without any."""
        return ", ".join(fault.describe() for fault in self.faults) or "none"

    def refuse_uint8(self, op_type: str, given: Iterable[Any]) -> None:
        """Refuse an operator whose codes are uint8, where the runtime has none of them.

        Parameters
        ----------
        op_type
            The operator.
        given
            Its inputs, None where one is left out.

        Raises
        ------
        UserError
            Naming runtime and operator.
        """
        if op_type in self.int8_only and any(getattr(value, "dtype", None) == "uint8" for value in given):
            raise UserError(
                f"{self.title} has no {op_type} of uint8", "int8, or kernels that have it",
                "Convert it to int8, or run it as tflite_reference, tflite_builtin or xnnpack, if these have it.",
            )  # fmt: skip

    def own(self, op_type: str) -> Functions | None:
        """Return its own formula of an operator, or None where it computes as every other does."""
        return self.functions.get(op_type)

    def parts_of(self, op_type: str, parts: frozenset[str]) -> frozenset[str]:
        """Return the parts of an operator in which a fault can be made: its own formula's, else those given."""
        own = self.own(op_type)
        return parts if own is None else own.parts

    def limited_to(self, op_type: str, parts: frozenset[str]) -> "Runtime":
        """Return it with those faults alone that can be made in an operator of these parts."""
        return _limited(self, op_type, parts) if self.faults else self

    def refuse_others(self, op_type: str, parts: frozenset[str]) -> None:
        """Refuse faults that cannot be made in an operator.

        Raises
        ------
        UserError
            Naming the fault and what can be made instead.
        """
        parts = self.parts_of(op_type, parts) if self.faults else parts
        for fault in self.faults:
            if fault.part not in parts:
                raise UserError(
                    f"{fault.describe()} cannot be made in {op_type}",
                    f"a fault of its {', '.join(sorted(parts))}" if parts else "no fault at all",
                    "Make it in another operator, or run without it.",
                )
            if self.computes_so(fault, op_type):
                raise UserError(
                    f"{fault.describe()} is no mistake in {op_type} of {(self.base or self).title}, which computes so",
                    "a mistake that changes something", "Make it in another operator or runtime, or run without it.",
                )  # fmt: skip


@lru_cache(maxsize=1024)
def _computes_so(base: Runtime, fault: Mistake, op_type: str) -> bool:
    if base.faults:  # a part of another, whose own way is not known here
        return False
    try:
        made = fault.made_in(base)
    except UserError:
        return False
    if any(getattr(made, stage) != getattr(base, stage) for stage in ("first_stage", "second_stage", "finish")):
        return False
    return made.own(op_type) == base.own(op_type) if op_type else made.functions == base.functions


@lru_cache(maxsize=256)
def _limited(runtime: Runtime, op_type: str, parts: frozenset[str]) -> Runtime:
    made = runtime.base or runtime
    for fault in sorted(runtime.faults, key=lambda fault: fault.part != "formula"):  # another formula has other parts
        if fault.part in made.parts_of(op_type, parts) and not runtime.computes_so(fault, op_type):
            made = made.with_fault(fault)
    return made if len(made.faults) < len(runtime.faults) else runtime


ONNXRUNTIME_X86 = Runtime("onnxruntime_x86", "ONNX Runtime, x86-64")
"""ONNX Runtime on x86-64: int8 x int8 anywhere, unsigned x signed where the CPU has VNNI. The engine's default."""
