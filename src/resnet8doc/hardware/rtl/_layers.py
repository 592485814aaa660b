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
from ...ops import qgemm, qlinear_add, qlinear_average_pool, quantize_linear
from ...runtimes.fixed_point import Fixed, Way
from ..integers import FixedPoint, FixedSum, find_fixed_point, find_fixed_sum, fixed_point, sum_table
from ..network import Network, Operation, accumulators
from ._second_stage import FixedStage, Float32Stage, SecondStage
from ._words import FIXED_POINT, FLOAT32

Array = npt.NDArray[Any]

FLOAT = "onnxruntime_x86"
TFLITE: Mapping[str, tuple[Way, Fixed | None]] = {
    "tflite_reference": ("twice_away", None),
    "tflite_micro": ("twice_away", Fixed("twice_away")),
    "tflite_builtin": ("twice_up", Fixed("twice_up", single_product=True)),
    "tflite_builtin_arm": ("once", Fixed("once", single_product=True)),
}
"""By runtime: how convolutions round, and the second stage of dense layers; None for a float64 product."""

BLOCKS = {"QLinearAdd": 16, "QuantizeLinear": 8}
"""Elements at once of TensorFlow Lite's built-in kernels; those that are left over they compute otherwise."""


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
        ``[outputs]``, float32; in fixed point float64.
    factors
        In fixed point, one for each output.
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
    factors: tuple[FixedPoint, ...] = ()

    @property
    def stage(self) -> SecondStage:
        """From its sums to its codes."""
        return FixedStage(self.factors) if self.factors else Float32Stage(self.multipliers)


@dataclass(frozen=True, eq=False)
class Pool:
    """A global average pool."""

    name: str
    source: str
    output: str
    zero: int
    multiplier: np.float32
    y_zero: int
    factor: FixedPoint | None = None

    def stage(self, channels: int) -> SecondStage:
        """From the sums of some channels to their codes."""
        if self.factor is not None:
            return FixedStage((self.factor,) * channels)
        return Float32Stage(np.full(channels, self.multiplier))


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
    quantized
        Scale and zero point of the first summand, the second, the sum.
    fixed
        TensorFlow Lite's addition.
    """

    name: str
    source: str
    second: str | Array
    output: str
    codes: Array
    ratio: float
    second_ratio: float
    quantized: tuple[tuple[float, int], ...]
    fixed: FixedSum | None = None


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
    arithmetic
        ``resnet8``'s parameter: FLOAT32 or FIXED_POINT.
    """

    model: str
    image: str
    shape: tuple[int, int, int]
    pixels: Array
    layers: tuple[Layer, ...]
    shapes: Mapping[str, tuple[int, int, int]]
    unsigned: bool
    arithmetic: int


def reach(weights: Array, bias: Array, zero: int) -> tuple[Array, Array]:
    """Return the least and the greatest sum of each channel: weights int64 ``[channels, inputs]``, any int8 codes.

    Examples
    --------
    >>> reach(np.array([[2, -1]]), np.array([5]), 0)
    (array([-378]), array([387]))
    """
    ends = weights * (-128 - zero), weights * (127 - zero)
    low, high = (pick(*ends).sum(axis=1) + bias for pick in (np.minimum, np.maximum))
    return low, high


