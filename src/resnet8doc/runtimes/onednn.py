r"""PyTorch's onednn engine: the bias in real units, the zero point inside the rounding.

Activations are uint8, weights int8 without zero point; codes of int8 are shifted by 128 first. The input's scale is
inverted twice on the way to the kernel, :math:`s_x' = 1 / \mathrm{float32}(1 / s_x)`. Every step in float32:

.. math::
   t &= \mathrm{float32}(a) \cdot (s_x' s_w) + b \quad\text{(convolution)} \\
   t &= (\mathrm{float32}(a) \cdot s_x') \cdot s_w + b \quad\text{(linear)} \\
   y &= \mathrm{saturate}(\mathrm{round}(t \cdot (1 / s_y) + z_y))

halves to even: a tie and an odd zero point go the other way than elsewhere. A fused ReLU is :math:`\max(y, z_y)`.
What is not a layer is ATen's, see ``_pytorch_aten``. Without VNNI, pairs of products saturate at 16 bits, and this
engine's default configuration has activations of 8 bits.

Source: oneDNN, ``src/cpu/x64/jit_avx512_core_x8s8s32x_conv_kernel.cpp``, ``src/cpu/x64/brgemm``; PyTorch,
``aten/src/ATen/native/quantized/cpu/qconv.cpp``, ``PackedConvWeightsOnednn``.
"""

from dataclasses import replace
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from ..arithmetic import Array, CodeType, Finish, Number, Runtime
from ..trace import Trace
from ._pytorch_aten import ATEN
from ._pytorch_layer import Layer, columns, conv2d, linear, of_integers


class OnednnLayer(Layer):
    """The second stage of its convolutions.

    Examples
    --------
    >>> stage = OnednnLayer(None)
    >>> stage.apply(np.array([[1]]), stage.factor(1.0, np.ones(1), 2.0), np.uint8(1), np.uint8, Finish())
    array([[2]], dtype=uint8)
    """

    one_product: ClassVar[bool] = True
    """Whether the two scales are multiplied first."""

    def factor(self, x_scale: Number, w_scale: Number, y_scale: Number) -> Array:
        """Return ``first``, ``second``, ``bias`` and ``inverse`` of each channel."""
        single, wide = np.float32, np.float64
        x_twice = single(1) / np.asarray(1 / np.asarray(x_scale, wide), single)
        w, inverse = np.asarray(w_scale, single), np.asarray(1 / np.asarray(y_scale, wide), single)
        first, second = (np.asarray(x_twice * w), single(1)) if self.one_product else (x_twice, w)
        return columns(first=first, second=np.asarray(second), bias=self.real_bias(), inverse=inverse)

    def apply(
        self, accumulator: Number, factor: Number, zero_point: Number, kind: "npt.DTypeLike | CodeType", finish: Finish
    ) -> Array:
        """Scale, add the bias, divide, finish."""
        columns_of: Any = factor
        total = np.asarray(accumulator).astype(np.float32) * columns_of["first"]
        if not self.one_product:
            total *= columns_of["second"]
        total += columns_of["bias"]
        total *= columns_of["inverse"]
        return _inside(finish).codes(total, zero_point, kind)

    def explain(
        self, trace: Trace, accumulator: int, factor: Any, zero: int, kind: "npt.DTypeLike | CodeType", finish: Finish
    ) -> None:
        """Write down products, bias and finish."""
        first, second, bias, inverse = (factor[name] for name in ("first", "second", "bias", "inverse"))
        real = trace.step("dequantized", f"float32({accumulator}) * {first}", np.float32(accumulator) * first)
        if not self.one_product:
            real = trace.step("times the weight's scale", f"{real} * {second}", real * second)
        real = trace.step("bias added", f"{real} + {bias}", np.float32(real + bias))
        real = trace.step("scaled", f"{real} * {inverse}", np.float32(real * inverse))
        _inside(finish).steps(trace, real, zero, kind)


class OnednnLinearLayer(OnednnLayer):
    """The second stage of its linear layers: the scales are multiplied one after the other."""

    one_product: ClassVar[bool] = False


def _inside(finish: Finish) -> Finish:
    return replace(finish, zero_point_added="before_rounding")


LANES = 4
"""Input channels of one tap that a kernel multiplies together."""

CONV2D, LINEAR = conv2d(OnednnLayer, LANES), linear(OnednnLinearLayer)

ONEDNN = Runtime(
    "onednn", "PyTorch, onednn",
    functions={**ATEN, **of_integers(CONV2D, LINEAR), "conv2d": CONV2D, "linear": LINEAR},
)  # fmt: skip
"""PyTorch's onednn."""
