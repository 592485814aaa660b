"""Every operator that the engine knows, collected from their files."""

from . import (
    _average_pool,
    _batch_normalization,
    _cast,
    _channels_last,
    _comparisons,
    _concat,
    _conv,
    _conv_integer,
    _conv_transpose,
    _depth_to_space,
    _dequantize_linear,
    _dropout,
    _dynamic_quantize_linear,
    _elementwise,
    _erf,
    _exp,
    _expand,
    _gather,
    _hard_sigmoid,
    _hard_swish,
    _layer_normalization,
    _leaky_relu,
    _log,
    _log_softmax,
    _matmul_integer,
    _matmul_integer_to_float,
    _max_pool,
    _min_max,
    _pad,
    _pow,
    _prelu,
    _products,
    _qgemm,
    _qlinear_add,
    _qlinear_average_pool,
    _qlinear_concat,
    _qlinear_conv,
    _qlinear_global_average_pool,
    _qlinear_leaky_relu,
    _qlinear_matmul,
    _qlinear_mul,
    _qlinear_reduce_mean,
    _qlinear_sigmoid,
    _qlinear_softmax,
    _quantize_linear,
    _range,
    _reduce_mean,
    _reductions,
    _resize,
    _shape,
    _shape_of,
    _sigmoid,
    _slice,
    _split,
    _sqrt,
    _tanh,
    _tflite,
    _unary,
    _unsqueeze,
    _where,
)
from ._operator import Operator

MODULES = (
    _quantize_linear, _dequantize_linear, _dynamic_quantize_linear, _qlinear_conv, _qlinear_matmul, _qlinear_add,
    _qlinear_mul, _qlinear_concat, _qlinear_sigmoid, _qlinear_leaky_relu, _qlinear_average_pool,
    _qlinear_global_average_pool, _qgemm, _qlinear_softmax, _conv_integer, _matmul_integer, _matmul_integer_to_float,
    _max_pool, _conv, _elementwise, _average_pool, _reductions, _products, _shape, _batch_normalization, _cast,
    _comparisons, _concat, _conv_transpose, _depth_to_space, _dropout, _erf, _exp, _expand, _gather, _hard_sigmoid,
    _hard_swish, _layer_normalization, _leaky_relu, _log, _log_softmax, _min_max, _pad, _pow, _prelu, _range,
    _reduce_mean, _resize, _shape_of, _sigmoid, _slice, _split, _sqrt, _tanh, _qlinear_reduce_mean, _tflite, _unary,
    _unsqueeze, _where, _channels_last,
)  # fmt: skip

OPERATORS: dict[tuple[str, str], Operator] = {
    (record.domain, record.op_type): record
    for module in MODULES
    for record in vars(module).values()
    if isinstance(record, Operator)
}
"""Every operator by ``(domain, op_type)``."""
