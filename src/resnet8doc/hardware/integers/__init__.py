"""Float32's second stage in integers alone, equal to it bit for bit: for gates, and for cores without a float unit."""

from ._cheap import CHEAP, cheap_codes
from ._requantize import MAX_SHIFT, mantissa_and_shift, requantize_one, requantize_without_float, round_to_24_bits
from ._staircase import Staircase, find_staircase
from ._sum import Sum, add_codes, find_sum, sum_table

__all__ = [
    "CHEAP", "MAX_SHIFT", "Staircase", "Sum", "add_codes", "cheap_codes", "find_staircase", "find_sum",
    "mantissa_and_shift", "requantize_one", "requantize_without_float", "round_to_24_bits", "sum_table",
]  # fmt: skip
