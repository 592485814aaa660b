"""Pairs of products saturate at 16 bits, as on x86 without VNNI."""

from dataclasses import dataclass, replace
from typing import ClassVar

from ..arithmetic import Runtime
from ._fault import Fault


@dataclass(frozen=True)
class PairsSaturate(Fault):
    """Products are added in pairs that saturate at 16 bits: no mistake of the reader's, but of an instruction.

    Examples
    --------
    >>> PairsSaturate().describe()
    'pairwise_saturation=True'
    """

    part: ClassVar[str] = "pairs"

    def describe(self) -> str:
        """Return it as ``name=value``."""
        return "pairwise_saturation=True"

    def made_in(self, runtime: Runtime) -> Runtime:
        """Change the first stage."""
        return replace(runtime, first_stage=replace(runtime.first_stage, pairs=True))
