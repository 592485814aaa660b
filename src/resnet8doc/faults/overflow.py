"""A result outside the type keeps its low bits instead of being clamped."""

from dataclasses import dataclass, replace
from typing import ClassVar

from ..arithmetic import Runtime
from ._fault import Fault


@dataclass(frozen=True)
class Wraps(Fault):
    """A result outside the output's type wraps around.

    Examples
    --------
    >>> Wraps().describe()
    'overflow=wrap'
    """

    part: ClassVar[str] = "overflow"

    def describe(self) -> str:
        """Return it as ``name=value``."""
        return "overflow=wrap"

    def made_in(self, runtime: Runtime) -> Runtime:
        """Change the finish."""
        return replace(runtime, finish=replace(runtime.finish, overflow="wrap"))
