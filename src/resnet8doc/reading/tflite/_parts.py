"""Operators that take tensors apart and put them together: slices, splits, stacks, neighbours along an axis."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from ...errors import UserError
from ._activation import emit
from ._build import TO_CHANNELS_FIRST, Build, Value
from ._elementwise import alike, same_scales
from ._file import Operation, Tensor
from ._shapes import finish_in_file_order, in_file_order, target_shape
from ._strides import Part, strided_slices

Array = npt.NDArray[Any]

REFLECT, SYMMETRIC = 0, 1
"""``MirrorPadMode`` of the schema."""


def strided_slice(build: Build, op: Operation) -> None:
    """STRIDED_SLICE as Slice; where it drops axes, in the order of the file, and a Reshape after it."""
    x, y = same_scales(build, op)
    parts = strided_slices(build, op, x.shape)
    if not any(part.away for part in parts):
        _sliced(build, op, x, y, parts)
        return
    name, value = build.names[y.index], in_file_order(build, op, x)
    shape = [part.length for part in parts]
    taken = _slice(build, f"{name.node}_taken", name.layer, value, x, parts, range(len(parts)),
                   Value(f"{y.name}_taken", x.dtype, list(shape)))  # fmt: skip
    target = build.store(f"{name.node}_shape", np.array(target_shape(x, y), np.int64))
    finish_in_file_order(build, y, "Reshape", [("data", taken.name), ("shape", target)], {}, "reshaped")


def slice_of(build: Build, op: Operation) -> None:
    """SLICE as Slice; a size of -1 takes the rest."""
    x, y = same_scales(build, op)
    begin, size = (np.ravel(build.constant(op, build.tensor(op, i))).astype(int).tolist() for i in (1, 2))
    _sliced(build, op, x, y, [
        Part(first, 1, length - first if many == -1 else many)
        for first, many, length in zip(begin, size, x.shape, strict=True)
    ])  # fmt: skip


def split(build: Build, op: Operation) -> None:
    """SPLIT and SPLIT_V: a Slice for each output."""
    where, axis_at = (1, 0) if op.kind == "SPLIT" else (0, 2)
    x = build.codes(op, build.tensor(op, where))
    axis = int(np.ravel(build.constant(op, build.tensor(op, axis_at)))[0]) % len(x.shape)
    first = 0
    for index in op.outputs:
        y = build.codes(op, build.file.tensors[index])
        alike(build, op, x, y)
        parts = [Part(0, 1, length) for length in x.shape]
        parts[axis] = Part(first, 1, y.shape[axis])
        _sliced(build, op, x, y, parts)
        first += y.shape[axis]
    if first != x.shape[axis]:
        raise ValueError(f"the parts are {first} long, the whole {x.shape[axis]}")


def unpack(build: Build, op: Operation) -> None:
    """UNPACK: a Gather of one index, which drops the axis, for each output."""
    x = build.codes(op, build.tensor(op, 0))
    value, axis = in_file_order(build, op, x), int(op.options["axis"]) % len(x.shape)
    for number, index in enumerate(op.outputs):
        y = build.codes(op, build.file.tensors[index])
        alike(build, op, x, y)
        at = build.store(f"{build.names[index].node}_index", np.array(number, np.int64))
        finish_in_file_order(build, y, "Gather", [("data", value.name), ("indices", at)], {"axis": axis}, "output")


def pack(build: Build, op: Operation) -> None:
    """PACK: each operand gets an axis of length 1, then they are joined; all in the order of the file."""
    y = build.codes(op, build.output(op))
    name, axis = build.names[y.index], int(op.options["axis"]) % len(y.shape)
    joined = []
    for position in range(len(op.inputs)):
        x, _ = same_scales(build, op, position)
        target = list(y.shape)
        target[axis] = 1
        if axis and x.free:
            target[0] = 0
        shape = build.store(f"{name.node}_shape", np.array(target, np.int64))
        longer = Value(f"{name.tensor}_part_{position}", x.dtype, [*target])
        inputs = [("data", in_file_order(build, op, x).name), ("shape", shape)]
        build.node(f"{name.node}_part_{position}", name.layer, "Reshape", "", inputs, {}, "reshaped", longer)
        joined.append(("inputs", longer.name))
    finish_in_file_order(build, y, "Concat", joined, {"axis": axis}, "concat_result")


def tile(build: Build, op: Operation) -> None:
    """TILE, its repeats in the order of the engine's axes."""
    x, y = same_scales(build, op)
    repeats = np.ravel(build.constant(op, build.tensor(op, 1))).astype(np.int64)
    if len(repeats) == 4:
        repeats = repeats[list(TO_CHANNELS_FIRST)]
    many = build.store(f"{build.names[y.index].node}_repeats", repeats)
    emit(build, op, "Tile", "", [("input", build.value(op, x).name), ("repeats", many)], {}, "output", 0)


def gather(build: Build, op: Operation) -> None:
    """GATHER of stored indices along one axis."""
    x, _ = same_scales(build, op)
    indices = build.constant(op, build.tensor(op, 1))
    if indices.ndim != 1 or op.options.get("batchDims", 0):
        raise UserError(
            f"{build.where(op)} has indices of {indices.ndim} axes and {op.options.get('batchDims', 0)} of the batch",
            "a row of stored indices", "Flatten the indices.",
        )  # fmt: skip
    axis = int(op.options.get("axis", 0)) % len(x.shape)
    if not ((indices >= 0) & (indices < x.shape[axis])).all():
        raise ValueError(f"takes elements outside of the {x.shape[axis]} of axis {axis}")
    gathered(build, op, {axis: indices})