def read_layers(graph: Graph) -> Layers:
    """Read a network of integer operators, in the arithmetic of its runtime.

    Raises
    ------
    UserError
        If it has an operator that the machine does not know, or other than 8 bits, by the layer's name; or its runtime
        is one that the gates do not compute.
    """
    if graph.runtime.name not in (FLOAT, *TFLITE) or graph.runtime.faults:
        raise UserError(
            f"the arithmetic is {graph.runtime.describe()}", f"one of {', '.join((FLOAT, *TFLITE))}",
            "The gates know these; the engine runs every other.",
        )  # fmt: skip
    if graph.runtime.name in TFLITE and any(value.dtype == np.uint8 for value in graph.parameters.values()):
        raise UserError(
            f"{graph.name} has uint8 codes", "int8 codes, as TensorFlow Lite's kernels have them",
            "Take the int8 model, or ONNX Runtime's arithmetic.",
        )  # fmt: skip
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
    fixed = graph.runtime.name in TFLITE
    read = _Reader(network, 128 if unsigned else 0)
    read.check_blocks(first)
    pixels = quantize_linear(
        np.arange(256, dtype=np.float32), read.value(first, "y_scale"), read.value(first, "y_zero_point"),
        runtime=graph.runtime,
    )  # fmt: skip
    layers = tuple(read.layer(operation) for operation in rest)
    _check_order(graph, first.output, layers)
    return Layers(
        graph.name,
        first.output,
        (image[0], image[1], image[2]),
        pixels.astype(np.int64) - read.moved,
        layers,
        {o.output: _three(network.shape(o.output)) for o in computed},
        unsigned,
        FIXED_POINT if fixed else FLOAT32,
    )


