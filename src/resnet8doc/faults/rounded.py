"""Results are rounded otherwise than to the nearest, ties to even."""

from dataclasses import dataclass, replace
from typing import ClassVar

from ..arithmetic import Rounding, Runtime
from ._fault import Fault, one_of, refuse_in_integers


@dataclass(frozen=True)
class Rounded(Fault):
    """Another rounding.

    Attributes
    ----------
    mode
        See :data:`~resnet8doc.arithmetic.Rounding`.

    Examples
    --------
    >>> Rounded("half_up").describe()
    'rounding=half_up'
    >>> Rounded("nearest")
    Traceback (most recent call last):
    ...
    resnet8doc.errors.UserError: rounding is 'nearest'; expected one of 'half_even', 'half_up', ...
    """

    mode: Rounding
    part: ClassVar[str] = "rounding"

    def __post_init__(self) -> None:
        """Refuse a rounding that is none."""
        one_of("rounding", self.mode, Rounding)

    def describe(self) -> str:
        """Return it as ``name=value``."""
        return f"rounding={self.mode}"

    def made_in(self, runtime: Runtime) -> Runtime:
        """Change the finish."""
        refuse_in_integers(runtime, self.describe())
        return replace(runtime, finish=replace(runtime.finish, rounding=self.mode))
