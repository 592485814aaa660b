"""The operators of ONNX and of ONNX Runtime's own domain, one file each, in numpy alone.

A function is the ONNX operator in snake case; its inputs come in the standard's order, its attributes are keywords.
``*_loops`` is the same in plain loops, ``*_element`` writes down how one output element comes about.
"""

from ..trace import Step, Term, Trace
from ._accumulate import EXACT_IN_FLOAT32, accumulator_bound, largest_operand
from ._average_pool import average_pool
from ._batch_normalization import batch_normalization
from ._channels_last import (
    nhwc_max_pool,
    nhwc_max_pool_element,
    nhwc_max_pool_loops,
    qlinear_conv_channels_last,
    qlinear_conv_channels_last_element,
    qlinear_conv_channels_last_loops,
)
from ._concat import concat
from ._conv import conv
from ._conv_integer import conv_integer, conv_integer_element, conv_integer_loops
from ._dequantize_linear import dequantize_linear, dequantize_linear_element, dequantize_linear_loops
from ._dynamic_quantize_linear import dynamic_quantize_linear
from ._elementwise import add, clip, div, identity, mul, relu, sub
from ._erf import erf
from ._exp import exp
from ._fma import fma
from ._gather import gather
from ._leaky_relu import leaky_relu
from ._matmul_integer import matmul_integer, matmul_integer_element, matmul_integer_loops
from ._matmul_integer_to_float import dynamic_quantize_matmul, matmul_integer_to_float
from ._max_pool import global_max_pool, max_pool, max_pool_element, max_pool_loops
from ._operator import Codes, Operator
from ._pad import pad
from ._prelu import prelu
from ._products import gemm, matmul
from ._pytorch import (
    pytorch_add,
    pytorch_add_element,
    pytorch_add_loops,
    pytorch_conv2d,
    pytorch_conv2d_element,
    pytorch_conv2d_loops,
    pytorch_linear,
    pytorch_linear_element,
    pytorch_linear_loops,
)
from ._qgemm import qgemm
from ._qgemm_loops import qgemm_element, qgemm_loops
from ._qlinear_add import qlinear_add
from ._qlinear_add_loops import leads_with_one, qlinear_add_element, qlinear_add_loops
from ._qlinear_average_pool import qlinear_average_pool
from ._qlinear_average_pool_loops import qlinear_average_pool_element, qlinear_average_pool_loops
from ._qlinear_concat import qlinear_concat, qlinear_concat_element, qlinear_concat_loops
from ._qlinear_conv import qlinear_conv
from ._qlinear_conv_loops import qlinear_conv_element, qlinear_conv_loops
from ._qlinear_global_average_pool import qlinear_global_average_pool
from ._qlinear_global_average_pool_loops import (
    qlinear_global_average_pool_element,
    qlinear_global_average_pool_loops,
)
from ._qlinear_leaky_relu import qlinear_leaky_relu, qlinear_leaky_relu_element, qlinear_leaky_relu_loops
from ._qlinear_matmul import qlinear_matmul
from ._qlinear_matmul_loops import qlinear_matmul_element, qlinear_matmul_loops
from ._qlinear_mul import qlinear_mul, qlinear_mul_element, qlinear_mul_loops
from ._qlinear_sigmoid import qlinear_sigmoid, qlinear_sigmoid_element, qlinear_sigmoid_loops
from ._qlinear_softmax import qlinear_softmax
from ._qlinear_softmax_loops import exponentials, qlinear_softmax_element, qlinear_softmax_loops
from ._quantize_linear import quantize_linear
from ._quantize_linear_loops import quantize_linear_element, quantize_linear_loops
from ._reduce_mean import reduce_mean
from ._reductions import global_average_pool, softmax
from ._registry import OPERATORS
from ._resize import resize
from ._shape import flatten, reshape, squeeze, transpose
from ._sigmoid import sigmoid
from ._split import split
from ._tanh import tanh
from .kernels import WITHOUT as TFLITE_WITHOUT

__all__ = [
    "EXACT_IN_FLOAT32",
    "OPERATORS",
    "TFLITE_WITHOUT",
    "Codes",
    "Operator",
    "Step",
    "Term",
    "Trace",
    "accumulator_bound",
    "add",
    "average_pool",
    "batch_normalization",
    "clip",
    "concat",
    "conv",
    "conv_integer",
    "conv_integer_element",
    "conv_integer_loops",
    "dequantize_linear",
    "dequantize_linear_element",
    "dequantize_linear_loops",
    "div",
    "dynamic_quantize_linear",
    "dynamic_quantize_matmul",
    "erf",
    "exp",
    "exponentials",
    "flatten",
    "fma",
    "gather",
    "gemm",
    "global_average_pool",
    "global_max_pool",
    "identity",
    "largest_operand",
    "leads_with_one",
    "leaky_relu",
    "matmul",
    "matmul_integer",
    "matmul_integer_element",
    "matmul_integer_loops",
    "matmul_integer_to_float",
    "max_pool",
    "max_pool_element",
    "max_pool_loops",
    "mul",
    "nhwc_max_pool",
    "nhwc_max_pool_element",
    "nhwc_max_pool_loops",
    "pad",
    "prelu",
    "pytorch_add",
    "pytorch_add_element",
    "pytorch_add_loops",
    "pytorch_conv2d",
    "pytorch_conv2d_element",
    "pytorch_conv2d_loops",
    "pytorch_linear",
    "pytorch_linear_element",
    "pytorch_linear_loops",
    "qgemm",
    "qgemm_element",
    "qgemm_loops",
    "qlinear_add",
    "qlinear_add_element",
    "qlinear_add_loops",
    "qlinear_average_pool",
    "qlinear_average_pool_element",
    "qlinear_average_pool_loops",
    "qlinear_concat",
    "qlinear_concat_element",
    "qlinear_concat_loops",
    "qlinear_conv",
    "qlinear_conv_channels_last",
    "qlinear_conv_channels_last_element",
    "qlinear_conv_channels_last_loops",
    "qlinear_conv_element",
    "qlinear_conv_loops",
    "qlinear_global_average_pool",
    "qlinear_global_average_pool_element",
    "qlinear_global_average_pool_loops",
    "qlinear_leaky_relu",
    "qlinear_leaky_relu_element",
    "qlinear_leaky_relu_loops",
    "qlinear_matmul",
    "qlinear_matmul_element",
    "qlinear_matmul_loops",
    "qlinear_mul",
    "qlinear_mul_element",
    "qlinear_mul_loops",
    "qlinear_sigmoid",
    "qlinear_sigmoid_element",
    "qlinear_sigmoid_loops",
    "qlinear_softmax",
    "qlinear_softmax_element",
    "qlinear_softmax_loops",
    "quantize_linear",
    "quantize_linear_element",
    "quantize_linear_loops",
    "reduce_mean",
    "relu",
    "reshape",
    "resize",
    "sigmoid",
    "softmax",
    "split",
    "squeeze",
    "sub",
    "tanh",
    "transpose",
]
