r"""PyTorch's fbgemm, the engine for servers: the bias is added in units of the accumulator, as a real number.

Activations are uint8, weights int8 without zero point; codes of int8 are shifted by 128 first. With the product
:math:`s = s_x s_w` and the bias :math:`b` in float32, every step rounded to float32:

.. math::
   t &= \mathrm{float32}(a) + b / s \quad\text{(a scale for each channel)} \\
   t &= \mathrm{fma}(b,\ 1 / s,\ \mathrm{float32}(a)) \quad\text{(one for all)} \\
   y &= \mathrm{saturate}(\mathrm{round}(t \cdot (s / s_y)) + z_y)

halves to even. A fused ReLU is :math:`\max(y, z_y)`. Linear layers are computed likewise. What is not a layer is
ATen's, see ``_pytorch_aten``. Without AVX-512 VNNI, pairs of products saturate at 16 bits where activations have 8
bits; with it only in the depthwise kernel, which has no form for VNNI. The default configuration's activations of 7
bits (``reduce_range``) never do.

Source: FBGEMM, ``src/QuantUtilsAvx2.cc``, ``requantizeOutputProcessingAvx2``, ``src/FbgemmConv.cc``,
``takeDepthWiseFastPath``; PyTorch, ``aten/src/ATen/native/quantized/cpu/qconv.cpp`` and ``qlinear.cpp``.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from ..arithmetic import Array, Coder, CodeType, Finish, Number, Runtime
from ..ops import fma
from ..ops.parts import Epilogue, geometry_of_shapes
from ..trace import Trace
from ._pytorch_aten import ATEN
from ._pytorch_layer import Layer, columns, conv2d, layers, linear


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

    def coder(self, bias: Array, factor: Array, zero_point: Number, finish: Finish) -> Coder | None:
        """Return the same steps in place, where each is one operation of float32."""
        if finish != Finish() or not (factor["inverse"] == 1).all():
            return None
        return Epilogue([(np.add, bias), (np.add, factor["addend"]), (np.multiply, factor["multiplier"])], zero_point)

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


def takes_depthwise(x: tuple[int, ...], w: tuple[int, ...], attributes: Mapping[str, Any]) -> bool:
    """Tell from the shapes of input and weights whether the depthwise kernel computes a convolution.

    Of one input channel a group, and one or two outputs; a multiple of 8 groups; 3 x 3, 5 x 5 or 7 x 7; strides of 1
    or 2; no dilation; a border that keeps the image's size.

    Examples
    --------
    >>> attributes = {"group": 16, "pads": [1, 1, 1, 1]}
    >>> takes_depthwise((1, 16, 9, 9), (16, 1, 3, 3), attributes)
    True
    >>> takes_depthwise((1, 16, 9, 9), (16, 1, 5, 5), attributes)
    False
    """
    g, group = geometry_of_shapes(x, w, **attributes), attributes.get("group", 1)
    return (
        g.channels_in == 1 and g.channels_out in (group, 2 * group) and group % 8 == 0
        and g.kernel in ((3, 3), (5, 5), (7, 7)) and set(g.strides) <= {1, 2} and set(g.dilations) == {1}
        and g.pads == tuple(size // 2 for size in g.kernel) * 2
    )  # fmt: skip


def depthwise_in_pairs(given: tuple[Any, ...], attributes: Mapping[str, Any], runtime: Runtime) -> tuple[Any, Runtime]:
    """Add in pairs where the depthwise kernel computes."""
    if not takes_depthwise(np.shape(given[0]), np.shape(given[3]), attributes):
        return given, runtime
    return given, replace(runtime, first_stage=replace(runtime.first_stage, pairs=True, pairs_of_one_channel=True))


CONV2D, LINEAR = conv2d(FbgemmLayer, depthwise_in_pairs), linear(FbgemmLayer)

FBGEMM = Runtime("fbgemm", "PyTorch, fbgemm", functions={**ATEN, **layers(CONV2D, LINEAR)})
"""PyTorch's fbgemm."""
