"""What every fault has."""

from abc import ABC, abstractmethod
from typing import Any, ClassVar, get_args

from ..arithmetic import Runtime
from ..errors import UserError


class Fault(ABC):
    """One deliberate mistake; a subclass is a frozen dataclass in a file of its own.

    Attributes
    ----------
    part
        The part of an operator in which it is made.
    """

    part: ClassVar[str] = ""

    @abstractmethod
    def describe(self) -> str:
        """Return it as ``name=value``."""

    @abstractmethod
    def made_in(self, runtime: Runtime) -> Runtime:
        """Return the runtime with the mistake; use :meth:`~resnet8doc.arithmetic.Runtime.with_fault`."""


def one_of(name: str, value: Any, choices: Any) -> None:
    """Refuse a value that is not one of a ``Literal``'s.

    Raises
    ------
    UserError
        Listing them.
    """
    if value not in get_args(choices):
        listed = ", ".join(map(repr, get_args(choices)))
        raise UserError(f"{name} is {value!r}", f"one of {listed}", "Choose one of these.")


def refuse_in_integers(runtime: Runtime, fault: str) -> None:
    """Refuse a mistake of rounding where the second stage's product is rounded by its own shift.

    Raises
    ------
    UserError
        Naming the runtime.
    """
    if runtime.second_stage.rounds_itself:
        raise UserError(
            f"{fault} cannot be made in {runtime.describe()}",
            "a runtime whose second stage computes in floating point",
            "Make it in another runtime, or leave out the fixed-point multiplier.",
        )  # fmt: skip
