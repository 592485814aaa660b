r"""PyTorch's onednn engine: the bias in real units, the zero point inside the rounding.

Activations are uint8, weights int8 without zero point; codes of int8 are shifted by 128 first. The input's scale is
inverted twice on the way to the kernel, :math:`s_x' = 1 / \mathrm{float32}(1 / s_x)`, in linear layers the weights'
scale too. Every step in float32:

.. math::
   t &= (\mathrm{float32}(a) \cdot s_x') \cdot s_w + b \quad\text{(convolutions)} \\
   t &= (\mathrm{float32}(a) \cdot s_x') \cdot s_w' + b \quad\text{(linear layers)} \\
   y &= \mathrm{saturate}(\mathrm{round}(t \cdot (1 / s_y) + z_y))

halves to even: a tie and an odd zero point go the other way than elsewhere. A fused ReLU is :math:`\max(y, z_y)`.
What is not a layer is ATen's, see ``_pytorch_aten``. Without VNNI the scales are multiplied in other orders, see
``onednn_avx2``; pairs of products saturate at 16 bits there, and this engine's default configuration has activations
of 8 bits.

Source: oneDNN, ``src/cpu/x64/brgemm``; PyTorch, ``aten/src/ATen/native/quantized/cpu/qconv.cpp`` and ``qlinear.cpp``,
``PackedConvWeightsOnednn`` and ``PackedLinearWeightsOnednn``.
"""

from dataclasses import replace
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from ..arithmetic import Array, Coder, CodeType, Finish, Number, Runtime
from ..ops.parts import Epilogue
from ..trace import Trace
from ._pytorch_aten import ATEN
from ._pytorch_layer import Layer, columns, conv2d, layers, linear


class OnednnLayer(Layer):
    """The second stage of its layers.

    Examples
    --------
    >>> stage = OnednnLayer(None)
    >>> stage.apply(np.array([[1]]), stage.factor(1.0, np.ones(1), 2.0), np.uint8(1), np.uint8, Finish())
    array([[2]], dtype=uint8)
    """

    one_product: ClassVar[bool] = False
    """Whether the two scales are multiplied first."""

    weights_twice: ClassVar[bool] = False
    """Whether the weights' scale is inverted twice, as the input's is."""

    divides: ClassVar[bool] = False
    """Whether the sum is divided by the result's scale, inverted twice, and not multiplied by its inverse."""

    def factor(self, x_scale: Number, w_scale: Number, y_scale: Number) -> Array:
        """Return ``first``, ``second``, ``bias`` and ``last`` of each channel."""
        x, w, y = inverse(inverse(x_scale)), np.asarray(w_scale, np.float32), inverse(y_scale)
        if self.weights_twice:
            w = inverse(inverse(w))
        first, second = (np.asarray(x * w), np.float32(1)) if self.one_product else (x, w)
        return columns(
            first=first, second=np.asarray(second), bias=self.real_bias(), last=inverse(y) if self.divides else y
        )

    def apply(
        self, accumulator: Number, factor: Number, zero_point: Number, kind: "npt.DTypeLike | CodeType", finish: Finish
    ) -> Array:
        """Scale, add the bias, divide, finish."""
        columns_of: Any = factor
        total = np.asarray(accumulator).astype(np.float32) * columns_of["first"]
        if not self.one_product:
            total *= columns_of["second"]
        total += columns_of["bias"]
        total = total / columns_of["last"] if self.divides else total * columns_of["last"]
        return _inside(finish).codes(total, zero_point, kind)

    def coder(self, bias: Array, factor: Array, zero_point: Number, finish: Finish) -> Coder | None:
        """Return the same steps in place."""
        if finish != Finish():
            return None
        second = [] if self.one_product else [(np.multiply, factor["second"])]
        last = np.divide if self.divides else np.multiply
        steps = [(np.multiply, factor["first"]), *second, (np.add, factor["bias"]), (last, factor["last"])]
        return Epilogue([(np.add, bias), *steps], zero_point, inside=True)

    def explain(
        self, trace: Trace, accumulator: int, factor: Any, zero: int, kind: "npt.DTypeLike | CodeType", finish: Finish
    ) -> None:
        """Write down products, bias and finish."""
        first, second, bias, last = (factor[name] for name in ("first", "second", "bias", "last"))
        real = trace.step("dequantized", f"float32({accumulator}) * {first}", np.float32(accumulator) * first)
        if not self.one_product:
            real = trace.step("times the weight's scale", f"{real} * {second}", real * second)
        real = trace.step("bias added", f"{real} + {bias}", np.float32(real + bias))
        if self.divides:
            real = trace.step("divided by the scale", f"{real} / {last}", np.float32(real / last))
        else:
            real = trace.step("scaled", f"{real} * {last}", np.float32(real * last))
        _inside(finish).steps(trace, real, zero, kind)


class OnednnLinear(OnednnLayer):
    """The second stage of its linear layers."""

    weights_twice: ClassVar[bool] = True


def inverse(scale: Number) -> Array:
    """Return ``1 / scale``, rounded to float32; of a float32 number its own inverse may give another.

    Examples
    --------
    >>> print(inverse(7), inverse(inverse(7)))
    0.14285715 6.9999995
    """
    return np.asarray(1 / np.asarray(scale, np.float64), np.float32)


def _inside(finish: Finish) -> Finish:
    return replace(finish, zero_point_added="before_rounding")


CONV2D, LINEAR = conv2d(OnednnLayer), linear(OnednnLinear)

ONEDNN = Runtime("onednn", "PyTorch, onednn", functions={**ATEN, **layers(CONV2D, LINEAR)})
"""PyTorch's onednn."""
