"""Pairs of products summed in saturating int16: x86 without VNNI."""

from typing import Any

import numpy as np
import numpy.typing as npt

from ..requantize import Arithmetic, wrap

Array = npt.NDArray[Any]


def accumulate_pairwise(
    x_centred: Array,
    w_centred: Array,
    x_zero_point: Array,
    w_zero_point: Array,
    x_dtype: Any,
    w_dtype: Any,
    arithmetic: Arithmetic,
) -> Array:
    raise NotImplementedError
