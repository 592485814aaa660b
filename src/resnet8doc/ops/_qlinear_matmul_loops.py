"""QLinearMatMul and QGemm in plain loops."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from ..requantize import RUNTIME, Arithmetic, Number, scale_multiplier
from ._pairwise import INT16, saturates
from ._qgemm import checked_gemm
from ._qlinear_matmul import checked
from ._steps import Adder, requantize_steps
from ._trace import Term, Trace

Array = npt.NDArray[Any]


def qlinear_matmul_loops(*inputs: Any, arithmetic: Arithmetic = RUNTIME) -> Array:
    """Compute what :func:`~resnet8doc.ops.qlinear_matmul` does, one output after another (the slow twin).

    Examples
    --------
    >>> a, b = np.array([[2, 4]], np.uint8), np.array([[3, 10], [-1, 7]], np.int8)
    >>> half, one = np.float32(0.5), np.float32(1)
    >>> qlinear_matmul_loops(a, half, np.uint8(1), b, one, np.int8(0), one, np.uint8(128))
    array([[128, 144]], dtype=uint8)
    """
    a, b, _, zeros = checked(*inputs)
    shape = (*np.broadcast_shapes(a.shape[:-2], b.shape[:-2]), a.shape[-2], b.shape[-1])
    y = np.empty(shape, zeros[2].dtype)
    for index in np.ndindex(shape):
        y[index] = qlinear_matmul_element(index, *inputs, arithmetic=arithmetic).output
    return y


def qlinear_matmul_element(
    index: tuple[int, ...],
    a: Array,
    a_scale: Number,
    a_zero_point: Number,
    b: Array,
    b_scale: Number,
    b_zero_point: Number,
    y_scale: Number,
    y_zero_point: Number,
    *,
    arithmetic: Arithmetic = RUNTIME,
) -> Trace:
    """Write down how ``qlinear_matmul(...)[index]`` comes about.

    Examples
    --------
    >>> a, b = np.array([[2, 4]], np.uint8), np.array([[3], [-1]], np.int8)
    >>> one = np.float32(1)
    >>> trace = qlinear_matmul_element((0, 0), a, one, np.uint8(0), b, one, np.int8(0), one, np.uint8(128))
    >>> [term.product for term in trace.terms], trace.value("accumulator"), trace.output
    ([6, -4], 2, 130)
    """
    a, b, scales, zeros = checked(a, a_scale, a_zero_point, b, b_scale, b_zero_point, y_scale, y_zero_point)
    trace = Trace("QLinearMatMul", tuple(index))
    rows, columns, inner = a.shape[-2], b.shape[-1], a.shape[-1]
    batch = np.broadcast_shapes(a.shape[:-2], b.shape[:-2])
    full = (*batch, rows, columns)
    a_all, b_all = np.broadcast_to(a, (*batch, *a.shape[-2:])), np.broadcast_to(b, (*batch, *b.shape[-2:]))
    a_zero, b_zero, y_zero = (int(np.broadcast_to(zero, full)[index]) for zero in zeros)
    own = np.broadcast_to(scale_multiplier(*scales, arithmetic), full)[index]
    lead, row, column = index[:-2], index[-2], index[-1]
    pairs = [(int(a_all[(*lead, row, k)]), int(b_all[(*lead, k, column)])) for k in range(inner)]
    used = [(*lead[len(lead) - (a.ndim - 2) :], row, k) for k in range(inner)]
    total = products(trace, pairs, a_zero, b_zero, used, arithmetic, saturates(a.dtype, b.dtype))
    formula = " * ".join(str(np.broadcast_to(scale, full)[index]) for scale in scales[:2])
    trace.step("multiplier", f"{formula} / {np.broadcast_to(scales[2], full)[index]}", own)
    requantize_steps(trace, total, own, y_zero, zeros[2].dtype, arithmetic)
    return trace


def qgemm_element(index: tuple[int, ...], *, arithmetic: Arithmetic = RUNTIME, **given: Any) -> Trace:
    """Write down how ``qgemm(...)[index]`` comes about; inputs and attributes by name.

    Examples
    --------
    >>> A, B = np.array([[2, 4]], np.int8), np.array([[3, -1], [10, 7]], np.int8)
    >>> one, zero, C = np.float32(1), np.int8(0), np.array([1, -4], np.int32)
    >>> trace = qgemm_element((0, 1), A=A, a_scale=one, a_zero_point=zero, B=B, b_scale=one, b_zero_point=zero, C=C,
    ...                       y_scale=np.float32(2), y_zero_point=zero, transB=1)
    >>> trace.value("accumulator"), trace.value("bias added"), trace.output
    (48, 44, 22)
    """
    g = checked_gemm(**given)
    row, column = index
    trace = Trace("QGemm", (row, column))
    b_zero = int(g.b_zero[column] if g.b_zero.ndim else g.b_zero)
    pairs = [(int(g.a[row, k]), int(g.b[k, column])) for k in range(g.a.shape[1])]
    used = [(k, row) if given.get("transA") else (row, k) for k in range(g.a.shape[1])]
    total = products(trace, pairs, int(g.a_zero), b_zero, used, arithmetic, saturates(g.a.dtype, g.b.dtype))
    if g.bias is not None:
        bias = int(g.bias[row, column])
        adder = Adder(arithmetic)
        adder.value = total
        if arithmetic.relu == "before_bias":
            adder.value = trace.step("clamped before the bias", f"max({total}, 0)", max(total, 0), "int32")
        total = trace.step(
            "bias added", f"{adder.value} + {bias}", adder.add(bias), f"int{arithmetic.accumulator_bits}"
        )
    b_scale = g.b_scale[column] if g.b_scale.ndim else g.b_scale[()]
    if g.y_scale is None:
        left = np.float32(g.left * b_scale)
        trace.step("multiplier", f"{g.left} * {b_scale}", left)
        trace.step("scaled", f"float32({total}) * {left}", np.float32(np.float32(total) * left))
        return trace
    multiplier = scale_multiplier(g.left, g.b_scale, g.y_scale, arithmetic)
    own = multiplier[column] if multiplier.ndim else multiplier[()]
    trace.step("multiplier", f"{g.left} * {b_scale} / {g.y_scale[()]}", own)
    requantize_steps(trace, total, own, int(g.y_zero), g.y_zero.dtype, arithmetic)
    return trace


def products(
    trace: Trace, pairs: list[tuple[int, int]], a_zero: int, b_zero: int, used: Sequence[tuple[int, ...]],
    arithmetic: Arithmetic, can_saturate: bool,
) -> int:  # fmt: skip
    """Sum the products of one row and one column."""
    adder = Adder(arithmetic)
    for k, (code, weight) in enumerate(pairs):
        product, taken = (code - a_zero) * (weight - b_zero), 0
        if arithmetic.pairwise_saturation and can_saturate and k % 2:
            pair = code * weight + pairs[k - 1][0] * pairs[k - 1][1]
            taken = pair - min(max(pair, int(INT16.min)), int(INT16.max))
        adder.add(product - taken)
        trace.terms.append(Term((k,), used[k], code, code - a_zero, weight, weight - b_zero, product, adder.value))
    trace.step("accumulator", f"the sum of {len(pairs)} products", adder.value, f"int{arithmetic.accumulator_bits}")
    return adder.value
