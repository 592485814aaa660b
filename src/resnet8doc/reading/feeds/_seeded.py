"""Inputs for a network of which nothing is known: seeded values over what its first QuantizeLinear tells apart."""

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from ...arrays import LARGEST
from ...errors import UserError
from ...graph import Graph, TensorInfo
from ._range import is_bright, real_range

Array = npt.NDArray[Any]

BEYOND = 0.05
"""Values reach so much of the range beyond its ends, so that the clamp is tried too."""


def seeded(graph: Graph, count: int, seed: int = 0) -> tuple[dict[str, Array], str]:
    """Return some items for every input, the same on every machine, and what they are.

    Real inputs are uniform over the range of the first QuantizeLinear and a little beyond it; whole pixels where that
    is the range of pixels; of standard normal distribution where none follows. Codes are uniform over their type. Other
    integers are 0 and 1: indices and masks, of which a model does not say more.

    Raises
    ------
    UserError
        If an axis is free that does not count items, or an input is larger than memory allows, or of a type that cannot
        be made up.
    """
    random = np.random.default_rng(seed)
    found, said = {}, []
    for entry in graph.inputs:
        shape = _shape(entry, count)
        found[entry.name], what = _values(graph, entry, shape, random)
        said.append(f"{entry.name}: {what}")
    return found, f"seeded values ({'; '.join(said)})"


def _shape(entry: TensorInfo, count: int) -> tuple[int, ...]:
    if entry.shape is None:
        raise UserError(
            f"the shape of input {entry.name} is not known", "a shape", f"Give it: --shape {entry.name}=1,..."
        )
    if not entry.shape:
        return ()
    first, *rest = entry.shape
    free = [axis for axis in rest if not isinstance(axis, int)]
    if free:
        named = next((f"{axis}=LENGTH" for axis in free if isinstance(axis, str)), f"{entry.name}=1,...")
        listed = ", ".join("?" if axis is None else str(axis) for axis in entry.shape)
        raise UserError(
            f"input {entry.name} has shape [{listed}]", "lengths for all axes but the first",
            f"Give them: --shape {named}.",
        )  # fmt: skip
    shape = (count * (first if isinstance(first, int) else 1), *(int(axis) for axis in rest if isinstance(axis, int)))
    if math.prod(shape) > LARGEST:
        raise UserError(
            f"input {entry.name} would be of shape {list(shape)}", f"at most {LARGEST:,} numbers",
            "Ask for fewer items, or for shorter axes.",
        )  # fmt: skip
    return shape


def _values(graph: Graph, entry: TensorInfo, shape: tuple[int, ...], random: np.random.Generator) -> tuple[Array, str]:
    dtype = np.dtype(entry.dtype or "float32")
    if dtype.kind == "f":
        found = real_range(graph, entry.name)
        if found is None:
            return random.standard_normal(shape).astype(dtype), "normal"
        if is_bright(found) and dtype == np.float32 and len(shape) > 2:
            return random.integers(0, 256, shape, dtype=np.uint8), "pixels 0 to 255"
        low, high = found
        beyond = BEYOND * (high - low)
        values = random.uniform(low - beyond, high + beyond, shape).astype(dtype)
        return values, f"uniform from {low - beyond:.4g} to {high + beyond:.4g}"
    if dtype in (np.dtype(np.int8), np.dtype(np.uint8), np.dtype(np.int16)):
        limits = np.iinfo(dtype)
        return random.integers(limits.min, limits.max, shape, dtype=dtype, endpoint=True), f"all {dtype} codes"
    if dtype.kind in "iu":
        return random.integers(0, 2, shape).astype(dtype), "0 and 1"
    if dtype.kind == "b":
        return random.integers(0, 2, shape).astype(bool), "true and false"
    raise UserError(f"input {entry.name} is {entry.dtype}", "numbers", "Give it: --input with an .npz.")
