"""The table of operators: shapes, multiply-accumulates, bytes."""

from dataclasses import dataclass

import numpy as np

from ..graph import Node, operator_of
from ._subject import Subject

Shape = tuple[int, ...]

FIRST = ("x", "X", "a", "A")
"""Formal names of the operand that is no weight, of the operators that sum products."""

LAST_AXIS = (
    "QLinearMatMul",
    "QGemm",
    "MatMul",
    "Gemm",
    "MatMulInteger",
    "MatMulIntegerToFloat",
    "DynamicQuantizeMatMul",
)
WINDOWS = ("QLinearConv", "Conv", "ConvInteger")


@dataclass(frozen=True)
class Row:
    """One operator at work.

    Attributes
    ----------
    number
        From 1, in the order of computation.
    node
        Which.
    inputs, output
        Shapes of what is computed, for one item.
    multiply_accumulates
        Products summed for one item, padding included; 0 for what sums none.
    parameter_bytes
        Of all that is stored for it: weights, bias, scales, zero points.
    has_page
        Whether it computes; what only moves numbers is in the table alone.
    """

    number: int
    node: Node
    inputs: tuple[Shape, ...]
    output: Shape
    multiply_accumulates: int
    parameter_bytes: int
    has_page: bool

    @property
    def page(self) -> str:
        """The name of its page: a number, as a node's own name may be anything."""
        return f"layers/{self.number:04d}.html"


def operators(subject: Subject) -> list[Row]:
    """Return a row for every node."""
    rows = []
    for number, node in enumerate(subject.graph.nodes, 1):
        read = tuple(subject.values[e.tensor].shape for e in node.inputs if not e.parameter)
        stored = {e.tensor for e in node.inputs if e.parameter}
        size = sum(subject.graph.parameters[tensor].nbytes for tensor in stored)
        rows.append(
            Row(number, node, read, subject.values[node.output].shape, _products(subject, node), size,
                operator_of(node).kind != "movement")
        )  # fmt: skip
    return rows


def parameter_bytes(subject: Subject) -> int:
    """Return the bytes of all that is stored, each tensor once."""
    return sum(array.nbytes for array in subject.graph.parameters.values())


def _products(subject: Subject, node: Node) -> int:
    """Return how many products are summed: for each output as many as one row of the weights has."""
    weights = operator_of(node).weights
    first = next((node.tensor(name) for name in FIRST if node.tensor(name) is not None), None)
    if weights is None or first is None or node.tensor(weights) is None:
        return 0
    x, w = subject.tensor(first), subject.tensor(str(node.tensor(weights)))
    made = int(np.prod(subject.values[node.output].shape, dtype=int))
    if node.op_type in WINDOWS:
        return made * int(np.prod(w.shape[1:], dtype=int))
    if node.op_type == "ConvTranspose":
        return int(x.size) * int(np.prod(w.shape[1:], dtype=int))
    if node.op_type in LAST_AXIS:
        return made * int(x.shape[0 if node.attributes.get("transA", 0) else -1])
    return 0
