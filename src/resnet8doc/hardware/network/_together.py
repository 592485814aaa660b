"""Whether a network keeps its items apart: what becomes of the first axis of each tensor."""

import math
from collections.abc import Mapping, Set
from typing import Any

import numpy as np
import numpy.typing as npt

from ...graph import Graph, Node
from ._accept import (
    CHOICES,
    COMPARISONS,
    CONVOLUTIONS,
    EXTREMES,
    LARGEST,
    PAIRS,
    REDUCED_EXTREMES,
    REDUCTIONS,
    SOFTMAXES,
    TABLES,
    joined,
    reduced_axes,
)

Array = npt.NDArray[Any]
Shape = tuple[int, ...]


def counts_items(graph: Graph, shapes: Mapping[str, Shape], constants: Mapping[str, Array]) -> tuple[bool, bool]:
    """Return whether the first axis of every computed tensor counts items, and whether many may be given at once.

    Each tensor's first axis has length 1 for one item; the question is whether it would have length N for N, with each
    item computed from its own numbers alone. Only then may it be left out of what is shown, and only then may the
    engine be given many items together. What is not known to keep items apart is taken not to.
    """
    apart = {entry.name for entry in graph.inputs if shapes[entry.name][:1] == (1,)}
    fixed = any(isinstance((entry.shape or (1,))[0], int) for entry in graph.inputs)
    for node in graph.nodes:
        if node.output in constants:
            continue
        if _keeps(node, shapes, constants, apart):
            apart.update(node.outputs)
        fixed = fixed or any(tensor in constants for tensor in joined(node))  # a stored one has one item's length
        if node.op_type == "Reshape" and node.tensor("shape") in constants:
            fixed = fixed or int(constants[str(node.tensor("shape"))].reshape(-1)[:1].sum()) > 0
    computed = {entry.name for entry in graph.inputs} | {name for node in graph.nodes for name in node.outputs if name}
    leading = computed - set(constants) <= apart
    return leading, leading and not fixed


def _keeps(node: Node, shapes: Mapping[str, Shape], constants: Mapping[str, Array], apart: Set[str]) -> bool:
    read = [entry for entry in node.inputs if entry.tensor not in constants]
    shape = shapes[node.output]
    if not read or shape[:1] != (1,) or any(entry.tensor not in apart for entry in read):
        return False
    rank = len(shapes[read[0].tensor])
    match node.op_type:
        case "QuantizeLinear" | "DequantizeLinear":
            scale = constants.get(str(node.tensor("y_scale") or node.tensor("x_scale")))
            return scale is None or scale.size == 1 or int(node.attributes.get("axis", 1)) % rank > 0
        case op_type if op_type in REDUCED_EXTREMES:
            return 0 not in reduced_axes(node, constants, rank)
        case (
            "QLinearAveragePool"
            | "QLinearGlobalAveragePool"
            | "Identity"
            | "RESIZE_BILINEAR"
            | "DepthToSpace"
            | "SpaceToDepth"
        ):
            return True
        case op_type if op_type in (*CONVOLUTIONS, *REDUCTIONS, *TABLES, *LARGEST):
            return True
        case op_type if op_type in SOFTMAXES:
            return int(node.attributes.get("axis", -1)) % rank > 0
        case "Concat" | "QLinearConcat" | "Split" | "Gather":
            return int(node.attributes.get("axis", 1 if node.op_type == "Concat" else 0)) % rank > 0
        case "Slice" | "Pad":
            return 0 not in _axes(node, constants, rank)
        case "Expand" | "Tile":
            wanted = constants[str(node.tensor("shape") or node.tensor("repeats"))].reshape(-1)
            return wanted.size == rank and int(wanted[0]) == 1
        case op_type if op_type in (*PAIRS, *EXTREMES, *COMPARISONS, *CHOICES, "QLinearMatMul"):
            return _spreads(node, shapes, constants)
        case "QGemm":
            bias = constants.get(str(node.tensor("C")))
            plain = bias is None or bias.ndim < 2 or bias.shape[0] == 1
            return not node.attributes.get("transA", 0) and [entry.formal for entry in read] == ["A"] and plain
        case "Transpose":
            perm = tuple(node.attributes.get("perm") or range(rank)[::-1])
            return int(perm[0]) == 0
        case "Flatten":
            return int(node.attributes.get("axis", 1)) == 1
        case "Reshape":
            wanted = constants[str(node.tensor("shape"))].reshape(-1)
            zero = wanted.size > 0 and wanted[0] == 0 and not node.attributes.get("allowzero", 0)
            return wanted.size > 0 and (zero or int(wanted[0]) in (-1, 1)) and math.prod(shape[1:]) > 0
        case "Squeeze" | "Unsqueeze":
            axes = constants.get(str(node.tensor("axes")))
            after = rank if node.op_type == "Squeeze" else len(shape)
            return axes is not None and bool(np.all(axes.reshape(-1) % after > 0))
    return False


def _axes(node: Node, constants: Mapping[str, Array], rank: int) -> Set[int]:
    """Return the axes along which a Slice or Pad takes away or adds something."""

    def given(formal: str) -> list[int] | None:
        stored = constants.get(str(node.tensor(formal)))
        found = node.attributes.get(formal) if stored is None else stored.reshape(-1)
        return None if found is None else [int(number) for number in found]

    amounts = given("starts" if node.op_type == "Slice" else "pads") or []
    count = len(amounts) if node.op_type == "Slice" else len(amounts) // 2
    axes = [axis % rank for axis in given("axes") or range(count)]
    if node.op_type == "Slice":
        return set(axes)
    return {axis for number, axis in enumerate(axes) if amounts[number] or amounts[number + count]}


def _spreads(node: Node, shapes: Mapping[str, Shape], constants: Mapping[str, Array]) -> bool:
    """Whether an operator with two operands keeps items apart: a stored operand must be the same for all of them."""
    rank = len(shapes[node.output])
    matrix = 2 if node.op_type == "QLinearMatMul" else 0
    for entry in node.inputs:
        if entry.formal not in ("A", "B", "a", "b", "data_0", "condition", "X", "Y"):
            continue
        stored = constants.get(entry.tensor)
        if stored is None and len(shapes[entry.tensor]) != rank:
            return False
        if stored is not None and stored.ndim >= max(rank, matrix + 1) and stored.shape[0] != 1:
            return False
        if rank == matrix and (entry.formal == "a") != (stored is None):  # items are the rows of a
            return False
    return True
