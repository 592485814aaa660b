"""ResNet8 as a table: every layer's name, kind and size, in the order in which it is computed.

Names, shapes and order are stated here once; the Keras model is built from this table, checkpoints are checked against
it, and the same names stand in the ONNX and PyTorch models.

Source: MLPerf Tiny's ``resnet_v1_eembc`` (Banbury et al., *MLPerf Tiny Benchmark*, 2021).
"""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["conv", "batch_normalization", "relu", "add", "average_pool", "flatten", "dense", "softmax"]

CLASSES = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")
"""CIFAR-10's classes, in the order of their labels."""

IMAGE_SHAPE = (32, 32, 3)
"""Height, width, channels of an image."""

BATCH_NORMALIZATION_EPSILON = 1e-3
"""Added to the variance before its square root is taken; Keras's default."""

Shape = tuple[int, ...]


@dataclass(frozen=True)
class Layer:
    """One layer.

    Attributes
    ----------
    name
        Readable, and the same in every format: ``stack2_conv1``.
    kind
        What it computes.
    inputs
        Names of the layers it reads; ``input`` is the image.
    output_shape
        Without the batch axis: ``(height, width, channels)`` or ``(features,)``.
    kernel_shape
        ``(height, width, input channels, output channels)`` of a convolution, ``(inputs, outputs)`` of a dense layer,
        else ``()``.
    strides
        Vertical and horizontal step of a convolution, else ``()``.
    pads
        Zero rows and columns added at top, left, bottom, right (ONNX's order) by "same" padding, else ``()``.
    """

    name: str
    kind: Kind
    inputs: tuple[str, ...]
    output_shape: Shape
    kernel_shape: Shape = ()
    strides: Shape = ()
    pads: Shape = ()

    @property
    def weights(self) -> dict[str, Shape]:
        """Names and shapes of the layer's tensors, trainable ones first: ``{"kernel": (3, 3, 3, 16), …}``.

        Examples
        --------
        >>> LAYERS["stem_bn"].weights
        {'gamma': (16,), 'beta': (16,), 'moving_mean': (16,), 'moving_variance': (16,)}
        """
        if self.kind in ("conv", "dense"):
            return {"kernel": self.kernel_shape, "bias": self.kernel_shape[-1:]}
        if self.kind == "batch_normalization":
            channels = self.output_shape[-1:]
            return dict.fromkeys(("gamma", "beta", "moving_mean", "moving_variance"), channels)
        return {}

    @property
    def parameters(self) -> int:
        """How many numbers the layer stores.

        Examples
        --------
        >>> sum(layer.parameters for layer in LAYERS.values())
        78666
        """
        return sum(_product(shape) for shape in self.weights.values())

    @property
    def multiply_accumulates(self) -> int:
        """Products summed for one image, padding included, as a hardware engineer counts them.

        Examples
        --------
        >>> sum(layer.multiply_accumulates for layer in LAYERS.values())
        12501632
        """
        if self.kind == "conv":
            height, width, _ = self.output_shape
            return height * width * _product(self.kernel_shape)
        return _product(self.kernel_shape) if self.kind == "dense" else 0


def _product(shape: Shape) -> int:
    result = 1
    for length in shape:
        result *= length
    return result


def _same_pads(length: int, kernel: int, stride: int) -> tuple[int, int]:
    """Return the zeros before and after an axis: TensorFlow's "same", which puts the odd one at the end."""
    total = max((-(-length // stride) - 1) * stride + kernel - length, 0)
    return total // 2, total - total // 2


class _Table:
    """Adds layers one after another, computing shapes as it goes."""

    def __init__(self) -> None:
        self.layers: dict[str, Layer] = {}

    def shape(self, name: str) -> Shape:
        return IMAGE_SHAPE if name == "input" else self.layers[name].output_shape

    def add(self, name: str, kind: Kind, *inputs: str, output: Shape | None = None) -> str:
        self.layers[name] = Layer(name, kind, inputs, self.shape(inputs[0]) if output is None else output)
        return name

    def conv(self, name: str, source: str, channels: int, kernel: int, stride: int) -> str:
        height, width, depth = self.shape(source)
        top, bottom = _same_pads(height, kernel, stride)
        left, right = _same_pads(width, kernel, stride)
        self.layers[name] = Layer(
            name, "conv", (source,), (-(-height // stride), -(-width // stride), channels),
            (kernel, kernel, depth, channels), (stride, stride), (top, left, bottom, right),
        )  # fmt: skip
        return name

    def conv_bn(self, prefix: str, suffix: str, source: str, channels: int, stride: int) -> str:
        conv = self.conv(f"{prefix}_conv{suffix}", source, channels, 3, stride)
        return self.add(f"{prefix}_bn{suffix}", "batch_normalization", conv)


def _resnet8() -> dict[str, Layer]:
    table = _Table()
    x = table.conv_bn("stem", "", "input", 16, 1)
    x = table.add("stem_relu", "relu", x)
    for number, (channels, stride) in enumerate(((16, 1), (32, 2), (64, 2)), start=1):
        stack = f"stack{number}"
        y = table.conv_bn(stack, "1", x, channels, stride)
        y = table.add(f"{stack}_relu1", "relu", y)
        y = table.conv_bn(stack, "2", y, channels, 1)
        if stride != 1:
            x = table.conv(f"{stack}_shortcut", x, channels, 1, stride)
        x = table.add(f"{stack}_add", "add", x, y)
        x = table.add(f"{stack}_relu2", "relu", x)
    x = table.add("pool", "average_pool", x, output=(1, 1, 64))
    x = table.add("flatten", "flatten", x, output=(64,))
    table.layers["dense"] = Layer("dense", "dense", (x,), (10,), (64, 10))
    table.add("softmax", "softmax", "dense")
    return table.layers


LAYERS: dict[str, Layer] = _resnet8()
"""Every layer by its name, in order of computation."""

WEIGHTS: dict[str, Shape] = {
    f"{layer.name}/{name}": shape for layer in LAYERS.values() for name, shape in layer.weights.items()
}
"""Shape of every stored tensor by its name: ``stack2_conv1/kernel``, …"""

FOLDED_WEIGHTS: dict[str, Shape] = {
    f"{layer.name}/{name}": shape
    for layer in LAYERS.values()
    if layer.kind != "batch_normalization"
    for name, shape in layer.weights.items()
}
"""The same after batch normalization is folded into the convolution before it."""
