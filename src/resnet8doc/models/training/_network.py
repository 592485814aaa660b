"""ResNet8 as a PyTorch module, for training only."""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from ...architecture import BATCH_NORMALIZATION_EPSILON, LAYERS, Layer

PIXEL_MEAN = (125.307, 122.950, 113.865)
PIXEL_DEVIATION = (62.993, 62.089, 66.705)
"""Of CIFAR-10's training images by channel, in pixels. Standardized inside the network, so that raw pixels go in."""


class Conv(nn.Module):
    """A convolution whose kernel is stored as a matrix, ``[outputs, inputs · height · width]``, as Muon wants it."""

    def __init__(self, layer: Layer) -> None:
        super().__init__()
        height, width, inputs, outputs = layer.kernel_shape
        self.shape = (outputs, inputs, height, width)
        self.stride = layer.strides[0]
        top, left, bottom, right = layer.pads
        self.pads = (left, right, top, bottom)
        fan_in = inputs * height * width
        self.kernel = nn.Parameter(torch.randn(outputs, fan_in) * (2 / fan_in) ** 0.5)
        self.bias = nn.Parameter(torch.zeros(outputs))

    def forward(self, x: Tensor) -> Tensor:
        if any(self.pads):
            x = functional.pad(x, self.pads)
        return functional.conv2d(x, self.kernel.view(self.shape), self.bias, self.stride)


class Stem(Conv):
    """The first convolution: pads with raw zeros, as the deployed network does, then standardizes the pixels."""

    mean: Tensor
    deviation: Tensor

    def __init__(self, layer: Layer) -> None:
        super().__init__(layer)
        self.register_buffer("mean", torch.tensor(PIXEL_MEAN).view(1, 3, 1, 1), persistent=False)
        self.register_buffer("deviation", torch.tensor(PIXEL_DEVIATION).view(1, 3, 1, 1), persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        x = (functional.pad(x, self.pads) - self.mean) / self.deviation
        return functional.conv2d(x, self.kernel.view(self.shape), self.bias, self.stride)


class Network(nn.Module):
    """ResNet8 built from `resnet8doc.architecture.LAYERS`.

    Takes float32 ``[N, 3, height, width]``, pixels 0 to 255 of any size that 4 divides; gives logits ``[N, 10]``.
    """

    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.ModuleDict()
        for layer in LAYERS.values():
            if layer.kind == "conv":
                self.layers[layer.name] = (Stem if layer.inputs == ("input",) else Conv)(layer)
            elif layer.kind == "batch_normalization":
                self.layers[layer.name] = nn.BatchNorm2d(layer.output_shape[-1], eps=BATCH_NORMALIZATION_EPSILON)
            elif layer.kind == "dense":
                self.layers[layer.name] = nn.Linear(layer.kernel_shape[0], layer.kernel_shape[1])

    def forward(self, x: Tensor) -> Tensor:
        return self.values(x)["dense"]

    def values(self, x: Tensor) -> dict[str, Tensor]:
        """Return what every layer gives for ``x``, by the layers' names."""
        values = {"input": x}
        for layer in LAYERS.values():
            inputs = [values[name] for name in layer.inputs]
            if layer.name in self.layers:
                y = self.layers[layer.name](inputs[0])
            elif layer.kind == "relu":
                y = functional.relu(inputs[0])
            elif layer.kind == "add":
                y = inputs[0] + inputs[1]
            elif layer.kind == "average_pool":
                y = inputs[0].mean((2, 3))
            else:  # flatten has nothing left to do, and the loss takes logits instead of softmax's probabilities
                y = inputs[0]
            values[layer.name] = y
        return values

    def kernels(self) -> list[Tensor]:
        """Return the convolution kernels, which are matrices here."""
        return [layer.kernel for layer in self.layers.values() if isinstance(layer, Conv)]

    def weights(self) -> dict[str, NDArray[np.float32]]:
        """Return the weights under the names and in the layouts of `resnet8doc.architecture.WEIGHTS`.

        The standardization of the pixels is folded into the first convolution, which is exact because its padding is
        raw zeros: ``w' = w / deviation``, ``b' = b - sum(w · mean / deviation)``.
        """
        weights: dict[str, NDArray[np.float32]] = {}
        for name, layer in self.layers.items():
            if isinstance(layer, Conv):
                kernel = _float64(layer.kernel).reshape(layer.shape).transpose(2, 3, 1, 0)
                bias = _float64(layer.bias)
                if isinstance(layer, Stem):
                    kernel = kernel / np.array(PIXEL_DEVIATION).reshape(1, 1, 3, 1)
                    bias = bias - np.einsum("hwio,i->o", kernel, np.array(PIXEL_MEAN))
                tensors = {"kernel": kernel, "bias": bias}
            elif isinstance(layer, nn.Linear):
                tensors = {"kernel": _float64(layer.weight).T, "bias": _float64(layer.bias)}
            else:
                tensors = {
                    "gamma": _float64(layer.weight),
                    "beta": _float64(layer.bias),
                    "moving_mean": _float64(layer.running_mean),
                    "moving_variance": _float64(layer.running_var),
                }
            for part, value in tensors.items():
                weights[f"{name}/{part}"] = np.ascontiguousarray(value, dtype=np.float32)
        return weights


def _float64(tensor: object) -> NDArray[np.float64]:
    assert isinstance(tensor, Tensor)
    return tensor.detach().numpy().astype(np.float64)
