"""The multiplier is held in another form than the runtime's."""

from dataclasses import dataclass, replace
from typing import ClassVar, Literal

from ..arithmetic import FixedPoint, FloatProduct, Runtime, SecondStage
from ..errors import UserError
from ._fault import Fault, one_of

Form = Literal["float32", "float64", "float16", "fixed_point", "fixed_point_double_rounding", "power_of_two"]

STAGES: dict[str, SecondStage] = {
    "float32": FloatProduct(),
    "float64": FloatProduct("float64"),
    "float16": FloatProduct("float16"),
    "power_of_two": FloatProduct("power_of_two"),
    "fixed_point": FixedPoint(),
    "fixed_point_double_rounding": FixedPoint(twice=True),
}


@dataclass(frozen=True)
class HeldAs(Fault):
    """Another second stage.

    Attributes
    ----------
    form
        ``float32``; ``float64``; ``float16``; ``fixed_point`` (31-bit integer and a right shift, rounded once, half up)
        or ``fixed_point_double_rounding`` (rounded after the high multiply and again after the shift);
        ``power_of_two`` (the nearest one: a bare shift).

    Examples
    --------
    >>> HeldAs("float16").describe()
    'multiplier=float16'
    """

    form: Form
    part: ClassVar[str] = "multiplier"

    def __post_init__(self) -> None:
        """Refuse a form that is none."""
        one_of("multiplier", self.form, Form)

    def describe(self) -> str:
        """Return it as ``name=value``."""
        return f"multiplier={self.form}"

    def made_in(self, runtime: Runtime) -> Runtime:
        """Change the second stage."""
        stage, finish = STAGES[self.form], runtime.finish
        if stage.rounds_itself and (finish.rounding, finish.zero_point_added) != ("half_even", "after_rounding"):
            raise UserError(
                f"{self.describe()} carries its own rounding, and {runtime.describe()} asks for another",
                "one of the two", "Leave out the rounding or the multiplier.",
            )  # fmt: skip
        return replace(runtime, second_stage=stage)
