"""A user's own inputs: .npy, .npz, or a folder of pictures."""

import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import UserError
from ..graph import Graph, TensorInfo
from ._range import channel_axis, is_bright, real_range

Array = npt.NDArray[Any]

PICTURES = (".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp")


def read_arrays(path: Path, graph: Graph) -> dict[str, Array]:
    """Return the arrays of an ``.npy`` or ``.npz`` by the names of the graph's inputs.

    Raises
    ------
    UserError
        If the file cannot be read, or does not hold what the graph is fed. Pickled objects are never loaded.
    """
    names = [entry.name for entry in graph.inputs]
    try:
        with path.open("rb") as stream:
            loaded = np.load(stream, allow_pickle=False)
            found = (
                {name: loaded[name] for name in loaded.files} if isinstance(loaded, np.lib.npyio.NpzFile) else loaded
            )
    except FileNotFoundError as error:
        raise UserError(
            f"{path} does not exist", "an .npy, an .npz or a folder of pictures", "Check the path."
        ) from error
    except (OSError, ValueError, EOFError, zipfile.BadZipFile) as error:
        raise UserError(
            f"{path} cannot be read ({error})", "a complete .npy or .npz of plain numbers",
            "Write it again with numpy.save or numpy.savez.",
        ) from error  # fmt: skip
    if not isinstance(found, dict):
        found = {"": found}
    if len(found) == 1 and len(names) == 1:
        found = {names[0]: next(iter(found.values()))}
    if set(found) != set(names):
        raise UserError(
            f"{path.name} holds {', '.join(found) if '' not in found else 'one array without a name'}",
            ", ".join(names),
            f"Write it with numpy.savez(path, {', '.join(f'{name}=...' for name in names[:2])}).",
        )  # fmt: skip
    return {entry.name: _fit(np.asarray(found[entry.name]), entry, path) for entry in graph.inputs}


def _fit(array: Array, entry: TensorInfo, path: Path) -> Array:
    wanted = entry.dtype or "float32"
    pixels = wanted == "float32" and array.dtype == np.uint8
    if str(array.dtype) != wanted and not pixels:
        more = " or uint8 pixels" if wanted == "float32" else ""
        raise UserError(
            f"{entry.name} in {path.name} is {array.dtype}", wanted + more,
            f'Convert it: numpy.save(path, x.astype("{wanted}")).',
        )  # fmt: skip
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
            f"{entry.name} in {path.name} has shape {list(array.shape)}", f"[{listed}]",
            "Write it in the model's shape and order of axes.",
        )  # fmt: skip
    return array


def read_pictures(folder: Path, graph: Graph, most: int | None) -> tuple[dict[str, Array], str]:
    """Return a folder's pictures as the graph's one input, and what was done to them.

    They are taken in the order of their names, brought to the input's rows and columns by bilinear interpolation, to
    its number of channels (grey or red, green, blue) and its order of axes. A network whose first QuantizeLinear covers
    pixels is fed 0 to 255; of another's range 0 becomes the least and 255 the greatest number.

    Raises
    ------
    UserError
        If the graph is not fed one picture, or the folder holds none.
    """
    from PIL import Image

    if len(graph.inputs) != 1 or graph.inputs[0].shape is None or len(graph.inputs[0].shape) != 4:
        shapes = "; ".join(f"{entry.name} {list(entry.shape or ())}" for entry in graph.inputs)
        raise UserError(
            f"{graph.name} is fed {shapes}", "one input of 4 axes, to feed it pictures",
            "Give the inputs as an .npz, with an array for each.",
        )  # fmt: skip
    entry = graph.inputs[0]
    paths = sorted(path for path in folder.iterdir() if path.suffix.lower() in PICTURES)[:most]
    if not paths:
        raise UserError(f"{folder} holds no pictures", f"files that end in {', '.join(PICTURES)}", "Put some there.")
    axis, (height, width, channels) = _picture_shape(graph, entry)
    rows = []
    for path in paths:
        try:
            with Image.open(path) as picture:
                shown = picture.convert("L" if channels == 1 else "RGB").resize(
                    (width, height), Image.Resampling.BILINEAR
                )
                rows.append(np.asarray(shown, np.uint8).reshape(height, width, channels))
        except OSError as error:
            raise UserError(f"{path} cannot be read ({error})", "a picture", "Remove it or write it again.") from error
    pixels = np.stack(rows)
    pixels = pixels.transpose(0, 3, 1, 2) if axis == 1 else pixels
    found = real_range(graph, entry.name)
    said = f"{len(rows)} pictures of {folder}, {height} x {width}, {'channels first' if axis == 1 else 'channels last'}"
    if entry.dtype == "uint8" or (entry.dtype == "float32" and (is_bright(found) or found is None)):
        return {entry.name: pixels}, f"{said}, 0 to 255"
    if entry.dtype != "float32" or found is None:
        raise UserError(
            f"input {entry.name} is {entry.dtype}", "float32 or uint8, to feed it pictures",
            "Give its codes as an .npy.",
        )  # fmt: skip
    least, greatest = found
    real = (pixels.astype(np.float32) / np.float32(255)) * np.float32(greatest - least) + np.float32(least)
    return {entry.name: real}, f"{said}, 0 to 255 scaled to {least:.4g} to {greatest:.4g}"


def _picture_shape(graph: Graph, entry: TensorInfo) -> tuple[int, tuple[int, int, int]]:
    shape = entry.shape or ()
    axis = channel_axis(graph, entry.name, 4)
    if axis not in (1, 3):
        few = [place for place in (1, 3) if shape[place] in (1, 3)]
        axis = few[0] if len(few) == 1 else 3
    others = [shape[place] for place in (1, 2, 3) if place != axis]
    lengths = (*others, shape[axis])
    if not all(isinstance(length, int) for length in lengths) or lengths[2] not in (1, 3):
        raise UserError(
            f"input {entry.name} has shape {list(shape)}", "rows, columns, and 1 or 3 channels",
            "Give lengths for free axes with --shape, or the inputs as an .npy.",
        )  # fmt: skip
    height, width, channels = (int(length) for length in lengths if isinstance(length, int))
    return axis, (height, width, channels)
