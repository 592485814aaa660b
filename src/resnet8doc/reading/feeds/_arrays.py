"""A user's own inputs as arrays: .npy or .npz."""

from typing import IO, Any

import numpy as np
import numpy.typing as npt

from ...arrays import DAMAGE, arrays_of
from ...errors import UserError
from ...graph import Graph, TensorInfo

Array = npt.NDArray[Any]


def read_arrays(stream: IO[bytes], name: str, graph: Graph) -> dict[str, Array]:
    """Return the arrays of an ``.npy`` or ``.npz`` by the names of the graph's inputs.

    Parameters
    ----------
    stream
        The file, opened or as :class:`io.BytesIO`.
    name
        What to call it in messages.
    graph
        Whose inputs they are.

    Raises
    ------
    UserError
        If the file cannot be read, or does not hold what the graph is fed. Pickled objects are never loaded.
    """
    names = [entry.name for entry in graph.inputs]
    try:
        found = arrays_of(stream.read())
    except DAMAGE as error:
        raise UserError(
            f"{name} cannot be read ({str(error)[:120]})", "a complete .npy or .npz of plain numbers",
            "Write it again with numpy.save or numpy.savez.",
        ) from error  # fmt: skip
    if len(found) == 1 and len(names) == 1:
        found = {names[0]: next(iter(found.values()))}
    if set(found) != set(names):
        held = "one array without a name" if "" in found else ", ".join(found) or "no array"
        raise UserError(
            f"{name} holds {held}",
            ", ".join(names),
            f"Write it with numpy.savez(path, {', '.join(f'{name}=...' for name in names[:2])}).",
        )  # fmt: skip
    return {entry.name: _fit(np.asarray(found[entry.name]), entry, name) for entry in graph.inputs}


def _fit(array: Array, entry: TensorInfo, name: str) -> Array:
    wanted = entry.dtype or "float32"
    pixels = wanted == "float32" and array.dtype == np.uint8
    if str(array.dtype) != wanted and not pixels:
        more = " or uint8 pixels" if wanted == "float32" else ""
        raise UserError(
            f"{entry.name} in {name} is {array.dtype}", wanted + more,
            f'Convert it: numpy.save(path, x.astype("{wanted}")).',
        )  # fmt: skip
    if array.size == 0:
        raise UserError(f"{entry.name} in {name} holds no numbers", "at least one item", "Give an input, or more.")
    shape = entry.shape
    if shape is None:
        return array
    if array.ndim == len(shape) - 1:  # one item, without the axis that counts items
        array = array[None]
    fits = array.ndim == len(shape) and all(
        not isinstance(length, int) or length == array.shape[axis] or (axis == 0 and array.shape[0] % length == 0)
        for axis, length in enumerate(shape)
    )
    if not fits:
        listed = ", ".join("?" if length is None else str(length) for length in shape)
        raise UserError(
            f"{entry.name} in {name} has shape {list(array.shape)}", f"[{listed}]",
            "Write it in the model's shape and order of axes.",
        )  # fmt: skip
    return array
