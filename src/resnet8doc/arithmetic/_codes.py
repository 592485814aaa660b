"""The types that codes have, some narrower than what stores them, and how numbers are brought into them."""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from ..errors import UserError
from ._types import Array, Number

Overflow = Literal["saturate", "wrap"]


@dataclass(frozen=True)
class CodeType:
    """A type of codes.

    Attributes
    ----------
    name
        ``int8``, ``uint4``.
    bits
        Its width.
    signed
        Whether it has negative codes.
    stored
        numpy's type that holds one: numpy has none of 4 or 2 bits, their codes are stored in a byte each.

    Examples
    --------
    >>> narrow_type = code_type("int4")
    >>> narrow_type.minimum, narrow_type.maximum, str(narrow_type.stored)
    (-8, 7, 'int8')
    """

    name: str
    bits: int
    signed: bool
    stored: np.dtype[Any]

    @property
    def minimum(self) -> int:
        """The lowest code."""
        return -(1 << (self.bits - 1)) if self.signed else 0

    @property
    def maximum(self) -> int:
        """The highest code."""
        return (1 << (self.bits - self.signed)) - 1


def _made(bits: int, signed: bool) -> CodeType:
    name = f"{'' if signed else 'u'}int{bits}"
    return CodeType(name, bits, signed, np.dtype(name if bits >= 8 else ("int8" if signed else "uint8")))


_ALL = [_made(bits, signed) for bits in (2, 4, 8, 16, 32) for signed in (True, False)]

CODE_TYPES = {made.name: made for made in _ALL}
"""Every type of codes by its name."""

_BY_DTYPE = {made.stored: made for made in _ALL if made.bits >= 8}


def code_type(kind: "npt.DTypeLike | CodeType") -> CodeType:
    """Return the type of codes of that name, or of numpy's type.

    Raises
    ------
    UserError
        If codes have no such type.
    """
    if isinstance(kind, CodeType):
        return kind
    stored = None if isinstance(kind, str) else np.dtype(kind)
    if stored in _BY_DTYPE:
        return _BY_DTYPE[stored]
    name = kind if isinstance(kind, str) else str(stored)
    if name not in CODE_TYPES:
        raise UserError(f"the type of codes is {name}", f"one of {', '.join(CODE_TYPES)}", "Choose one of these.")
    return CODE_TYPES[name]


def narrow(value: Number, kind: "npt.DTypeLike | CodeType", overflow: Overflow = "saturate") -> Array:
    """Bring integers, held in any type, into a type of codes.

    Parameters
    ----------
    value
        Whole numbers as integers or floats.
    kind
        The type to reach.
    overflow
        ``saturate`` clamps, ``wrap`` keeps the low bits.

    Raises
    ------
    UserError
        If a number is NaN.

    Examples
    --------
    >>> narrow(np.array([-200, 130]), np.int8), narrow(np.array([-200, 130]), np.int8, "wrap")
    (array([-128,  127], dtype=int8), array([  56, -126], dtype=int8))
    >>> narrow(np.array([-200, 9]), "int4"), narrow(np.array([-200, 9]), "uint4", "wrap")
    (array([-8,  7], dtype=int8), array([8, 9], dtype=uint8))
    """
    codes = code_type(kind)
    if overflow == "saturate":
        clipped = np.clip(value, codes.minimum, codes.maximum)
        try:
            with np.errstate(invalid="raise"):
                return clipped.astype(codes.stored)
        except FloatingPointError as error:  # 0 times a factor that float32 does not hold
            raise not_a_number() from error
    if np.isnan(value).any():
        raise not_a_number()
    wrapped = wrap(np.asarray(value).astype(np.int64), codes.bits)
    return np.asarray(wrapped if codes.signed else wrapped & ((1 << codes.bits) - 1)).astype(codes.stored)


def not_a_number() -> UserError:
    """Return the sentence for what is no number where a code is asked for."""
    return UserError(
        "a result is not a number", "scales whose products and ratios are finite in float32",
        "Quantize the model again: one scale is far too large or too small.",
    )  # fmt: skip


def wrap(value: Number, bits: int) -> Array:
    """Keep the low ``bits`` of int64 numbers and read them as two's complement.

    Examples
    --------
    >>> int(wrap(np.int64(40_000), 16)), int(wrap(np.int64(-40_000), 16))
    (-25536, 25536)
    """
    shift = np.int64(64 - bits)
    return np.right_shift(np.left_shift(np.asarray(value, np.int64), shift), shift)
