"""What there is to know of an operator, in one record: every table that lists operators derives from these."""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Literal

from ..errors import UserError
from ..trace import Trace

MICROSOFT = "com.microsoft"
"""The domain of ONNX Runtime's own operators."""

Kind = Literal["codes", "boundary", "real", "movement"]


@dataclass(frozen=True)
class Codes:
    """What the codes of an input or output stand for.

    Attributes
    ----------
    scale, zero_point
        The formal names of the inputs that say it.
    axis
        The axis of the codes along which a scale that is no scalar runs: a number; ``"axis"`` for the node's
        attribute of that name.
    """

    scale: str
    zero_point: str
    axis: int | Literal["axis", "transB"] = 1

    def axis_in(self, attributes: Mapping[str, Any]) -> int:
        """Return the axis in a node of these attributes.

        Examples
        --------
        >>> Codes("b_scale", "b_zero_point", "transB").axis_in({"transB": 1})
        0
        """
        if self.axis == "axis":
            return int(attributes.get("axis", 1))
        if self.axis == "transB":
            return 0 if attributes.get("transB") else 1
        return self.axis


@dataclass(frozen=True)
class Operator:
    """One operator.

    Attributes
    ----------
    op_type, domain
        As ONNX has them; ``""`` is the standard's domain, ``com.microsoft`` ONNX Runtime's own.
    function
        Computes it. Its positional parameters are the inputs, its keywords the attributes; several outputs come as a
        tuple.
    outputs
        The formal names of the outputs.
    since_versions
        Every version of the standard, by the opset that brought it, that is computed.
    kind
        ``codes``: from codes to codes. ``boundary``: between real numbers and codes. ``real``: on real numbers.
        ``movement``: the same values elsewhere, codes or real.
    older
        For versions that mean something else: the function of each, by the first opset that it holds for.
    older_elements
        Of ``element``, likewise, where it means something else too.
    loops, element
        The plain loops that are the specification, and the function that writes down one output element.
    parts
        The parts in which a fault can be made: ``accumulator``, ``pairs``, ``padding``, ``bias``, ``channels``,
        ``multiplier``, ``rounding``, ``zero_point``, ``overflow``, ``relu``, ``formula``.
    codes
        For each input or output of codes, by formal name, what they stand for.
    weights, bias
        The formal names of the inputs that hold them, if it has such.
    ranks
        The number of axes that a stored input must have, by formal name.
    optional
        Inputs in the middle that may be left out though others follow.
    stored
        Of an attribute and a value of it, the inputs that must be stored then: of others the runtime's own formula
        for it is not used.
    variadic_output
        Whether any number of tensors may come out under the one name in ``outputs``.
    exact
        Whether equality with the runtime is demanded of real results; else why it cannot be. Of integers it always is.
    """

    op_type: str
    domain: str
    function: Callable[..., Any]
    outputs: tuple[str, ...]
    since_versions: tuple[int, ...]
    kind: Kind
    older: Mapping[int, Callable[..., Any]] = field(default_factory=dict)
    older_elements: Mapping[int, Callable[..., Trace]] = field(default_factory=dict)
    loops: Callable[..., Any] | None = None
    element: Callable[..., Trace] | None = None
    parts: frozenset[str] = frozenset()
    codes: Mapping[str, Codes] = field(default_factory=dict)
    weights: str | None = None
    bias: str | None = None
    ranks: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    optional: frozenset[str] = frozenset()
    stored: Mapping[tuple[str, Any], frozenset[str]] = field(default_factory=dict)
    variadic_output: bool = False
    exact: Literal[True] | str = True

    @property
    def name(self) -> str:
        """Domain and type: ``com.microsoft.QGemm``, ``Conv``."""
        return f"{self.domain}.{self.op_type}" if self.domain else self.op_type

    @cached_property
    def _parameters(self) -> tuple[inspect.Parameter, ...]:
        return tuple(inspect.signature(self.function).parameters.values())

    @cached_property
    def inputs(self) -> tuple[str, ...]:
        """The formal names of the inputs, in order; a variadic one stands last, once."""
        kinds = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.VAR_POSITIONAL)
        return tuple(p.name for p in self._parameters if p.kind in kinds)

    @cached_property
    def variadic(self) -> str | None:
        """The formal name of the input that any number of tensors can be given for, if there is one."""
        return next((p.name for p in self._parameters if p.kind is p.VAR_POSITIONAL), None)

    @cached_property
    def required(self) -> tuple[str, ...]:
        """The formal names of the inputs that must be given."""
        return tuple(
            p.name
            for p in self._parameters
            if p.kind is p.POSITIONAL_OR_KEYWORD and p.default is p.empty and p.name not in self.optional
        )

    @cached_property
    def attributes(self) -> tuple[str, ...]:
        """The names of the attributes."""
        return tuple(p.name for p in self._parameters if p.kind is p.KEYWORD_ONLY and p.name != "runtime")

    @cached_property
    def quantized(self) -> bool:
        """Whether what it computes depends on the :class:`~resnet8doc.arithmetic.Runtime`."""
        return any(p.name == "runtime" for p in self._parameters)

    def is_held(self, dtype: str) -> bool:
        """Return whether equality is demanded of results of a type.

        Examples
        --------
        >>> from resnet8doc.ops import OPERATORS
        >>> OPERATORS["", "MaxPool"].is_held("int8"), OPERATORS["", "MaxPool"].is_held("float32")
        (True, False)
        """
        return self.exact is True or not dtype.startswith(("float", "double"))

    @property
    def output(self) -> str:
        """The formal name of the first output."""
        return self.outputs[0]

    def formals(self, count: int) -> tuple[str, ...]:
        """Return the formal name of each of ``count`` inputs."""
        fixed = self.inputs[: -1 if self.variadic else None]
        more = (self.inputs[-1],) * max(0, count - len(fixed)) if self.variadic else ()
        return (*fixed, *more)[:count]

    def at(self, version: int) -> "Operator":
        """Return the operator as the version of that opset means it.

        Raises
        ------
        UserError
            If that version is not computed; it is refused by its number.
        """
        if version not in self.since_versions:
            known = ", ".join(map(str, self.since_versions))
            raise UserError(
                f"{self.name} has the meaning of opset {version}", f"one of the versions {known}",
                "Convert the model to another opset: onnx.version_converter.convert_version.",
            )  # fmt: skip
        first = max((since for since in self.older if since <= version), default=None)
        if first is None:
            return self
        element = self.older_elements.get(first, self.element)
        return replace(self, function=self.older[first], older={}, element=element, older_elements={})
