"""What every quantized operator demands of its scales, zero points and codes, with messages that say what was found."""

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import UserError

Array = npt.NDArray[Any]

BYTES = (np.dtype(np.int8), np.dtype(np.uint8))


def codes(value: Any, name: str, dtypes: tuple[np.dtype[Any], ...] = BYTES) -> Array:
    """Return quantized codes as an array, or refuse their type."""
    array = np.asarray(value)
    if array.dtype not in dtypes:
        listed = " or ".join(map(str, dtypes))
        raise UserError(f"{name} is {array.dtype}", listed, f"Give {name} as quantized codes.")
    return array


DIVISORS = ("y_scale", "Y_scale", "C_scale", "z_scale")
"""Scales that other scales are divided by."""


def scale(value: Any, name: str, channels: int | None = None, *, zero: bool = False, half: bool = False) -> Array:
    """Return a scale: float32, finite, a scalar or (where ``channels`` is given) one for each channel.

    0 and below are computed as the runtime does: a channel whose weights are all zero may have such. An output's must
    not be 0: others are divided by it.
    """
    array = np.asarray(value)
    if half and array.dtype == np.float16:
        array = array.astype(np.float32)
    if array.dtype != np.float32:
        raise UserError(f"{name} is {array.dtype}", "float32", f"Convert {name} with numpy.float32(...).")
    array = _scalar_or_channels(array, name, channels)
    divisor = name in DIVISORS and not zero
    finite = math.isfinite(array) if array.ndim == 0 else np.isfinite(array).all()
    if not finite or (divisor and not array.all()):
        good = np.isfinite(array) & ((array != 0) | (not divisor))
        at = "" if array.ndim == 0 else f"[{int(np.argmin(good))}]"
        expected = "a finite number other than 0" if divisor else "a finite number"
        raise UserError(f"{name}{at} is {array[~good].flat[0]}", expected, f"Correct {name}.")
    return array


def zero_point(value: Any, name: str, dtype: npt.DTypeLike, of: str, channels: int | None = None) -> Array:
    """Return a zero point of the type of the codes that it belongs to; None stands for 0."""
    if value is None:
        return np.zeros((), dtype)
    array = np.asarray(value)
    if array.dtype != np.dtype(dtype):
        raise UserError(
            f"{name} is {array.dtype} and {of} is {np.dtype(dtype)}",
            "one type for both",
            f"Give {name} as {np.dtype(dtype)}.",
        )
    return _scalar_or_channels(array, name, channels)


def _scalar_or_channels(array: Array, name: str, channels: int | None) -> Array:
    if array.size == 1 and array.ndim <= 1:
        return array.reshape(())
    if channels is not None and array.shape == (channels,):
        return array
    expected = "a scalar" if channels is None else f"a scalar or shape [{channels}], one for each output channel"
    raise UserError(f"{name} has shape {list(array.shape)}", expected, f"Reshape {name}.")


def rank(array: Array, name: str, axes: str) -> None:
    """Refuse an array that does not have the axes named: ``[N, C, H, W]``."""
    if array.ndim != axes.count(",") + 1:
        raise UserError(
            f"{name} has shape {list(array.shape)}", f"{axes.count(',') + 1} axes, {axes}", f"Reshape {name}."
        )


def bias(value: Any, name: str, channels: int) -> Array | None:
    """Return an int32 bias of one number a channel, or None."""
    if value is None:
        return None
    array = np.asarray(value)
    if array.dtype != np.int32:
        raise UserError(f"{name} is {array.dtype}", "int32", f"Quantize {name} with scale x_scale * w_scale to int32.")
    if array.shape != (channels,):
        raise UserError(
            f"{name} has shape {list(array.shape)}", f"[{channels}]", f"Give one {name} for each output channel."
        )
    return array


def float32(value: Any, name: str) -> Array:
    """Return real numbers in the one precision that the engine computes them in, or refuse their type."""
    array = np.asarray(value)
    if array.dtype != np.float32:
        raise UserError(f"{name} is {array.dtype}", "float32", "Convert the model to float32.")
    return array


def numbers(result: Array, name: str) -> Array:
    """Return numbers among which is no NaN, or refuse them: where one is, what comes out differs between kernels."""
    if result.dtype.kind == "f" and np.isnan(result).any():
        raise UserError(f"{name} holds NaN", "numbers", "Find the operator before it that makes NaN.")
    return result


def in_int32(real: Any) -> Any:
    """Return numbers that become int32, those that it does not hold as x86 converts them: the smallest of it.

    Examples
    --------
    >>> in_int32(np.array([-7, 3e9, np.nan], np.float32))
    array([-7.0000000e+00, -2.1474836e+09, -2.1474836e+09], dtype=float32)
    """
    beyond = np.float32(2.0**31)
    return real if np.all(real < beyond) else np.asarray(np.where(real < beyond, real, -beyond), np.float32)


LARGEST = 1 << 28
"""Elements that an operator makes at most where a stored number says how many."""


def made_size(shape: Any, what: str) -> tuple[int, ...]:
    """Return a shape that a stored number asks for, or refuse one that no memory holds."""
    lengths = tuple(int(length) for length in np.asarray(shape).reshape(-1).tolist())
    if min(lengths, default=0) < 0 or math.prod(lengths) > LARGEST:
        raise UserError(
            f"{what} is {list(lengths)}", f"lengths of 0 or more, {LARGEST:,} elements at most", "Correct it."
        )
    return lengths
