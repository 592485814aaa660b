"""What the generator needs of a network, layer by layer: the one place that knows graphs, operators and their scales.

Codes are moved here to int8: a uint8 model's codes and zero points less 128, its weights less their zero points.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ...arithmetic import scale_multiplier
from ...errors import UserError
from ...graph import Graph
from ...ops import qlinear_add, quantize_linear
from ..integers import sum_table
from ..network import Network, Operation, accumulators

Array = npt.NDArray[Any]


@dataclass(frozen=True, eq=False)
class Products:
    """A layer of sums of products: a convolution, or a dense layer as one of a single pixel.

    Attributes
    ----------
    name, source, output
        Of the node, and of the tensors that it reads and makes.
    weights
        int64 ``[outputs, rows, columns, inputs]``, zero points taken off.
    bias
        int64 ``[outputs]``.
    zero
        The input's zero point, which padding holds.
    multipliers
        float32 ``[outputs]``.
    y_zero
        The output's zero point.
    stride, pads
        ``pads``: top, left, bottom, right.
    """

    name: str
    source: str
    output: str
    weights: Array
    bias: Array
    zero: int
    multipliers: Array
    y_zero: int
    stride: tuple[int, int] = (1, 1)
    pads: tuple[int, ...] = (0, 0, 0, 0)


@dataclass(frozen=True, eq=False)
class Pool:
    """A global average pool."""

    name: str
    source: str
    output: str
    zero: int
    multiplier: np.float32
    y_zero: int


@dataclass(frozen=True, eq=False)
class Add:
    """A sum of two tensors, or of a tensor and stored codes.

    Attributes
    ----------
    second
        The other tensor, or int64 codes.
    codes
        Of all pairs of codes, int64 ``[256, 256]``, first summand in rows.
    ratio, second_ratio
        Quotients of each summand's scale and the sum's.
    """

    name: str
    source: str
    second: str | Array
    output: str
    codes: Array
    ratio: float
    second_ratio: float


Layer = Products | Pool | Add


def inputs(layer: Layer) -> tuple[str, ...]:
    """Return the computed tensors that a layer reads."""
    second = layer.second if isinstance(layer, Add) else None
    return (layer.source, second) if isinstance(second, str) else (layer.source,)


@dataclass(frozen=True, eq=False)
class Layers:
    """A network as the generator takes it.

    Attributes
    ----------
    model
        Its name.
    image, shape
        The quantized image's tensor, and its ``(rows, columns, colours)``.
    pixels
        int64 ``[256]``: the code of each pixel value.
    layers
        In order.
    shapes
        Of each tensor: ``(rows, columns, channels)``.
    unsigned
        Whether the model's codes are uint8.
    """

    model: str
    image: str
    shape: tuple[int, int, int]
    pixels: Array
    layers: tuple[Layer, ...]
    shapes: Mapping[str, tuple[int, int, int]]
    unsigned: bool


def read_layers(graph: Graph) -> Layers:
    """Read a network of integer operators.

    Raises
    ------
    UserError
        If it has an operator that the machine does not know, or other than 8 bits, by the layer's name.
    """
    network = Network(graph)
    computed = [o for o in network.operations if o.op_type not in ("QLinearSoftmax", "DequantizeLinear")]
    image = network.shape(computed[0].output) if computed else ()
    if not computed or computed[0].op_type != "QuantizeLinear" or len(image) != 3:
        raise UserError(
            f"{graph.name} does not begin with a QuantizeLinear of an image", "pixels 0 to 255, quantized first",
            "Quantize the image in the model, by its first operator.",
        )  # fmt: skip
    first, *rest = computed
    types = {network.dtype(o.output) for o in computed}
    if types not in ({np.dtype(np.int8)}, {np.dtype(np.uint8)}):
        raise UserError(
            f"{graph.name} has codes of {', '.join(sorted(map(str, types)))}", "int8 or uint8 throughout",
            "Quantize all activations to one of these types.",
        )  # fmt: skip
    unsigned = types == {np.dtype(np.uint8)}
    read = _Reader(network, 128 if unsigned else 0)
    pixels = quantize_linear(
        np.arange(256, dtype=np.float32), read.value(first, "y_scale"), read.value(first, "y_zero_point")
    )
    return Layers(
        graph.name,
        first.output,
        (image[0], image[1], image[2]),
        pixels.astype(np.int64) - read.moved,
        tuple(read.layer(operation) for operation in rest),
        {o.output: _three(network.shape(o.output)) for o in computed},
        unsigned,
    )


def codes_of(layers: Layers, tensor: str, values: Mapping[str, Array]) -> Array:
    """Return a tensor's codes as the machine holds them: int8 ``[N, rows, columns, channels]``.

    Parameters
    ----------
    layers
        The network.
    tensor
        Which.
    values
        What ``graph.run(images, "all")`` returned.
    """
    codes = values[tensor]
    codes = np.ascontiguousarray(codes.transpose(0, 2, 3, 1) if codes.ndim == 4 else codes)
    moved = codes.view(np.int8) ^ np.int8(-128) if layers.unsigned else codes
    return moved.reshape(len(codes), *layers.shapes[tensor])


def real_accumulators(graph: Graph, values: Mapping[str, Array]) -> dict[str, Array]:
    """Return the accumulators of each layer that has some, by its output: int64 ``[..., channels]``, bias included."""
    network = Network(graph)
    found = {o.output: accumulators(network, o, values) for o in network.operations}
    return {tensor: sums.astype(np.int64) for tensor, sums in found.items() if sums is not None}


def _three(shape: tuple[int, ...]) -> tuple[int, int, int]:
    return (shape[0], shape[1], shape[2]) if len(shape) == 3 else (1, 1, shape[-1])


class _Reader:
    """Reads operations; ``moved`` is taken off all codes and zero points."""

    def __init__(self, network: Network, moved: int) -> None:
        self.network = network
        self.moved = moved

    def value(self, operation: Operation, formal: str) -> Array:
        found = self.network.parameter(operation, formal)
        return np.zeros((), np.int64) if found is None else np.asarray(found)

    def _zero(self, operation: Operation, formal: str) -> int:
        return int(self.value(operation, formal).reshape(())) - self.moved

    def _multipliers(self, operation: Operation, x_scale: str, w_scale: str, outputs: int) -> Array:
        factor = scale_multiplier(
            self.value(operation, x_scale), self.value(operation, w_scale), self.value(operation, "y_scale")
        )
        return np.broadcast_to(factor.reshape(-1), (outputs,)).astype(np.float32)

    def layer(self, operation: Operation) -> Layer:
        readers: dict[str, Callable[[Operation], Layer]] = {
            "QLinearConv": self._convolution, "QLinearMatMul": self._dense, "QLinearAdd": self._sum,
            "QLinearGlobalAveragePool": self._pool, "QLinearAveragePool": self._pool,
        }  # fmt: skip
        if operation.op_type not in readers:
            raise UserError(
                f"layer {operation.node.name} is {operation.op_type}", f"one of {', '.join(readers)}",
                "The gates know these; the engine runs the model.",
            )  # fmt: skip
        return readers[operation.op_type](operation)

    def _convolution(self, o: Operation) -> Products:
        w = self.value(o, "w").astype(np.int64) - self.value(o, "w_zero_point").astype(np.int64).reshape(-1, 1, 1, 1)
        bias = self.value(o, "B").astype(np.int64)
        where = self.network.geometry(o)
        if o.node.attributes.get("group", 1) != 1 or set(where.dilations) != {1}:
            raise UserError(
                f"layer {o.node.name} is grouped or dilated", "one group and no dilation: the gates know no others",
                "Use the C instead, which takes both.",
            )  # fmt: skip
        return Products(
            o.node.name, o.inputs[0], o.output, w.transpose(0, 2, 3, 1), np.broadcast_to(bias, (len(w),)),
            self._zero(o, "x_zero_point"), self._multipliers(o, "x_scale", "w_scale", len(w)),
            self._zero(o, "y_zero_point"), (where.strides[0], where.strides[1]), where.pads,
        )  # fmt: skip

    def _dense(self, o: Operation) -> Products:
        w = (self.value(o, "b").astype(np.int64) - self.value(o, "b_zero_point").astype(np.int64)).T
        return Products(
            o.node.name, o.inputs[0], o.output, w[:, None, None, :], np.zeros(len(w), np.int64),
            self._zero(o, "a_zero_point"), self._multipliers(o, "a_scale", "b_scale", len(w)),
            self._zero(o, "y_zero_point"),
        )  # fmt: skip

    def _pool(self, o: Operation) -> Pool:
        if not self.network.covers_image(o):
            raise UserError(
                f"layer {o.node.name} is a pool of windows smaller than the image",
                "one window over all of it: the gates know no others", "Use the C instead, which takes such windows.",
            )  # fmt: skip
        height, width = self.network.image_size(o)
        x_scale, y_scale = (np.float32(self.value(o, name)) for name in ("x_scale", "y_scale"))
        factor = np.float32(x_scale / (y_scale * np.float32(height * width)))
        return Pool(
            o.node.name, o.inputs[0], o.output, self._zero(o, "x_zero_point"), factor, self._zero(o, "y_zero_point")
        )

    def _sum(self, o: Operation) -> Add:
        scales = [self.value(o, f"{x}_scale") for x in "ABC"]
        zeros = [self.value(o, f"{x}_zero_point") for x in "ABC"]

        def add(a: Array, b: Array) -> Array:
            return qlinear_add(a, scales[0], zeros[0], b, scales[1], zeros[1], scales[2], zeros[2])

        codes = sum_table(add, 0 if self.moved else -128) - self.moved
        ratios = [float(scale / scales[2]) for scale in scales[:2]]
        computed = {entry.formal for entry in o.node.inputs if not entry.parameter}
        if {"A", "B"} <= computed:
            return Add(o.node.name, o.inputs[0], o.inputs[1], o.output, codes, ratios[0], ratios[1])
        stored = self.value(o, "B" if "A" in computed else "A").astype(np.int64) - self.moved
        shape = self.network.shape(o.output)
        everywhere = np.broadcast_to(stored, shape).reshape(-1)
        if "A" in computed:
            return Add(o.node.name, o.inputs[0], everywhere, o.output, codes, ratios[0], ratios[1])
        return Add(o.node.name, o.inputs[0], everywhere, o.output, codes.T, ratios[1], ratios[0])
