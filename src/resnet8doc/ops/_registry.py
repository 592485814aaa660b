"""Every operator that the engine knows, collected from their files."""

from . import (
    _average_pool,
    _channels_last,
    _conv,
    _dequantize_linear,
    _elementwise,
    _max_pool,
    _products,
    _qgemm,
    _qlinear_add,
    _qlinear_average_pool,
    _qlinear_conv,
    _qlinear_global_average_pool,
    _qlinear_matmul,
    _qlinear_softmax,
    _quantize_linear,
    _reductions,
    _shape,
)
from ._operator import Operator

MODULES = (
    _quantize_linear, _dequantize_linear, _qlinear_conv, _qlinear_matmul, _qlinear_add, _qlinear_average_pool,
    _qlinear_global_average_pool, _qgemm, _qlinear_softmax, _conv, _elementwise, _average_pool, _max_pool, _reductions,
    _products, _shape, _channels_last,
)  # fmt: skip

OPERATORS: dict[tuple[str, str], Operator] = {
    (record.domain, record.op_type): record
    for module in MODULES
    for record in vars(module).values()
    if isinstance(record, Operator)
}
"""Every operator by ``(domain, op_type)``."""
