"""What codes stand for: scales with their bits, zero points, ranges; and the factor of the second stage."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import UserError
from ..graph import Node, operator_of
from ._subject import Subject

Array = npt.NDArray[Any]

OPERANDS = {"QLinearConv": ("x", "w"), "QLinearMatMul": ("a", "b"), "QGemm": ("a", "b")}
"""For each operator whose sums are multiplied by one factor a channel: whose scales are in it."""


@dataclass(frozen=True)
class Codes:
    """A tensor of codes that an operator reads or makes.

    Attributes
    ----------
    formal, tensor
        The operator's name for it, and the network's.
    dtype
        ``int8``, ``uint8``.
    scales, zero_points
        One for all, or one a channel; the zero points as many as scales.
    least, most
        The smallest and the largest code: of weights all, of activations those of the item that is specified.
    """

    formal: str
    tensor: str
    dtype: str
    scales: Array
    zero_points: Array
    least: int
    most: int


def codes_of(subject: Subject, node: Node) -> list[Codes]:
    """Return every tensor of codes that a node reads or makes and whose scale is stored."""
    operator = operator_of(node)
    places = [(e.formal, e.tensor) for e in node.inputs if e.formal in operator.codes]
    places += [
        (formal, tensor) for formal, tensor in zip(operator.outputs, node.outputs, strict=False)
        if tensor and formal in operator.codes
    ]  # fmt: skip
    found = []
    for formal, tensor in places:
        names = operator.codes[formal]
        scale = subject.graph.parameters.get(str(node.tensor(names.scale)))
        codes = subject.tensor(tensor)
        if scale is None or codes.dtype.kind not in "iu" or not codes.size:
            continue
        zero = subject.graph.parameters.get(str(node.tensor(names.zero_point)))
        zeros = np.zeros((), codes.dtype) if zero is None else zero
        scales = np.asarray(scale).reshape(-1)
        spread = np.broadcast_to(np.asarray(zeros).reshape(-1), scales.shape) if zeros.size == 1 else zeros.reshape(-1)
        found.append(Codes(formal, tensor, str(codes.dtype), scales, spread, int(codes.min()), int(codes.max())))
    return found


def factors(subject: Subject, node: Node) -> Array:
    """Return what an operator's accumulators are multiplied by, as the runtime's second stage holds it.

    Returns
    -------
    numpy.ndarray
        ``[channels]``, or ``[1]`` where all share one, of the type in which the runtime holds it.

    Raises
    ------
    UserError
        If the operator has no such factor, the runtime a formula of its own for it, or a scale is computed.
    """
    graph = subject.graph
    if node.op_type not in OPERANDS or graph.runtime.own(node.op_type) is not None:
        raise UserError(
            f"node {node.name} is {node.op_type}, which {graph.runtime.title} does not requantize by one factor",
            f"one of {', '.join(OPERANDS)}", "Read its steps in the worked example.",
        )  # fmt: skip
    left, right = OPERANDS[node.op_type]
    scales = []
    for formal in (f"{left}_scale", f"{right}_scale", "y_scale"):
        stored = graph.parameters.get(str(node.tensor(formal)))
        if stored is None:
            raise UserError(
                f"{formal} of node {node.name} is not stored", "one that is", "Store it in the model as a constant."
            )
        scales.append(stored.reshape(-1) if stored.ndim > 1 else stored)
    x, w, y = scales
    if node.op_type == "QGemm":
        x = np.float32(node.attributes.get("alpha", 1.0)) * x
    stage, weights = graph.runtime.second_stage, graph.parameters.get(str(node.tensor("w")))
    if weights is not None:
        stage = stage.of_weights(weights.dtype)
    return np.asarray(stage.factor(x, w, y)).reshape(-1)


def bits(value: Any) -> str:
    """Return a number's bits in hexadecimal, as IEEE 754 has them.

    Examples
    --------
    >>> bits(np.float32(0.1)), bits(np.float64(0.1))
    ('0x3dcccccd', '0x3fb999999999999a')
    """
    array = np.asarray(value)
    return f"0x{int(array.view(f'u{array.dtype.itemsize}')):0{2 * array.dtype.itemsize}x}"
