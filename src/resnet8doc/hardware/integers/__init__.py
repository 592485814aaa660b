"""Second stages in integers alone, equal to the runtimes' bit for bit: for gates, and cores without a float unit."""

from ._cheap import CHEAP, cheap_codes
from ._fixed_point import WAYS, FixedPoint, FixedSum, find_fixed_point, find_fixed_sum, fixed_point
from ._requantize import MAX_SHIFT, mantissa_and_shift, requantize_one, requantize_without_float, round_to_24_bits
from ._staircase import Staircase, find_staircase
from ._sum import Sum, add_codes, find_sum, sum_table

__all__ = [
    "CHEAP", "MAX_SHIFT", "WAYS", "FixedPoint", "FixedSum", "Staircase", "Sum", "add_codes", "cheap_codes",
    "find_fixed_point", "find_fixed_sum", "find_staircase", "find_sum", "fixed_point",
    "mantissa_and_shift", "requantize_one", "requantize_without_float", "round_to_24_bits", "sum_table",
]  # fmt: skip
