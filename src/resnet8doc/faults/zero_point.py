"""The zero point is added before rounding instead of after."""

from dataclasses import dataclass, replace
from typing import ClassVar

from ..arithmetic import Runtime
from ._fault import Fault, refuse_in_integers


@dataclass(frozen=True)
class ZeroPointFirst(Fault):
    """The zero point is added before rounding: ties go elsewhere where it is odd.

    Examples
    --------
    >>> ZeroPointFirst().describe()
    'zero_point_added=before_rounding'
    """

    part: ClassVar[str] = "zero_point"

    def describe(self) -> str:
        """Return it as ``name=value``."""
        return "zero_point_added=before_rounding"

    def made_in(self, runtime: Runtime) -> Runtime:
        """Change the finish."""
        refuse_in_integers(runtime, self.describe())
        return replace(runtime, finish=replace(runtime.finish, zero_point_added="before_rounding"))
