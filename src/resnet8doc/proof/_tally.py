"""Counting what differs, tensor by tensor, and keeping the first difference whole."""

from typing import Any

import numpy as np
import numpy.typing as npt

from ..arithmetic import Runtime
from ..errors import UserError
from ..graph import Graph, Node, operator_of
from ..graph import trace as trace_element

Array = npt.NDArray[Any]


class EngineFaultError(UserError):
    """The engine is wrong, whatever was given: no file and no runtime is to blame."""


def alike(name: str, found: Array, expected: Array, runtime: str) -> None:
    """Hold a result to a runtime's type and shape.

    Raises
    ------
    EngineFaultError
        If it has another.

    Examples
    --------
    >>> alike("node a", np.zeros(2, np.int8), np.ones(2, np.int8), "PyTorch")
    """
    if found.dtype != expected.dtype or found.shape != expected.shape:
        raise EngineFaultError(
            f"{name} gives {found.dtype} {list(found.shape)}",
            f"{expected.dtype} {list(expected.shape)}, as {runtime} does",
            "This is a fault of the engine: report it.",
        )


class Tally:
    """One node's counts."""

    def __init__(self, node: Node) -> None:
        self.node = node
        self.values = self.local = self.end_to_end = 0
        self.largest_local = self.largest_end_to_end = 0.0
        self.dtype = ""

    @property
    def held(self) -> bool:
        """Whether equality is demanded of it."""
        return operator_of(self.node).is_held(self.dtype)

    def count(self, expected: Array, local: Array, end_to_end: Array) -> None:
        """Add one chunk."""
        self.dtype = str(expected.dtype)
        self.values += expected.size
        amount, largest = difference(local, expected)
        self.local += amount
        self.largest_local = max(self.largest_local, largest)
        if end_to_end is not local:
            amount, largest = difference(end_to_end, expected)
        self.end_to_end += amount
        self.largest_end_to_end = max(self.largest_end_to_end, largest)

    def to_dict(self) -> dict[str, Any]:
        """Return the row as results hold it."""
        return {
            "node": self.node.name, "op_type": self.node.op_type, "layer": self.node.layer, "tensor": self.node.output,
            "dtype": self.dtype, "held": self.held, "values": self.values, "local_mismatches": self.local,
            "end_to_end_mismatches": self.end_to_end, "largest_local": self.largest_local,
            "largest_end_to_end": self.largest_end_to_end,
        }  # fmt: skip


def difference(found: Array, expected: Array) -> tuple[int, float]:
    """Return how many values differ, and by how much at most."""
    unequal = differs(found, expected)
    count = int(np.count_nonzero(unequal))
    if not count:
        return 0, 0.0
    return count, float(np.max(np.abs(found[unequal].astype(np.float64) - expected[unequal].astype(np.float64))))


def differs(found: Array, expected: Array) -> npt.NDArray[np.bool_]:
    """Return where values differ: real ones as bits, so that -0.0 is not 0.0; what is not a number equals all such.

    Of sequences, which tensors differ.

    Examples
    --------
    >>> zero, nan = np.float32(0), np.float32("nan")
    >>> differs(np.array([-zero, zero, -nan]), np.array([zero, zero, nan]))
    array([ True, False, False])
    """
    if found.dtype == object:
        pairs = zip(found, expected, strict=True)
        return np.array([one.shape != other.shape or differs(one, other).any() for one, other in pairs], bool)
    if found.dtype.kind != "f" or found.dtype != expected.dtype:
        return np.asarray(found != expected)
    bits = np.dtype(f"u{found.dtype.itemsize}")
    unequal = np.asarray(found, order="C").view(bits) != np.asarray(expected, order="C").view(bits)
    return np.asarray(unequal & ~(np.isnan(found) & np.isnan(expected)))


def first_mismatch(
    graph: Graph, node: Node, values: dict[str, Array], found: Array, first_image: int
) -> dict[str, Any]:
    """Return the first value in which a node differs from ONNX Runtime, with all that went into it."""
    expected = values[node.output]
    index = tuple(int(i) for i in np.argwhere(differs(found, expected))[0])
    result: dict[str, Any] = {
        "node": node.name, "op_type": node.op_type, "image": first_image + (index[0] if index else 0),
        "index": list(index),
        "onnxruntime": expected[index].item(), "engine": found[index].item(),
    }  # fmt: skip
    result["trace"] = trace_or_reason(graph, node, values, index, graph.limited(node, graph.runtime))
    return result


def trace_or_reason(
    graph: Graph, node: Node, values: dict[str, Array], index: tuple[int, ...], runtime: Runtime
) -> dict[str, Any] | str:
    """Return how a value comes about, or why that cannot be written down: a mismatch counts all the same."""
    try:
        return trace_element(node, graph.arguments(node, values), index, runtime).to_dict()
    except UserError as error:  # an operator that moves numbers, or on real ones, has no trace
        return str(error)


def traced(first: dict[str, Any]) -> list[str]:
    """Return the steps of the first mismatch, a line each; none where it has no trace."""
    steps = first["trace"]["steps"] if isinstance(first["trace"], dict) else ()
    return [f"  {step['name']}: {step['formula']} = {step['value']}" for step in steps]
