r"""Pairs of products summed in saturating int16: what x86 without VNNI does to unsigned x signed.

``vpmaddubsw`` multiplies unsigned bytes by signed bytes and adds neighbouring products into int16, *saturating*:
:math:`255 \cdot 127 + 255 \cdot 127 = 64770` becomes 32767. ONNX Runtime uses it for uint8 activations with int8
weights where the CPU has AVX2 but no VNNI; its documentation advises 7-bit weights (``reduce_range``) there. Codes go
in as they are stored, the zero points are subtracted from the sum afterwards. Neighbours are neighbours in the order
(kernel row, kernel column, input channel), from the start of each output channel's weights.

Source: ONNX Runtime, ``core/mlas/lib/x86_64/QgemmU8X8KernelAvx2.S``, ``ConvSymKernelAvx2.S``.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from ..arithmetic import FirstStage, Number
from ._accumulate import accumulator_bound, exact_float

Array = npt.NDArray[Any]

INT16 = np.iinfo(np.int16)
ROWS = 2048
"""Outputs at a time: a block and what is made of it stay in the processor's cache."""


def accumulate_pairwise(
    x_centred: Array, w_centred: Array, x_zero_point: Number, w_zero_point: Number, stage: FirstStage,
    stored: Array | None = None,
) -> Array:  # fmt: skip
    """Return the sum of products, int64, with each pair clamped to int16 on the way.

    The exact sum is taken first, then for every pair of weights that can overflow at all (255 times the sum of the
    positive ones is above 32767, or of the negative ones below -32768) what the clamp takes away. All of it in float32
    where no sum of these codes can leave the integers that float32 holds, else in float64.

    Parameters
    ----------
    x_centred, w_centred
        Codes less their zero points, ``[M, K]`` and ``[K, N]`` (or ``[..., M, K]`` and ``[..., K, N]``).
    x_zero_point, w_zero_point
        To recover the stored codes; scalars, ``w_zero_point`` also ``[N]``.
    stored
        The stored codes where they are others than these: 0 for padding that takes part in no pair.
    """
    x_codes = x_centred + x_zero_point.astype(x_centred.dtype) if stored is None else stored
    w_codes = w_centred + w_zero_point.astype(w_centred.dtype)
    lead = np.broadcast_shapes(x_codes.shape[:-2], w_codes.shape[:-2])
    x_codes, w_codes = (np.broadcast_to(codes, (*lead, *codes.shape[-2:])) for codes in (x_codes, w_codes))
    if stage.overflow == "saturate":
        return _one_by_one(x_centred, w_centred, x_codes, w_codes, stage)
    operand = max(int(np.abs(x_centred).max(initial=0)), 255)
    exact = exact_float(accumulator_bound(np.maximum(np.abs(w_centred), np.abs(w_codes)), operand))
    total = np.asarray(x_centred.astype(exact) @ w_centred.astype(exact)).astype(np.int64)
    for batch in np.ndindex(lead):
        _clamp_pairs(total[batch], x_codes[batch].astype(exact), w_codes[batch].astype(exact))
    return stage.held(total)


def _clamp_pairs(total: Array, x: Array, w: Array) -> None:
    """Take from exact sums ``[M, N]``, in place, what the clamp of each pair of ``[M, K]`` and ``[K, N]`` takes."""
    pairs = w[: w.shape[0] // 2 * 2].reshape(-1, 2, w.shape[1])
    risky = (np.maximum(pairs, 0).sum(axis=1) * 255 > INT16.max) | (np.minimum(pairs, 0).sum(axis=1) * 255 < INT16.min)
    channels = [np.flatnonzero(row) for row in risky]
    for start in range(0, len(x), ROWS):
        block = np.ascontiguousarray(x[start : start + ROWS].T)
        taken = np.zeros((w.shape[1], block.shape[1]), w.dtype)
        for number in np.flatnonzero(risky.any(axis=1)):
            of = channels[number]
            product = pairs[number][:, of].T @ block[2 * number : 2 * number + 2]
            taken[of] += np.clip(product, INT16.min, INT16.max) - product
        total[start : start + ROWS] += taken.T.astype(np.int64)


def _one_by_one(x_centred: Array, w_centred: Array, x_codes: Array, w_codes: Array, stage: FirstStage) -> Array:
    """Sum in a saturating accumulator: each product, and with every second one what the pair's clamp takes away."""

    def outer(x: Array, w: Array, k: int) -> Array:
        return np.asarray(x[..., :, k, None] * w[..., k, None, :]).astype(np.int64)

    total = np.zeros_like(outer(x_codes, w_codes, 0))
    for k in range(x_codes.shape[-1]):
        term = outer(x_centred, w_centred, k)
        if k % 2:
            pair = outer(x_codes, w_codes, k - 1) + outer(x_codes, w_codes, k)
            term = term + np.clip(pair, INT16.min, INT16.max) - pair
        total = stage.held(total + term)
    return total