def mirror_pad(build: Build, op: Operation) -> None:
    """MIRROR_PAD: a Gather along each axis that grows; REFLECT leaves the edge out, SYMMETRIC repeats it."""
    x, _ = same_scales(build, op)
    edges = np.asarray(build.constant(op, build.tensor(op, 1)), np.int64).reshape(-1, 2)
    mode = {REFLECT: "reflect", SYMMETRIC: "symmetric"}[int(op.options["mode"])]
    gathered(build, op, {
        axis: np.pad(np.arange(length), edge, mode=mode)  # type: ignore[call-overload]  # a mode by name is str
        for axis, (length, edge) in enumerate(zip(x.shape, edges.tolist(), strict=True)) if any(edge)
    })  # fmt: skip


def reverse(build: Build, op: Operation) -> None:
    """REVERSE_V2: a Gather along each axis that is turned round, from its end."""
    x, _ = same_scales(build, op)
    axes = {int(axis) % len(x.shape) for axis in np.ravel(build.constant(op, build.tensor(op, 1)))}
    gathered(build, op, {axis: np.arange(x.shape[axis])[::-1] for axis in sorted(axes)})


def gathered(build: Build, op: Operation, chosen: Mapping[int, Array]) -> None:
    """Take elements along axes of the file, one Gather after another; the last axis whole where none is chosen."""
    x, y = build.tensor(op, 0), build.output(op)
    name, value = build.names[y.index], build.value(op, x)
    shape, chosen = list(value.shape), chosen or {len(x.shape) - 1: np.arange(x.shape[-1])}
    axes = {TO_CHANNELS_FIRST.index(axis) if len(shape) == 4 else axis: where for axis, where in chosen.items()}
    for number, (axis, where) in enumerate(axes.items()):
        at = build.store(f"{name.node}_indices_{axis}", np.asarray(where, np.int64))
        inputs, attributes = [("data", value.name), ("indices", at)], {"axis": axis}
        if number + 1 == len(axes):
            emit(build, op, "Gather", "", inputs, attributes, "output", 0)
            return
        shape[axis] = len(where)
        between = Value(f"{name.tensor}_{axis}", x.dtype, list(shape))
        value = build.node(f"{name.node}_{axis}", name.layer, "Gather", "", inputs, attributes, "output", between)


def depth_to_space(build: Build, op: Operation) -> None:
    """DEPTH_TO_SPACE and SPACE_TO_DEPTH: both count rows, columns, then channels, as ONNX's do."""
    x, _ = same_scales(build, op)
    kind, order = {
        "DEPTH_TO_SPACE": ("DepthToSpace", {"mode": "DCR"}), "SPACE_TO_DEPTH": ("SpaceToDepth", {})
    }[op.kind]  # fmt: skip
    attributes = {"blocksize": int(op.options["blockSize"]), **order}
    emit(build, op, kind, "", [("input", build.value(op, x).name)], attributes, "output", 0)


def _sliced(build: Build, op: Operation, x: Tensor, y: Tensor, parts: Sequence[Part]) -> None:
    """Add a Slice whose output has the input's axes."""
    if [part.length for part in parts] != list(y.shape):
        raise ValueError(f"takes {[part.length for part in parts]} of {list(x.shape)}, the output is {list(y.shape)}")
    for part, size in zip(parts, x.shape, strict=True):
        if not 0 <= part.first < size or not 0 <= part.first + (part.length - 1) * part.step < size:
            raise ValueError(f"takes elements outside of {list(x.shape)}")
    name = build.names[y.index]
    order = TO_CHANNELS_FIRST if len(parts) == 4 else range(len(parts))
    build.values[y.index] = _slice(
        build, name.node, name.layer, build.value(op, x), x, [parts[axis] for axis in order], order, build.made(y)
    )


def _slice(
    build: Build, node: str, layer: str, value: Value, x: Tensor, parts: Sequence[Part], order: Sequence[int],
    made: Value,
) -> Value:  # fmt: skip
    """Add a Slice of the axes that are not taken whole; the batch stays free where it is."""
    shape = [x.shape[axis] for axis in order]
    inputs = slice_axes(build, node, value, shape, parts)
    if value.shape and value.shape[0] == "batch" and parts[0].length == shape[0]:
        made = Value(made.name, made.dtype, ["batch", *made.shape[1:]])
    return build.node(node, layer, "Slice", "", inputs, {}, "output", made)


def slice_axes(
    build: Build, node: str, value: Value, shape: Sequence[int], parts: Sequence[Part]
) -> list[tuple[str, str]]:
    """Return a Slice's inputs: of the axes that are not taken whole, and of one axis if all are."""
    cut = [
        (axis, part) for axis, part in enumerate(parts) if (part.first, part.step, part.length) != (0, 1, shape[axis])
    ] or [(len(parts) - 1, parts[-1])]
    # An end before the first element is written from the end of the axis, as ONNX reads it.
    ends = [part.first + part.step * part.length for _, part in cut]
    columns = {
        "starts": [part.first for _, part in cut],
        "ends": [end if end >= 0 else end - shape[axis] for end, (axis, _) in zip(ends, cut, strict=True)],
        "axes": [axis for axis, _ in cut],
        "steps": [part.step for _, part in cut],
    }
    stored = [(what, build.store(f"{node}_{what}", np.array(column, np.int64))) for what, column in columns.items()]
    return [("data", value.name), *stored]
