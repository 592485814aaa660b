r"""PyTorch's qnnpack, the engine for ARM, as it runs on x86: the bias is an integer, the output's scale a reciprocal.

Activations are uint8, weights int8 without zero point; codes of int8 are shifted by 128 first. Every step in float32:

.. math::
   b_q &= \mathrm{round}(b / (s_x s_w)), \quad M = (s_w s_x) \cdot (1 / s_y) \\
   y &= \mathrm{saturate}(\mathrm{round}(\mathrm{float32}(a + b_q) \cdot M) + z_y)

halves to even. A fused ReLU is :math:`\max(y, z_y)`. Linear layers are computed likewise.

**Addition**: in integers, two multipliers of 22 bits with one shift, one rounding, halves away from zero: as ONNX
Runtime on 64-bit ARM. **Mean and pools**: :math:`\mathrm{round}(\mathrm{float32}(\Sigma - n z) \cdot m) + z` with
:math:`m = s / (n s)`. The rest is ATen's, see ``_pytorch_aten``.

Source: PyTorch, ``aten/src/ATen/native/quantized/cpu/qnnpack/src/requantization/fp32-psimd.c``, ``src/add.c``,
``src/global-average-pooling.c``, and ``cpu/qconv.cpp``.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from ..arithmetic import Array, Coder, CodeType, Finish, Number, Runtime
from ..ops.parts import Epilogue
from ..trace import Trace
from ._pytorch_aten import ATEN, add, averages
from ._pytorch_layer import Layer, columns, conv2d, layers, linear
from .onnxruntime_arm64 import ARM64_FUNCTIONS


class QnnpackLayer(Layer):
    """Its second stage.

    Examples
    --------
    >>> stage = QnnpackLayer(np.array([0.4], np.float32))
    >>> stage.apply(np.array([[1]]), stage.factor(1.0, np.ones(1), 0.5), np.uint8(0), np.uint8, Finish())
    array([[2]], dtype=uint8)
    """

    def factor(self, x_scale: Number, w_scale: Number, y_scale: Number) -> Array:
        """Return ``bias`` and ``multiplier`` of each channel."""
        single = np.float32
        product = np.asarray(np.asarray(w_scale, single) * np.asarray(x_scale, single))
        with np.errstate(divide="ignore", invalid="ignore"):  # a channel without weights may have scale 0
            bias = np.rint(self.real_bias() / product)
        multiplier = product * (single(1) / np.asarray(y_scale, single))
        return columns(bias=np.nan_to_num(bias).astype(np.int64), multiplier=np.asarray(multiplier))

    def apply(
        self, accumulator: Number, factor: Number, zero_point: Number, kind: "npt.DTypeLike | CodeType", finish: Finish
    ) -> Array:
        """Add the bias, scale, finish."""
        columns_of: Any = factor
        # Both are whole numbers, whose sum float64 holds.
        total = (np.asarray(accumulator) + columns_of["bias"].astype(np.float64)).astype(np.float32)
        total *= columns_of["multiplier"]
        return finish.codes(total, zero_point, kind)

    def coder(self, bias: Array, factor: Array, zero_point: Number, finish: Finish) -> Coder | None:
        """Return the same steps in place."""
        if finish != Finish():
            return None
        whole = bias + factor["bias"].astype(np.float64)
        return Epilogue([(np.add, whole), (np.multiply, factor["multiplier"])], zero_point)

    def explain(
        self, trace: Trace, accumulator: int, factor: Any, zero: int, kind: "npt.DTypeLike | CodeType", finish: Finish
    ) -> None:
        """Write down bias, product and finish."""
        bias, multiplier = int(factor["bias"]), factor["multiplier"]
        total = int(trace.step("bias added", f"{accumulator} + {bias}", accumulator + bias, "int32"))
        real = trace.step("scaled", f"float32({total}) * {multiplier}", np.float32(total) * multiplier)
        finish.steps(trace, real, zero, kind)


def mean_multiplier(scale: Any, count: int) -> Any:
    """Return what a sum of ``count`` codes is multiplied by.

    Examples
    --------
    >>> mean_multiplier(np.float32(0.1), 64)
    np.float32(0.015625)
    """
    single = np.float32
    return single(single(scale) / single(single(count) * single(scale)))


CONV2D, LINEAR = conv2d(QnnpackLayer), linear(QnnpackLayer)

QNNPACK = Runtime(
    "qnnpack", "PyTorch, qnnpack",
    functions={
        **ATEN, **layers(CONV2D, LINEAR), **averages(mean_multiplier),
        "QLinearAdd": ARM64_FUNCTIONS["QLinearAdd"], "add": add(ARM64_FUNCTIONS["QLinearAdd"]),
    },
)  # fmt: skip
"""PyTorch's qnnpack."""
