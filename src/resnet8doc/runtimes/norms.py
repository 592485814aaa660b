r"""L2_NORMALIZATION in TensorFlow Lite's kernel sets: in integers, the same in all of them.

With the differences :math:`d = x - z_x` and the sum :math:`\Sigma` of their squares along a row,

.. math:: y = \mathrm{fix}(d, 2^7 / \sqrt \Sigma), \quad
   y = \mathrm{fix}(2^7 d, 1 / \sqrt \Sigma) + 128 \text{ of uint8}

rounded twice, the root by Newton's method; the two shift at other places. A sum of 0 counts as 1. The input's scale
does not count, the output has the scale 1/128 and the zero point 0, 128 of uint8. Micro has it for int8 and up to four
axes.

Source: TensorFlow Lite, ``kernels/internal/reference/{,integer_ops/}l2normalization.h``, ``kernels/internal/common.h``,
``GetInvSqrtQuantizedMultiplierExp``.
"""

from typing import Any

import numpy as np

from ..arithmetic import Array, Functions, Runtime
from ..errors import UserError
from ..trace import Trace
from ._gemmlowp import inverse_root
from ._requantized import PARTS, checked_unary
from .fixed_point import scaled, scaled_step

BITS = 7
"""Of the output's scale."""

LARGEST_SUM = (1 << 31) - 1
"""Of squares."""

NAME = "L2_NORMALIZATION"


def _sums(rows: Array) -> Array:
    sums = np.asarray((rows * rows).sum(axis=-1, keepdims=True))
    if sums.size and sums.max() > LARGEST_SUM:
        raise UserError(
            f"the squares of a row of {NAME} add up to {int(sums.max())}", f"{LARGEST_SUM} or less, which 32 bits hold",
            "Shorten the rows.",
        )  # fmt: skip
    return sums


def shifts(dtype: Any) -> tuple[int, int]:
    """Return by how many bits a difference of codes of a type is shifted before, and the factor's exponent after.

    Examples
    --------
    >>> shifts(np.int8), shifts(np.uint8)
    ((0, 7), (7, 0))
    """
    return (BITS, 0) if dtype == np.uint8 else (0, BITS)


def _formula(rows: Array, zero: Any) -> Array:
    """Return results before the clamp, of differences in rows; the output's zero point tells the type."""
    present, places = np.unique(_sums(rows), return_inverse=True)
    roots = np.array([inverse_root(total) for total in present.tolist()], np.int64).reshape(-1, 2)
    m, e = roots[places.reshape(*rows.shape[:-1], 1)].transpose(-1, *range(rows.ndim))
    before, after = shifts(zero.dtype)
    return np.asarray(scaled(rows << before, m, e + after, "twice_away") + int(zero))


def _function(*inputs: Any, runtime: Runtime, axis: int = -1) -> Array:
    codes, _, _, x_zero, y_zero = checked_unary(NAME, *inputs)
    rows = np.moveaxis(codes, axis, -1).astype(np.int64) - int(x_zero)
    made = runtime.finish.narrowed(_formula(rows, y_zero), y_zero, codes.dtype)
    return np.ascontiguousarray(np.moveaxis(made, -1, axis))


def _element(index: tuple[int, ...], *inputs: Any, runtime: Runtime, axis: int = -1) -> Trace:
    codes, _, _, x_zero, y_zero = checked_unary(NAME, *inputs)
    place = [i for number, i in enumerate(index) if number != axis % codes.ndim]
    row = np.moveaxis(codes, axis, -1)[tuple(place)].astype(np.int64) - int(x_zero)
    trace, own = Trace(NAME, tuple(index)), int(row[index[axis]])
    trace.step("centred", f"{int(codes[index])} - {int(x_zero)}", own, "int32")
    total = int(trace.step("sum", f"of {len(row)} squares", int(_sums(row)[0]), "int32"))
    m, e = inverse_root(total)
    trace.step("inverse root", f"1 / sqrt({total}) is {m} * 2**({e} - 31)", m, "int32")
    before, after = shifts(codes.dtype)
    whole = scaled_step(trace, "scaled", own << before, m, e + after, "twice_away")
    whole = int(trace.step("zero point added", f"{whole} + {int(y_zero)}", whole + int(y_zero), "int32"))
    runtime.finish.clamp_step(trace, whole, int(y_zero), codes.dtype)
    return trace


IN_ALL = {NAME: Functions(_function, _element, PARTS)}
"""What every kernel set has."""
