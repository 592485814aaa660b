"""A user's own pictures, brought to what a network takes."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from ...errors import UserError
from ...graph import Graph, TensorInfo
from ._range import channel_axis, is_bright, real_range

if TYPE_CHECKING:
    from PIL.Image import Image  # heavy, and needed only when a reader brings a picture

Array = npt.NDArray[Any]

PICTURES = (".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp")


def picture_shape(graph: Graph) -> tuple[int, tuple[int, int, int]]:
    """Return the axis that holds the channels of a graph's one input, and rows, columns and channels of a picture.

    Raises
    ------
    UserError
        If the graph is not fed one picture.
    """
    if len(graph.inputs) != 1 or graph.inputs[0].shape is None or len(graph.inputs[0].shape) != 4:
        shapes = "; ".join(f"{entry.name} {list(entry.shape or ())}" for entry in graph.inputs)
        raise UserError(
            f"{graph.name} is fed {shapes}", "one input of 4 axes, to feed it pictures",
            "Give the inputs as an .npz, with an array for each.",
        )  # fmt: skip
    return _shape(graph, graph.inputs[0])


def as_feed(graph: Graph, pictures: "Iterable[Image]") -> tuple[dict[str, Array], str]:
    """Return pictures as the graph's one input, and what was done to them.

    They are brought to the input's rows and columns by bilinear interpolation, to its number of channels (grey or red,
    green, blue) and its order of axes. A network whose first QuantizeLinear covers pixels is fed 0 to 255; of another's
    range 0 becomes the least and 255 the greatest number.

    Raises
    ------
    UserError
        If the graph is not fed one picture, or not of real numbers or uint8.
    """
    from PIL.Image import Resampling

    axis, (height, width, channels) = picture_shape(graph)
    entry = graph.inputs[0]
    mode = "L" if channels == 1 else "RGB"
    rows = [
        np.asarray(one.convert(mode).resize((width, height), Resampling.BILINEAR), np.uint8).reshape(
            height, width, channels
        )
        for one in pictures
    ]
    pixels = np.stack(rows)
    pixels = pixels.transpose(0, 3, 1, 2) if axis == 1 else pixels
    found = real_range(graph, entry.name)
    said = f"{height} x {width}, {'channels first' if axis == 1 else 'channels last'}"
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


def _shape(graph: Graph, entry: TensorInfo) -> tuple[int, tuple[int, int, int]]:
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