def _check_order(graph: Graph, image: str, layers: tuple[Layer, ...]) -> None:
    """Refuse a network without layers, with several results, or that goes on after what the gates leave out."""
    if not layers or len(graph.outputs) != 1:
        raise UserError(
            f"{graph.name} has {len(layers)} layers and {len(graph.outputs)} outputs", "layers, and one output",
            "Extract the network without its other outputs.",
        )  # fmt: skip
    made = {image}
    for layer in layers:
        for tensor in inputs(layer):
            if tensor not in made:
                raise UserError(
                    f"layer {layer.name} reads {tensor}, which the gates do not make", "what an earlier layer made",
                    "Softmax and dequantization are left to the reader of the codes: they come last.",
                )  # fmt: skip
        made.add(layer.output)


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
        self.runtime = network.graph.runtime
        self.fixed = TFLITE.get(self.runtime.name)

    def value(self, operation: Operation, formal: str) -> Array:
        found = self.network.parameter(operation, formal)
        return np.zeros((), np.int64) if found is None else np.asarray(found)

    def _zero(self, operation: Operation, formal: str) -> int:
        return int(self.value(operation, formal).reshape(())) - self.moved

    def check_blocks(self, o: Operation) -> None:
        """Refuse elements that TensorFlow Lite's built-in kernels compute otherwise than the rest."""
        block, size = BLOCKS.get(o.op_type, 1), int(np.prod(self.network.shape(o.output)))
        if self.runtime.name.startswith("tflite_builtin") and size % block:
            raise UserError(
                f"layer {o.node.name} has {size} elements; built-in kernels compute the last {size % block} otherwise",
                f"a multiple of {block}", "Take tflite_reference or tflite_micro.",
            )  # fmt: skip

    def _multipliers(self, operation: Operation, x_scale: str, w_scale: str, outputs: int) -> Array:
        factor = scale_multiplier(
            self.value(operation, x_scale), self.value(operation, w_scale), self.value(operation, "y_scale")
        )
        return np.broadcast_to(factor.reshape(-1), (outputs,)).astype(np.float32)

    def layer(self, operation: Operation) -> Layer:
        readers: dict[str, Callable[[Operation], Layer]] = {
            "QLinearConv": self._convolution, "QLinearMatMul": self._product, "QGemm": self._dense,
            "QLinearAdd": self._sum, "QLinearGlobalAveragePool": self._pool, "QLinearAveragePool": self._pool,
        }  # fmt: skip
        if self.fixed is not None:
            readers = {name: readers[name] for name in ("QLinearConv", "QGemm", "QLinearAdd", "QLinearAveragePool")}
        if operation.op_type not in readers:
            raise UserError(
                f"layer {operation.node.name} is {operation.op_type}", f"one of {', '.join(readers)}",
                f"The gates know these in the arithmetic of {self.runtime.title}; the engine runs the model.",
            )  # fmt: skip
        self.check_blocks(operation)
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
        factors: tuple[FixedPoint, ...] = ()
        multipliers = self._multipliers(o, "x_scale", "w_scale", len(w))
        if self.fixed is not None:
            way, _ = self.fixed
            multipliers, factors = self._factors(o, Fixed(way), "x_scale", "w_scale", len(w))
        return Products(
            o.node.name, o.inputs[0], o.output, w.transpose(0, 2, 3, 1), np.broadcast_to(bias, (len(w),)),
            self._zero(o, "x_zero_point"), multipliers, self._zero(o, "y_zero_point"),
            (where.strides[0], where.strides[1]), where.pads, factors,
        )  # fmt: skip

    def _factors(
        self, o: Operation, stage: Fixed, x_scale: str, w_scale: str, outputs: int
    ) -> tuple[Array, tuple[FixedPoint, ...]]:
        """Return each output's factor, float64, and as TensorFlow Lite holds it."""
        real = stage.factor(self.value(o, x_scale), self.value(o, w_scale), self.value(o, "y_scale"))
        real = np.broadcast_to(real.reshape(-1), (outputs,))
        names = [f"layer {o.node.name}, channel {c}" for c in range(outputs)]
        return real, tuple(fixed_point(float(f), stage.way, name) for f, name in zip(real, names, strict=True))

    def _product(self, o: Operation) -> Products:
        w = (self.value(o, "b").astype(np.int64) - self.value(o, "b_zero_point").astype(np.int64)).T
        return Products(
            o.node.name, o.inputs[0], o.output, w[:, None, None, :], np.zeros(len(w), np.int64),
            self._zero(o, "a_zero_point"), self._multipliers(o, "a_scale", "b_scale", len(w)),
            self._zero(o, "y_zero_point"),
        )  # fmt: skip

    def _dense(self, o: Operation) -> Products:
        attributes = o.node.attributes
        across, alpha = attributes.get("transA", 0), attributes.get("alpha", 1.0)
        if across or alpha != 1.0:
            raise UserError(
                f"layer {o.node.name} has transA = {across} and alpha = {alpha}", "0 and 1",
                "Use the engine or the C program instead.",
            )  # fmt: skip
        stored = self.value(o, "B").astype(np.int64)
        w = stored if attributes.get("transB", 0) else stored.T
        w = w - self.value(o, "b_zero_point").astype(np.int64).reshape(-1, 1)
        bias = np.broadcast_to(self.value(o, "C").astype(np.int64).reshape(-1), (len(w),))
        zero, y_zero = self._zero(o, "a_zero_point"), self._zero(o, "y_zero_point")
        factors: tuple[FixedPoint, ...] = ()
        multipliers = self._multipliers(o, "a_scale", "b_scale", len(w))
        if self.fixed is not None:
            _, stage = self.fixed
            multipliers, factors = self._factors(o, stage or Fixed("once"), "a_scale", "b_scale", len(w))
            if stage is None:
                low, high = reach(w, bias, zero)
                factors = tuple(
                    self._found(o, c, int(low[c]), int(high[c]), float(multipliers[c]), y_zero) for c in range(len(w))
                )
        return Products(
            o.node.name, o.inputs[0], o.output, w[:, None, None, :], bias, zero, multipliers, y_zero, factors=factors
        )

    def _found(self, o: Operation, channel: int, low: int, high: int, factor: float, y_zero: int) -> FixedPoint:
        """Return the factor that does what the runtime's dense layer does, for every sum that can occur."""
        a_zero, b_scale = self.value(o, "a_zero_point"), self.value(o, "b_scale")

        def codes(sums: Array) -> Array:
            """Ask the runtime: a layer whose input is zero makes codes of its bias."""
            scale = np.full(len(sums), b_scale[channel], b_scale.dtype) if b_scale.size > 1 else b_scale
            zeros = np.zeros((1, len(sums)), np.int8)
            made = qgemm(
                np.full((1, 1), a_zero, np.int8), self.value(o, "a_scale"), a_zero, zeros, scale,
                np.zeros(np.shape(scale), np.int8), sums.astype(np.int32), self.value(o, "y_scale"),
                self.value(o, "y_zero_point"), runtime=self.runtime,
            )  # fmt: skip
            return np.asarray(made[0], np.int64)

        return find_fixed_point(codes, low, high, factor, y_zero, f"layer {o.node.name}, channel {channel}")

    def _pool(self, o: Operation) -> Pool:
        if not self.network.has_one_window(o):
            raise UserError(
                f"layer {o.node.name} is a pool of windows smaller than the image",
                "one window over all of it: the gates know no others", "Use the C instead, which takes such windows.",
            )  # fmt: skip
        height, width = self.network.image_size(o)
        if self.fixed is not None:
            return self._mean(o, height * width)
        x_scale, y_scale = (np.float32(self.value(o, name)) for name in ("x_scale", "y_scale"))
        factor = np.float32(x_scale / (y_scale * np.float32(height * width)))
        return Pool(
            o.node.name, o.inputs[0], o.output, self._zero(o, "x_zero_point"), factor, self._zero(o, "y_zero_point")
        )

    def _mean(self, o: Operation, pixels: int) -> Pool:
        """Read TensorFlow Lite's mean of codes: an integer division, zero points left where they are."""

        def codes(sums: Array) -> Array:
            whole, rest = np.divmod(sums, pixels)
            x = (whole[:, None] + (np.arange(pixels) < rest[:, None])).astype(np.int8)
            scales = {key: self.value(o, key) for key in ("x_scale", "x_zero_point", "y_scale", "y_zero_point")}
            made = qlinear_average_pool(
                x[:, None, None, :], *scales.values(), kernel_shape=(1, pixels), runtime=self.runtime
            )
            return np.asarray(made, np.int64).reshape(-1)

        name = f"layer {o.node.name}"
        found = find_fixed_point(codes, -128 * pixels, 127 * pixels, 1 / pixels, 0, name)
        return Pool(o.node.name, o.inputs[0], o.output, 0, np.float32(1 / pixels), 0, found)

    def _one_a_channel(self, o: Operation, stored: Array) -> Array:
        rows, columns, channels = _three(self.network.shape(o.output))
        if (rows, columns) != (1, 1) or stored.size not in (1, channels):
            raise UserError(
                f"layer {o.node.name} adds a stored tensor of {list(stored.shape)} to {rows} x {columns} x {channels}",
                "one value a channel, where an image has one pixel", "The engine or the C program runs it.",
            )  # fmt: skip
        return np.broadcast_to(stored.reshape(-1), (channels,))

    def _sum(self, o: Operation) -> Add:
        scales = [self.value(o, f"{x}_scale") for x in "ABC"]
        zeros = [self.value(o, f"{x}_zero_point") for x in "ABC"]

        def add(a: Array, b: Array) -> Array:
            return qlinear_add(
                a, scales[0], zeros[0], b, scales[1], zeros[1], scales[2], zeros[2], runtime=self.runtime
            )

        codes = sum_table(add, 0 if self.moved else -128) - self.moved
        order = [0, 1]
        computed = {entry.formal for entry in o.node.inputs if not entry.parameter}
        second: str | Array = o.inputs[-1]
        if computed < {"A", "B"}:
            stored = self.value(o, "B" if "A" in computed else "A").astype(np.int64) - self.moved
            second = self._one_a_channel(o, stored)
            if "B" in computed:
                codes, order = codes.T, [1, 0]
        ratios = [float(scales[n] / scales[2]) for n in order]
        given = [*order, 2]
        quantized = tuple((float(scales[n]), int(zeros[n]) - self.moved) for n in given)
        fixed = None
        if self.fixed is not None:
            a, b, c = (float(scales[n]) for n in given)
            z_a, z_b, z_c = (int(zeros[n]) for n in given)
            fixed = find_fixed_sum(codes, (a, b, c), (z_a, z_b, z_c), f"layer {o.node.name}")
        return Add(o.node.name, o.inputs[0], second, o.output, codes, ratios[0], ratios[1], quantized, fixed)
