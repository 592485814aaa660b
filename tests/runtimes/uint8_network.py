"""A small MobileNet of uint8 codes, as TensorFlow 1 had them: one scale and zero point for all weights of a layer."""

from typing import Any

import numpy as np

from resnet8doc.oracles import Spec, Step, network_file

SAME, RELU6 = 0, 3
SIX = np.float32(6 / 255)
"""The scale of what RELU6 holds."""


class Builder:
    """Tensors and operators, one after another; each method returns the place of what it makes."""

    def __init__(self, seed: int) -> None:
        self.rng = np.random.default_rng(seed)
        self.tensors: list[Spec] = []
        self.steps: list[Step] = []

    def tensor(self, spec: Spec) -> int:
        self.tensors.append(spec)
        return len(self.tensors) - 1

    def codes(self, shape: tuple[int, ...], scale: Any = SIX, zero: int = 0) -> int:
        return self.tensor(Spec(shape, np.uint8, scale, zero))

    def step(self, kind: str, inputs: list[int], made: int, **options: Any) -> int:
        self.steps.append(Step(kind, inputs, [made], options))
        return made

    def weights(self, shape: tuple[int, ...], outputs: int, terms: int, x_scale: Any) -> list[int]:
        """Store weights of a bell's shape around their zero point, and a bias."""
        zero, scale = int(self.rng.integers(90, 166)), np.float32(6 / np.sqrt(terms) / 100)
        data = np.clip(np.rint(self.rng.normal(zero + 4, 30, shape)), 0, 255).astype(np.uint8)
        unit = np.float32(x_scale * scale)
        bias = np.rint(self.rng.uniform(0, 2, outputs) / unit).astype(np.int32)
        return [
            self.tensor(Spec(shape, np.uint8, scale, zero, data)),
            self.tensor(Spec((outputs,), np.int32, unit, 0, bias)),
        ]

    def convolution(
        self, x: int, channels: int, kernel: int, stride: int = 1, *, relu6: bool = True, depthwise: bool = False
    ) -> int:
        n, height, width, inside = self.tensors[x].shape
        shape = (1, kernel, kernel, channels) if depthwise else (channels, kernel, kernel, inside)
        terms = kernel**2 * (1 if depthwise else inside)
        stored = self.weights(shape, channels, terms, self.tensors[x].scale)
        scale, zero = (SIX, 0) if relu6 else (np.float32(0.043), 117)
        made = self.codes((n, -(-height // stride), -(-width // stride), channels), scale, zero)
        options = {
            "padding": SAME, "strideH": stride, "strideW": stride, "dilationHFactor": 1, "dilationWFactor": 1,
            "fusedActivationFunction": RELU6 * relu6,
        }  # fmt: skip
        if depthwise:
            return self.step("DEPTHWISE_CONV_2D", [x, *stored], made, **options, depthMultiplier=1)
        return self.step("CONV_2D", [x, *stored], made, **options)


def uint8_mobilenet(seed: int = 0, *, size: int = 24) -> bytes:
    """Return a file of convolutions, a sum, a concatenation of two scales, a pool and classes."""
    build = Builder(seed)
    image = build.codes((1, size, size, 3), np.float32(1 / 128), 128)
    stem = build.convolution(image, 8, 3, 2)
    deep = build.convolution(stem, 8, 3, depthwise=True)
    wide = build.convolution(deep, 19, 1)
    deep = build.convolution(wide, 19, 3, 2, depthwise=True)
    narrow = build.convolution(deep, 12, 1, relu6=False)
    again = build.convolution(build.convolution(narrow, 24, 1), 24, 3, depthwise=True)
    back = build.convolution(again, 12, 1, relu6=False)
    shape = tuple(build.tensors[back].shape)
    total = build.step("ADD", [narrow, back], build.codes(shape, np.float32(0.057), 121))
    joined = build.codes((*shape[:3], 36), np.float32(0.05), 110)
    build.step("CONCATENATION", [total, again], joined, axis=3)
    height, width = shape[1:3]
    pooled = build.step(
        "AVERAGE_POOL_2D", [joined], build.codes((1, 1, 1, 36), np.float32(0.05), 110), padding=1, strideH=1, strideW=1,
        filterHeight=height, filterWidth=width,
    )  # fmt: skip
    flat = build.tensor(Spec((2,), np.int32, data=np.array([1, 36], np.int32)))
    row = build.step("RESHAPE", [pooled, flat], build.codes((1, 36), np.float32(0.05), 110), newShape=[1, 36])
    stored = build.weights((11, 36), 11, 900, 0.05)
    last = build.step("FULLY_CONNECTED", [row, *stored], build.codes((1, 11), np.float32(0.09), 64))
    last = build.step("SOFTMAX", [last], build.codes((1, 11), 1 / 256, 0), beta=1.0)
    return network_file(build.tensors, build.steps, [last], "TOCO Converted.")
