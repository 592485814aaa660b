"""SPACE_TO_BATCH_ND and BATCH_TO_SPACE_ND: how converters write a dilated convolution."""

import numpy as np

from ...errors import UserError
from ._activation import emit
from ._build import Build, Value
from ._elementwise import OWN, both, same_scales
from ._file import Operation, Tensor
from ._parts import slice_axes
from ._shapes import finish_in_file_order, in_file_order
from ._strides import Part


def space_to_batch(build: Build, op: Operation) -> None:
    """SPACE_TO_BATCH_ND of images, which keeps its own name: kernel sets differ in the border's code."""
    x, y = same_scales(build, op)
    blocks, edges = _given(build, op, x)
    _refuse_open_batch(build, op, y.shape[0], x.shape[0] * int(np.prod(blocks)))
    if len(x.shape) != 4 or len(blocks) != 2:
        raise UserError(
            f"{build.where(op)} has {len(blocks)} blocks for {list(x.shape)}", "two for [N, H, W, C]", "Reshape it."
        )
    name = build.names[y.index]
    stored = [("block_shape", build.store(f"{name.node}_block", np.array(blocks, np.int64))),
              ("paddings", build.store(f"{name.node}_paddings", edges))]  # fmt: skip
    emit(build, op, op.kind, OWN, [("x", build.value(op, x).name), *both(build, "x", x), *stored], {}, "y", 0)


def batch_to_space(build: Build, op: Operation) -> None:
    """BATCH_TO_SPACE_ND: the way back, and the border cut off."""
    x, y = same_scales(build, op)
    blocks, crops = _given(build, op, x)
    name, value = build.names[y.index], in_file_order(build, op, x)
    many = int(np.prod(blocks))
    _refuse_open_batch(build, op, x.shape[0], y.shape[0] * many)
    count, rest = len(blocks), list(x.shape[len(blocks) + 1 :])
    apart = [*blocks, x.shape[0] // many, *x.shape[1 : count + 1], *rest]
    order = [count]
    for axis in range(count):
        order += [count + 1 + axis, axis]
    order += range(2 * count + 1, len(apart))
    whole = [x.shape[0] // many, *(size * block for size, block in zip(x.shape[1:], blocks, strict=False)), *rest]
    value = _reshaped(build, f"{name.node}_blocks", name.layer, value, x.dtype, apart)
    value = build.transposed(value, tuple(order), f"{name.tensor}_in_place", name.layer)
    if not crops.any():
        target = build.store(f"{name.node}_shape", np.array(y.shape, np.int64))
        finish_in_file_order(build, y, "Reshape", [("data", value.name), ("shape", target)], {}, "reshaped")
        return
    value = _reshaped(build, f"{name.node}_whole", name.layer, value, x.dtype, whole)
    parts = [Part(0, 1, size) for size in whole]
    for axis, (before, _) in enumerate(crops.tolist(), 1):
        parts[axis] = Part(before, 1, y.shape[axis])
    finish_in_file_order(build, y, "Slice", slice_axes(build, name.node, value, whole, parts), {}, "output")


def _refuse_open_batch(build: Build, op: Operation, found: int, expected: int) -> None:
    if found != expected:
        raise UserError(
            f"{build.where(op)} has {found} images within blocks", f"{expected}",
            "If the file leaves the batch open, convert the model with a fixed one: keras.Input(..., batch_size=1).",
        )  # fmt: skip


def _given(build: Build, op: Operation, x: Tensor) -> tuple[list[int], "np.typing.NDArray[np.int64]"]:
    """Return the block of each axis after the first, and what is added to or cut off its two ends."""
    blocks = np.ravel(build.constant(op, build.tensor(op, 1))).astype(int).tolist()
    edges = np.asarray(build.constant(op, build.tensor(op, 2)), np.int64).reshape(-1, 2)
    if not blocks or min(blocks) < 1 or len(edges) != len(blocks) or len(x.shape) < len(blocks) + 1:
        raise UserError(
            f"{build.where(op)} has blocks {blocks} and {len(edges)} pairs of edges for {len(x.shape)} axes",
            "a block and a pair for each axis in the middle", "The file is damaged: copy or convert it again.",
        )  # fmt: skip
    return blocks, edges


def _reshaped(build: Build, node: str, layer: str, value: Value, dtype: str, shape: list[int]) -> Value:
    target = build.store(f"{node}_shape", np.array(shape, np.int64))
    inputs = [("data", value.name), ("shape", target)]
    return build.node(node, layer, "Reshape", "", inputs, {}, "reshaped", Value(f"{node}_made", dtype, [*shape]))
