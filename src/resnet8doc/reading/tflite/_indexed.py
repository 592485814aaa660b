"""Operators that take or put codes by coordinates or by rank: GATHER_ND, SCATTER_ND, TOPK_V2; and BROADCAST_TO."""

from typing import Any

import numpy as np
import numpy.typing as npt

from ...errors import UserError
from ._build import Build, Value
from ._elementwise import alike, same_scales
from ._file import Operation, Tensor
from ._shapes import finish_in_file_order, in_file_order, refuse_more_axes

Array = npt.NDArray[Any]

INT32 = 6
"""ONNX's number of the type."""


def gather_nd(build: Build, op: Operation) -> None:
    """GATHER_ND of stored coordinates as GatherND, in the order of the file."""
    x, y = same_scales(build, op)
    refuse_more_axes(build, op, x, y)
    where = _coordinates(build, op, build.tensor(op, 1), x.shape)
    at = build.store(f"{build.names[y.index].node}_indices", where)
    inputs = [("data", in_file_order(build, op, x).name), ("indices", at)]
    finish_in_file_order(build, y, "GatherND", inputs, {}, "output")


def scatter_nd(build: Build, op: Operation) -> None:
    """SCATTER_ND of stored coordinates as ScatterND into codes that are 0, whatever the zero point is.

    What falls on one place is added, in the bits of a code.
    """
    x, y = same_scales(build, op, 1)
    refuse_more_axes(build, op, x, y)
    if [int(size) for size in np.ravel(build.constant(op, build.tensor(op, 2)))] != list(y.shape):
        raise ValueError(f"the shape that is asked for is not {list(y.shape)}")
    where = _coordinates(build, op, build.tensor(op, 0), y.shape)
    node = build.names[y.index].node
    empty = build.store(f"{node}_zeros", np.zeros(y.shape, y.dtype))
    inputs = [("data", empty), ("indices", build.store(f"{node}_indices", where)),
              ("updates", in_file_order(build, op, x).name)]  # fmt: skip
    finish_in_file_order(build, y, "ScatterND", inputs, {"reduction": "add"}, "output")


def top_k(build: Build, op: Operation) -> None:
    """TOPK_V2 along the last axis as TopK, whose indices are int64, and a Cast of them."""
    x = build.codes(op, build.tensor(op, 0))
    y, places = (build.file.tensors[op.outputs[number]] for number in (0, 1))
    alike(build, op, x, build.codes(op, y))
    refuse_more_axes(build, op, x, y)
    many = build.tensor(op, 1)
    if {many.dtype, places.dtype} != {"int32"}:
        raise UserError(
            f"{build.where(op)} takes {many.dtype} and makes {places.dtype}", "int32 both", "Convert the model again."
        )
    k = int(np.ravel(build.constant(op, many))[0])
    if y.shape != (*x.shape[:-1], k) or places.shape != y.shape or not 0 < k <= x.shape[-1]:
        raise ValueError(f"takes {k} of {list(x.shape)}, the outputs are {list(y.shape)} and {list(places.shape)}")
    names, made = [build.names[tensor.index] for tensor in (y, places)], [build.made(tensor) for tensor in (y, places)]
    inputs = [("X", build.value(op, x).name), ("K", build.store(f"{names[0].node}_K", np.array([k], np.int64)))]
    wide = Value(f"{made[1].name}_int64", "int64", made[1].shape)
    axis = 1 if len(x.shape) == 4 else len(x.shape) - 1
    build.node(names[0].node, names[0].layer, "TopK", "", inputs, {"axis": axis}, "Values", made[0], ("Indices", wide))
    build.node(names[1].node, names[1].layer, "Cast", "", [("input", wide.name)], {"to": INT32}, "output", made[1])
    build.values |= {y.index: made[0], places.index: made[1]}


def broadcast_to(build: Build, op: Operation) -> None:
    """BROADCAST_TO as Expand, in the order of the file."""
    x, y = same_scales(build, op)
    refuse_more_axes(build, op, x, y)
    if [int(size) for size in np.ravel(build.constant(op, build.tensor(op, 1)))] != list(y.shape):
        raise ValueError(f"the shape that is asked for is not {list(y.shape)}")
    shape = build.store(f"{build.names[y.index].node}_shape", np.array(y.shape, np.int64))
    inputs = [("input", in_file_order(build, op, x).name), ("shape", shape)]
    finish_in_file_order(build, y, "Expand", inputs, {}, "output")


def _coordinates(build: Build, op: Operation, tensor: Tensor, shape: tuple[int, ...]) -> Array:
    """Return stored coordinates, int64; those outside of a tensor are refused, as the kernels refuse them."""
    if tensor.dtype != "int32":
        raise UserError(
            f"{build.where(op)}: the coordinates {tensor.name} are {tensor.dtype}", "int32, as every kernel set",
            "Store them as int32.",
        )  # fmt: skip
    where = np.asarray(build.constant(op, tensor), np.int64)
    if not where.ndim or not 0 < where.shape[-1] <= len(shape):
        raise ValueError(f"coordinates of {list(where.shape)} for {list(shape)}")
    if not ((where >= 0) & (where < np.array(shape[: where.shape[-1]]))).all():
        raise ValueError(f"coordinates outside of {list(shape)}")
    return where
