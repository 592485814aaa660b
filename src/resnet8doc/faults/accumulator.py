"""The sum is kept in too few bits, or saturates."""

from dataclasses import dataclass, replace
from typing import ClassVar

from ..arithmetic import Overflow, Runtime
from ..errors import UserError
from ._fault import Fault, one_of


@dataclass(frozen=True)
class Accumulator(Fault):
    """An accumulator of another width or habit than 32 bits that wrap around.

    Attributes
    ----------
    bits
        Its width, 2 to 64; as it is if None.
    overflow
        ``wrap`` (two's complement, what C and all hardware adders do), or ``saturate`` after each addition; as it is if
        None.

    Raises
    ------
    UserError
        If a value is none of those.

    Examples
    --------
    >>> Accumulator(16).describe(), Accumulator(16, "saturate").describe()
    ('accumulator_bits=16', 'accumulator_bits=16, accumulator_overflow=saturate')
    """

    bits: int | None = None
    overflow: Overflow | None = None
    part: ClassVar[str] = "accumulator"

    def __post_init__(self) -> None:
        """Refuse a width or habit that is none."""
        if self.overflow is not None:
            one_of("accumulator_overflow", self.overflow, Overflow)
        if self.bits is not None and not 2 <= self.bits <= 64:
            raise UserError(f"accumulator_bits is {self.bits}", "2 to 64", "Choose a width in that range.")

    def describe(self) -> str:
        """Return it as ``name=value``."""
        given = {"accumulator_bits": self.bits, "accumulator_overflow": self.overflow}
        return ", ".join(f"{name}={value}" for name, value in given.items() if value is not None)

    def made_in(self, runtime: Runtime) -> Runtime:
        """Change the first stage."""
        bits = runtime.first_stage.bits if self.bits is None else self.bits
        overflow = runtime.first_stage.overflow if self.overflow is None else self.overflow
        return replace(runtime, first_stage=replace(runtime.first_stage, bits=bits, overflow=overflow))
