"""What a graph is made of."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]


@dataclass(frozen=True)
class TensorInfo:
    """A tensor's name, type and shape.

    Attributes
    ----------
    name
        As in the ONNX file.
    dtype
        ``int8``, ``float32``, …
    shape
        Lengths; a string (``batch``) or None where it is free.
    """

    name: str
    dtype: str | None
    shape: tuple[int | str | None, ...] | None


@dataclass(frozen=True)
class Input:
    """One input of a node.

    Attributes
    ----------
    formal
        The standard's name: ``x``, ``w_scale``, ``B``.
    tensor
        The tensor connected to it.
    parameter
        Whether it is stored in the model (an initializer) and not computed.
    """

    formal: str
    tensor: str
    parameter: bool


@dataclass(frozen=True)
class Body:
    """A graph within a node. What it reads of the tensors around the node are inputs of the node: :data:`CAPTURED`.

    Attributes
    ----------
    nodes
        In an order of computation.
    inputs
        What the node feeds to it.
    outputs
        What it gives back.
    """

    nodes: "tuple[Node, ...]"
    inputs: tuple[TensorInfo, ...]
    outputs: tuple[str, ...]


CAPTURED = "captured"
"""The formal name of what a graph within a node reads of the tensors around it."""


@dataclass(frozen=True)
class Node:
    """One operator at work.

    Attributes
    ----------
    name
        As in the ONNX file, unique in the graph: ``stack2_conv1_quant``.
    op_type, domain
        ``QLinearConv``, ``""``; ``QLinearAdd``, ``com.microsoft``.
    layer
        The architecture's name of the layer that it computes: ``stack2_conv1``.
    inputs
        Those that are connected, in the operator's order.
    outputs
        The tensors that it computes, in the operator's order; ``""`` for one that nobody asks for.
    attributes
        By the standard's names.
    version
        The opset whose meaning the operator has (the standard's "since version").
    bodies
        The graphs within it, by the names of their attributes: of If, Loop and Scan.
    kernel
        The operator of TensorFlow Lite that it computes, where not every kernel set has it: ``TILE``. Else empty.
    """

    name: str
    op_type: str
    domain: str
    layer: str
    inputs: tuple[Input, ...]
    outputs: tuple[str, ...]
    attributes: Mapping[str, Any]
    version: int = 1
    bodies: Mapping[str, "Body"] = field(default_factory=dict)
    kernel: str = ""

    @property
    def output(self) -> str:
        """The first tensor that it computes and that has a name: what nobody reads may have none."""
        return next((name for name in self.outputs if name), "")

    def tensor(self, formal: str) -> str | None:
        """Return the tensor connected to the input of that formal name, or None.

        Examples
        --------
        >>> Node("n", "Relu", "", "n", (Input("X", "a", False),), ("b",), {}, 14).tensor("X")
        'a'
        """
        return next((entry.tensor for entry in self.inputs if entry.formal == formal), None)


@dataclass(frozen=True)
class Quantization:
    r"""What a tensor of codes stands for: :math:`(q - z) \cdot s`.

    Attributes
    ----------
    scale
        float32, scalar or one for each channel along ``axis``.
    zero_point
        Of the codes' type.
    axis
        The axis of the codes along which a scale that is no scalar runs.
    scale_name, zero_point_name
        The parameters that hold them.
    """

    scale: Array
    zero_point: Array
    axis: int
    scale_name: str
    zero_point_name: str | None

    def dequantize(self, codes: Array) -> Array:
        """Return the real numbers, float32.

        Examples
        --------
        >>> Quantization(np.float32(0.5), np.int8(-128), 0, "s", "z").dequantize(np.array([-128, 0], np.int8))
        array([ 0., 64.], dtype=float32)
        """
        scale, zero = np.asarray(self.scale), np.asarray(self.zero_point)
        if scale.ndim:
            shape = [1] * codes.ndim
            shape[self.axis] = -1
            scale, zero = scale.reshape(shape), zero.reshape(shape) if zero.ndim else zero
        return np.asarray((codes.astype(np.int32) - zero.astype(np.int32)).astype(np.float32) * scale)
