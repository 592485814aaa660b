"""Padding holds the code 0, not the zero point."""

from dataclasses import dataclass, replace
from typing import ClassVar

from ..arithmetic import Runtime
from ._fault import Fault


@dataclass(frozen=True)
class PaddedWithCodeZero(Fault):
    """Padded elements hold the code 0, which stands for real 0 only where the zero point is 0.

    Examples
    --------
    >>> PaddedWithCodeZero().describe()
    'padding=zero_code'
    """

    part: ClassVar[str] = "padding"

    def describe(self) -> str:
        """Return it as ``name=value``."""
        return "padding=zero_code"

    def made_in(self, runtime: Runtime) -> Runtime:
        """Change the first stage."""
        return replace(runtime, first_stage=replace(runtime.first_stage, outside="code_zero"))
