r"""int16 codes, int8 weights ("16x8") in TensorFlow Lite's kernel sets. All zero points of int16 codes are 0.

Sums are in :mod:`resnet8doc.runtimes._int16_sums`. Element by element, with :math:`\mathrm{fix}(v, M)` the product by
the fixed-point factor of :math:`M`, rounded twice, the second time halves away from zero, in every kernel set:

- ADD, SUB: as the reference kernels' of int8 codes, shifted by 15 bits where those are by 20. The built-in kernels add
  tensors of one shape in blocks of 16 codes, in which they shift before they multiply.
- MUL: :math:`\mathrm{fix}(AB, s_A s_B / s_C)`; LEAKY_RELU: :math:`\mathrm{fix}(x, s_x / s_y)`, below 0
  :math:`\mathrm{fix}(x, s_x \alpha / s_y)`. Products and quotients of scales in float32, but in float64 in Micro.
- QUANTIZE from or to int16 codes: :math:`\mathrm{fix}(x - z_x, s_x / s_y) + z_y`, the quotient in float64.
- LOGISTIC, TANH: a table of 256 values of the logistic function in steps of 1/24, and a line between neighbours. The
  built-in kernels leave it where the scale is :math:`2^{-12}`, of TANH also :math:`2^{-11}`; that is refused.
- SOFTMAX: tables of 513 values of :math:`e^x` from -10 to 0 and of :math:`1 / (1 + x)`, and lines between neighbours.
  Micro's second table is made in float32, which changes two of its values.

Source: TensorFlow Lite, ``kernels/internal/reference/{add,leaky_relu,softmax,requantize}.h``,
``reference/integer_ops/{mul,logistic,tanh}.h``, ``kernels/internal/common.h``, ``LUTPopulateInt16`` and
``sigmoid_table_uint16``, ``kernels/{activations,add,sub,mul}.cc``.
"""

from functools import partial
from typing import Any

from ..arithmetic import Functions
from ._int16_curves import softmax, tables
from ._int16_pairs import ADD, BUILTIN_ADD, SUB, Factor, double, product, single
from ._int16_pools import AVERAGE_POOL, MAX_POOL
from ._int16_sums import MEAN, convolution, fully_connected
from ._int16_transposed import TRANSPOSED
from ._int16_unary import QUANTIZE, curve, leaky


def _functions(
    layers: dict[str, Any], dense: dict[str, Any], factor: Factor, builtin: bool, of_micro: bool
) -> dict[str, Functions]:
    return {
        "CONV_2D_INT16": convolution(layers),
        "FULLY_CONNECTED_INT16": fully_connected(dense),
        "TRANSPOSE_CONV_INT16": TRANSPOSED,
        "AVERAGE_POOL_2D_INT16": AVERAGE_POOL,
        "MAX_POOL_2D_INT16": MAX_POOL,
        "MEAN_INT16": MEAN,
        "ADD_INT16": BUILTIN_ADD if builtin else ADD,
        "SUB_INT16": SUB,
        "MUL_INT16": product(factor),
        "LEAKY_RELU_INT16": leaky(factor),
        "QUANTIZE_INT16": QUANTIZE,
        "LOGISTIC_INT16": curve("LOGISTIC_INT16", (-12,) if builtin else ()),
        "TANH_INT16": curve("TANH_INT16", (-12, -11) if builtin else ()),
        "SOFTMAX_INT16": softmax(partial(tables, of_micro)),
    }


OF_REFERENCE = _functions(
    {"int64": "reduced", "int32": "twice_away"},
    dict.fromkeys(("int64", "int32", "none"), "float64"), single, False, False,
)  # fmt: skip
OF_BUILTIN = _functions(
    {"int64": "reduced", "int32": "twice_up"},
    {"int64": "float64", "int32": "twice_up", "none": "twice_up"}, single, True, False,
)  # fmt: skip
OF_MICRO = _functions(
    {"int64": "reduced", "int32": "twice_away"},
    {"int64": "reduced", "int32": "twice_away", "none": "reduced"}, double, False, True,
)  # fmt: skip
