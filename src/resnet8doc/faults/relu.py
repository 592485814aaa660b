"""A fused ReLU is done otherwise than by the clamp at the output's lowest code."""

from dataclasses import dataclass, replace
from typing import Literal

from ..arithmetic import Runtime
from ._fault import Fault, one_of

Where = Literal["code_zero", "zero_point", "before_bias"]


@dataclass(frozen=True)
class Relu(Fault):
    """A ReLU too many, or in the wrong place.

    Attributes
    ----------
    where
        ``code_zero`` (codes below 0 are set to 0, wherever the zero point is), ``zero_point`` (codes below the zero
        point are set to it, in layers that have no ReLU too), ``before_bias`` (the accumulator is clamped at 0, then
        a bias added).

    Examples
    --------
    >>> Relu("before_bias").describe(), Relu("before_bias").part, Relu("code_zero").part
    ('relu=before_bias', 'bias', 'relu')
    """

    where: Where

    def __post_init__(self) -> None:
        """Refuse a value that is none of these."""
        one_of("relu", self.where, Where)

    @property
    def part(self) -> str:  # type: ignore[override]  # one value of three is made elsewhere
        """The part in which it is made."""
        return "bias" if self.where == "before_bias" else "relu"

    def describe(self) -> str:
        """Return it as ``name=value``."""
        return f"relu={self.where}"

    def made_in(self, runtime: Runtime) -> Runtime:
        """Change the first stage or the finish."""
        if self.where == "before_bias":
            return replace(runtime, first_stage=replace(runtime.first_stage, clamped_before_bias=True))
        return replace(runtime, finish=replace(runtime.finish, floor=self.where))
