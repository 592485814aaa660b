"""Whether what is given fits what a graph says of its tensors."""

from typing import Any

import numpy as np
import numpy.typing as npt

from ..arithmetic import Number
from ..errors import UserError
from ..ops.parts import is_sequence
from ._model import TensorInfo
from ._parse import NARROW

Array = npt.NDArray[Any]


def like(old: Array, value: Number, name: str) -> Array:
    """Return a value as one of the same type and shape as the old; refuse any other."""
    new = np.asarray(value)
    if new.dtype != old.dtype or new.shape != old.shape:
        raise UserError(
            f"{name} is given as {new.dtype} {list(new.shape)}",
            f"{old.dtype} {list(old.shape)}",
            "Give one like the old.",
        )
    new = new.copy()
    new.flags.writeable = False
    return new


def fitting(value: Array, info: TensorInfo | None, name: str) -> Array:
    """Return a value as the input or tensor of that description takes it, or refuse it."""
    if value.dtype == object and not is_sequence(value):
        raise UserError(f"{name} is an array of Python objects", "numbers", "Give an array of numbers.")
    if info is None or info.dtype is None:
        return value
    if value.dtype == np.uint8 and info.dtype == "float32":
        value = value.astype(np.float32)
    if info.dtype in NARROW:
        value = _in_bytes(value, info.dtype, name)
    elif str(value.dtype) != info.dtype:
        raise UserError(f"{name} is {value.dtype}", info.dtype, f"Convert {name}.")
    if info.shape is not None:
        fits = len(info.shape) == value.ndim and all(
            not isinstance(length, int) or length == value.shape[axis] for axis, length in enumerate(info.shape)
        )
        if not fits:
            shape = ", ".join("?" if length is None else str(length) for length in info.shape)
            raise UserError(f"{name} has shape {list(value.shape)}", f"[{shape}]", f"Reshape {name}.")
    return value


def of_one(value: Array, info: TensorInfo) -> Array:
    """Return one number with as many axes as a graph within says: the turn of a loop may be a scalar or not."""
    return value.reshape(info.shape) if value.size == 1 and info.shape in ((), (1,), (1, 1)) else value


def _in_bytes(value: Array, kind: str, name: str) -> Array:
    """Return codes of 4 or 2 bits in bytes, as the engine holds them; numpy has no such type."""
    signed, bits = not kind.startswith("u"), int(kind[-1])
    stored = np.dtype(np.int8 if signed else np.uint8)
    if str(value.dtype) == kind:  # a type that another package gave numpy
        return value.astype(stored)
    low, high = (-(1 << bits - 1), (1 << bits - 1) - 1) if signed else (0, (1 << bits) - 1)
    if value.dtype != stored or (value.size and not low <= int(value.min()) <= int(value.max()) <= high):
        raise UserError(
            f"{name} is {value.dtype}, {value.min()} to {value.max()}" if value.size else f"{name} is {value.dtype}",
            f"{kind} in {stored}: {low} to {high}", f"Give {name} as {stored} of these numbers.",
        )  # fmt: skip
    return value
