"""A graph of integer operators as hardware sees it: one image at a time, channels last, no reshapes."""

import re
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ...errors import UserError
from ...graph import Graph, Node

Array = npt.NDArray[Any]
Shape = tuple[int, ...]

SAME_CODES = ("Reshape", "Flatten", "Squeeze", "Identity")
GLOBAL_POOLS = ("QLinearAveragePool", "QLinearGlobalAveragePool")
WEIGHTED = ("QLinearConv", "QLinearMatMul")
KNOWN = (
    "QuantizeLinear", *WEIGHTED, "QLinearAdd", *GLOBAL_POOLS, "QLinearSoftmax", "DequantizeLinear",
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Operation:
    """One integer operator at work.

    Attributes
    ----------
    node
        The graph's node.
    name
        The node's name as a C identifier: ``stack2_conv1_quant``.
    inputs
        The computed tensors that it reads, each by the name under which it was made: a reshape makes nothing.
    """

    node: Node
    name: str
    inputs: tuple[str, ...]

    @property
    def output(self) -> str:
        """The tensor that it makes."""
        return self.node.output

    @property
    def op_type(self) -> str:
        """The operator's ONNX name."""
        return self.node.op_type


class Network:
    """The integer part of a QOperator graph, in order of computation.

    Attributes
    ----------
    graph
        Where it comes from.
    operations
        Every operator but those that only move or reshape (they are looked through).
    image
        Shape of the image, ``(height, width, channels)``.

    Raises
    ------
    UserError
        If the graph is not of QOperator format, or has an operator or a shape that firmware of this kind cannot have.
    """

    def __init__(self, graph: Graph) -> None:
        if graph.format != "QOperator":
            raise UserError(
                f"{graph.name} is a model of format {graph.format}", "one of integer operators (QOperator)",
                "Use resnet8_int8_qoperator or another model whose name ends in _qoperator.",
            )  # fmt: skip
        self.graph = graph
        self._alias: dict[str, str] = {}
        found = []
        for node in graph.nodes:
            computed = [entry.tensor for entry in node.inputs if not entry.parameter]
            if node.op_type == "Transpose" and computed[0] == graph.inputs[0].name:
                self._alias[node.output] = computed[0]
            elif node.op_type in SAME_CODES and self._flat(computed[0]):
                self._alias[node.output] = self.source(computed[0])
            elif node.op_type in KNOWN:
                inputs = tuple(self.source(tensor) for tensor in computed)
                found.append(Operation(node, identifier(node.name), inputs))
            else:
                raise UserError(
                    f"node {node.name} is {node.op_type}", f"one of {', '.join(KNOWN)}",
                    "The hardware guide knows these; run the model with graph.run instead.",
                )  # fmt: skip
        self.operations = tuple(found)
        _, *shape = graph.inputs[0].shape or ()
        self.image: Shape = tuple(int(length) for length in shape if isinstance(length, int))

    def _flat(self, tensor: str) -> bool:
        """Whether a tensor has one pixel, so that its order in memory is the same channels first and last."""
        shape = self.shape(tensor)
        return len(shape) == 1 or shape[:2] == (1, 1)

    def source(self, tensor: str) -> str:
        """Return the name under which a tensor's codes were made."""
        return self._alias.get(tensor, tensor)

    def shape(self, tensor: str) -> Shape:
        """Return a tensor's shape for one image: ``(height, width, channels)`` or ``(features,)``.

        Raises
        ------
        UserError
            If the extraction does not say.
        """
        info = self.graph.info.get(tensor)
        lengths = None if info is None or info.shape is None else info.shape[1:]
        if lengths is None or not all(isinstance(length, int) for length in lengths):
            raise UserError(f"the shape of {tensor} is not known", "one without free axes", "Extract the model again.")
        fixed = tuple(int(length) for length in lengths if length is not None)
        if len(fixed) == 3 and tensor not in {entry.name for entry in self.graph.inputs}:
            return fixed[1], fixed[2], fixed[0]
        return fixed

    def dtype(self, tensor: str) -> np.dtype[Any]:
        """Return a tensor's type."""
        return np.dtype(self.graph.info[tensor].dtype or "float32")

    def parameter(self, operation: Operation, formal: str) -> Array | None:
        """Return one of an operation's parameters by its formal name, or None if it has none of that name."""
        tensor = operation.node.tensor(formal)
        return None if tensor is None else self.graph.parameters.get(tensor)

    def operation(self, name: str) -> Operation:
        """Return the operation with that name, or whose node, layer or output has it.

        Raises
        ------
        UserError
            If there is none, or several (a layer of two operators).
        """
        exact = [o for o in self.operations if name in (o.name, o.node.name, o.output)]
        found = exact or [o for o in self.operations if o.node.layer == name]
        if len(found) == 1:
            return found[0]
        if found:
            raise UserError(
                f"layer {name} has {len(found)} operators", " or ".join(o.node.name for o in found), "Choose one."
            )
        known = ", ".join(o.node.name for o in self.operations)
        raise UserError(f"there is no layer {name!r}", f"one of {known}", "Choose one of these.")

    def geometry(self, operation: Operation) -> tuple[Shape, Shape, Shape]:
        """Return a convolution's ``(kernel rows, columns)``, strides, and pads ``(top, left, bottom, right)``.

        Raises
        ------
        UserError
            If it is grouped, dilated or padded by ``auto_pad``.
        """
        attributes = operation.node.attributes
        kernel = np.asarray(self.parameter(operation, "w")).shape[2:]
        plain = (
            attributes.get("group", 1) == 1
            and set(attributes.get("dilations", (1, 1))) == {1}
            and attributes.get("auto_pad", "NOTSET") == "NOTSET"
        )
        if not plain:
            raise UserError(
                f"node {operation.node.name} has attributes {dict(attributes)}",
                "one group, no dilation, explicit pads",
                "Run the model with graph.run instead.",
            )  # fmt: skip
        return tuple(kernel), tuple(attributes.get("strides", (1, 1))), tuple(attributes.get("pads", (0, 0, 0, 0)))


def identifier(name: str) -> str:
    """Return a name as a C identifier.

    Examples
    --------
    >>> identifier("dense/MatMul_quant")
    'dense_MatMul_quant'
    """
    return re.sub(r"\W", "_", name)


def channels_last(array: Array) -> Array:
    """Return ``[N, C, H, W]`` as ``[N, H, W, C]``; anything else as it is; contiguous.

    Examples
    --------
    >>> channels_last(np.zeros((5, 16, 32, 31))).shape
    (5, 32, 31, 16)
    """
    return np.ascontiguousarray(array.transpose(0, 2, 3, 1) if array.ndim == 4 else array)
