r"""Residual additions: two tensors of codes meet whose scales differ.

The sum :math:`s_A (a - z_A) + s_B (b - z_B)` cannot be formed from the codes alone unless :math:`s_A = s_B`. Answers
are compared here by running the network with another addition, or with other scales, and counting what changes.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ..graph import Graph, Node

Array = npt.NDArray[Any]
Addition = Callable[[Mapping[str, Any]], Array]
"""Takes QLinearAdd's inputs by formal name (``A``, ``A_scale``, …) and returns codes."""


@dataclass(frozen=True)
class Mismatch:
    """Where two scales meet.

    Attributes
    ----------
    node
        The QLinearAdd.
    a, b
        The tensors that it adds.
    a_scale, b_scale, c_scale
        Their scales and that of the sum, float32.
    a_zero_point, b_zero_point, c_zero_point
        Their zero points.
    """

    node: str
    a: str
    b: str
    a_scale: float
    b_scale: float
    c_scale: float
    a_zero_point: int
    b_zero_point: int
    c_zero_point: int

    @property
    def ratio(self) -> float:
        """The larger operand's scale in units of the smaller one's."""
        return max(self.a_scale, self.b_scale) / min(self.a_scale, self.b_scale)


def residual_nodes(graph: Graph) -> list[Node]:
    """Return the additions of two activations: those of a bias are left out."""
    return [
        node for node in graph.nodes
        if node.op_type == "QLinearAdd" and not any(e.parameter for e in node.inputs if e.formal in ("A", "B"))
    ]  # fmt: skip


def mismatches(graph: Graph) -> list[Mismatch]:
    """Return the scales that meet at each residual addition.

    Parameters
    ----------
    graph
        A network of integer operators (QOperator).
    """

    def value(node: Node, formal: str) -> Any:
        return graph.parameters[str(node.tensor(formal))]

    return [
        Mismatch(
            node.name,
            str(node.tensor("A")),
            str(node.tensor("B")),
            float(value(node, "A_scale")),
            float(value(node, "B_scale")),
            float(value(node, "C_scale")),
            int(value(node, "A_zero_point")),
            int(value(node, "B_zero_point")),
            int(value(node, "C_zero_point")),
        )
        for node in residual_nodes(graph)
    ]


def matched_scales(graph: Graph) -> Graph:
    """Return the network with one scale for both operands of each residual addition and for its sum: the largest.

    The zero points stay, so no range gets smaller. Biases are quantized anew, because their scale is that of the
    layer's input times that of its weights.

    Parameters
    ----------
    graph
        A network of integer operators (QOperator).
    """
    changed: dict[str, Array] = {}
    for node in residual_nodes(graph):
        names = [str(node.tensor(f"{of}_scale")) for of in "ABC"]
        largest = np.max([graph.parameters[name] for name in names]).astype(np.float32)
        changed |= {name: np.asarray(largest) for name in names}
    for node in graph.nodes:
        scale, bias = str(node.tensor("x_scale")), str(node.tensor("B"))
        if node.op_type == "QLinearConv" and scale in changed and bias in graph.parameters:
            ratio = np.float64(graph.parameters[scale]) / np.float64(changed[scale])
            changed[bias] = np.rint(graph.parameters[bias] * ratio).astype(np.int32)
    return graph.with_parameters(changed)


def integer_addition(inputs: Mapping[str, Any]) -> Array:
    """Add codes of one scale with an integer adder and a clamp, nothing else.

    Parameters
    ----------
    inputs
        Of QLinearAdd, by formal name. The three scales must be equal.

    Raises
    ------
    ValueError
        If they are not.

    Examples
    --------
    >>> one, zero = np.float32(1), np.int8(0)
    >>> codes = {"A": np.array([100, -3], np.int8), "B": np.array([100, 5], np.int8)}
    >>> zeros = {"A_zero_point": zero, "B_zero_point": np.int8(1), "C_zero_point": np.int8(-128)}
    >>> integer_addition(codes | zeros | {"A_scale": one, "B_scale": one, "C_scale": one})
    array([  71, -127], dtype=int8)
    """
    if not inputs["A_scale"] == inputs["B_scale"] == inputs["C_scale"]:
        raise ValueError("an integer adder needs one scale for both operands and the sum")
    a, b = (inputs[of].astype(np.int16) - np.int16(inputs[f"{of}_zero_point"]) for of in "AB")
    limits = np.iinfo(inputs["A"].dtype)
    total = a + b + np.int16(inputs["C_zero_point"])
    result: Array = np.clip(total, limits.min, limits.max).astype(inputs["A"].dtype)
    return result


def careless_addition(inputs: Mapping[str, Any]) -> Array:
    """Add the codes as if all scales were equal: the mistake that this module is about."""
    one = np.float32(1)
    return integer_addition({**inputs, "A_scale": one, "B_scale": one, "C_scale": one})


def run_with_addition(graph: Graph, images: Array, addition: Addition | None) -> dict[str, Array]:
    """Run the network with another residual addition, and return every tensor.

    Parameters
    ----------
    graph
        A network of integer operators (QOperator).
    images
        uint8 or float32 ``[N, 32, 32, 3]``.
    addition
        Takes the place of each residual QLinearAdd; None for the operator itself.
    """
    values: dict[str, Array] = {graph.inputs[0].name: np.asarray(images, np.float32)}
    residual = {node.name for node in residual_nodes(graph)}
    for node in graph.nodes:
        if addition is not None and node.name in residual:
            values[node.output] = addition(graph.arguments(node, values))
        else:
            values[node.output] = graph.compute(node, values)
    return values
