"""Faults from text: ``rounding=half_up``."""

from collections.abc import Callable
from typing import Any, get_args

from ..arithmetic import Rounding
from ..errors import UserError
from ._fault import Fault
from .accumulator import Accumulator
from .channel_scale import ChannelScale, Which
from .formula import DocumentedFormula
from .held_as import Form, HeldAs
from .overflow import Wraps
from .padding import PaddedWithCodeZero
from .pairs import PairsSaturate
from .relu import Relu, Where
from .rounded import Rounded
from .zero_point import ZeroPointFirst

FIELDS: dict[str, tuple[str, ...]] = {
    "rounding": tuple(mode for mode in get_args(Rounding) if mode != "half_even"),
    "zero_point_added": ("before_rounding",),
    "overflow": ("wrap",),
    "accumulator_bits": (),
    "accumulator_overflow": ("saturate",),
    "multiplier": tuple(form for form in get_args(Form) if form != "float32"),
    "channel_scale": get_args(Which),
    "padding": ("zero_code",),
    "relu": get_args(Where),
    "pairwise_saturation": ("True",),
    "form": ("documented",),
}
"""What can be wrong, by name, and how; ``accumulator_bits`` takes a number."""

_MADE: dict[str, Callable[[Any], Fault]] = {
    "rounding": Rounded, "zero_point_added": lambda _: ZeroPointFirst(), "overflow": lambda _: Wraps(),
    "accumulator_bits": lambda bits: Accumulator(int(bits)),
    "accumulator_overflow": lambda how: Accumulator(overflow=how),
    "multiplier": HeldAs, "channel_scale": ChannelScale, "padding": lambda _: PaddedWithCodeZero(), "relu": Relu,
    "pairwise_saturation": lambda _: PairsSaturate(), "form": lambda _: DocumentedFormula(),
}  # fmt: skip


def parse_fault(field: str, value: str) -> Fault:
    """Read a fault from its name and value.

    Raises
    ------
    UserError
        If there is no such fault, or it does not take that value.

    Examples
    --------
    >>> parse_fault("rounding", "half_up")
    Rounded(mode='half_up')
    """
    if field not in FIELDS:
        raise UserError(f"there is no fault {field!r}", f"one of {', '.join(FIELDS)}", "Choose one of these.")
    if field == "accumulator_bits":
        if not value.isdecimal():
            raise UserError(f"accumulator_bits is {value!r}", "a whole number, 2 to 64", "Give a number of bits.")
    elif value not in FIELDS[field]:
        listed = ", ".join(map(repr, FIELDS[field]))
        raise UserError(f"{field} is {value!r}", f"one of {listed}", "Choose one of these.")
    return _MADE[field](value)
