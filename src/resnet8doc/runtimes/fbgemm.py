r"""PyTorch's fbgemm, the engine for servers: the bias is added in units of the accumulator, as a real number.

Activations are uint8, weights int8 without zero point; codes of int8 are shifted by 128 first. With the product
:math:`s = s_x s_w` and the bias :math:`b` in float32, every step rounded to float32:

.. math::
   t &= \mathrm{float32}(a) + b / s \quad\text{(a scale for each channel)} \\
   t &= \mathrm{fma}(b,\ 1 / s,\ \mathrm{float32}(a)) \quad\text{(one for all)} \\
   y &= \mathrm{saturate}(\mathrm{round}(t \cdot (s / s_y)) + z_y)

halves to even. A fused ReLU is :math:`\max(y, z_y)`. Linear layers are computed likewise. What is not a layer is
ATen's, see ``_pytorch_aten``. Without AVX-512 VNNI, pairs of products saturate at 16 bits where activations have 8
bits; the default configuration's 7 bits (``reduce_range``) never do.

Source: FBGEMM, ``src/QuantUtilsAvx2.cc``, ``requantizeOutputProcessingAvx2``; PyTorch,
``aten/src/ATen/native/quantized/cpu/qconv.cpp`` and ``qlinear.cpp``.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from ..arithmetic import Array, CodeType, Finish, Number, Runtime
from ..ops import fma
from ..trace import Trace
from ._pytorch_aten import ATEN
from ._pytorch_layer import Layer, columns, conv2d, linear, of_integers


class FbgemmLayer(Layer):
    """Its second stage.

    Examples
    --------
    >>> stage = FbgemmLayer(np.array([0.4], np.float32))
    >>> stage.apply(np.array([[1]]), stage.factor(1.0, np.ones(1), 0.5), np.uint8(0), np.uint8, Finish())
    array([[3]], dtype=uint8)
    """

    def factor(self, x_scale: Number, w_scale: Number, y_scale: Number) -> Array:
        """Return ``addend``, ``inverse`` and ``multiplier`` of each channel."""
        single = np.float32
        product = np.asarray(np.asarray(x_scale, single) * np.asarray(w_scale, single))
        multiplier, bias = np.asarray(product / np.asarray(y_scale, single)), self.real_bias()
        if product.ndim:
            return columns(addend=np.asarray(bias / product), inverse=single(1), multiplier=multiplier)
        return columns(addend=bias, inverse=np.asarray(single(1) / product), multiplier=multiplier)

    def apply(
        self, accumulator: Number, factor: Number, zero_point: Number, kind: "npt.DTypeLike | CodeType", finish: Finish
    ) -> Array:
        """Add the bias, scale, finish."""
        total = np.asarray(accumulator).astype(np.float32)
        columns_of: Any = factor
        if (columns_of["inverse"] == 1).all():
            total += columns_of["addend"]
        else:
            total = fma(columns_of["addend"], columns_of["inverse"], total)
        total *= columns_of["multiplier"]
        return finish.codes(total, zero_point, kind)

    def explain(
        self, trace: Trace, accumulator: int, factor: Any, zero: int, kind: "npt.DTypeLike | CodeType", finish: Finish
    ) -> None:
        """Write down bias, product and finish."""
        addend, inverse, multiplier = factor["addend"], factor["inverse"], factor["multiplier"]
        formula = f"float32({accumulator}) + {addend}"
        if inverse != 1:
            formula = f"fma({addend}, {inverse}, float32({accumulator}))"
        total = trace.step("bias added", formula, np.float32(fma(addend, inverse, np.float32(accumulator))))
        finish.steps(trace, trace.step("scaled", f"{total} * {multiplier}", total * multiplier), zero, kind)


CONV2D, LINEAR = conv2d(FbgemmLayer), linear(FbgemmLayer)

FBGEMM = Runtime(
    "fbgemm", "PyTorch, fbgemm",
    functions={**ATEN, **of_integers(CONV2D, LINEAR), "conv2d": CONV2D, "linear": LINEAR},
)  # fmt: skip
"""PyTorch's fbgemm."""
