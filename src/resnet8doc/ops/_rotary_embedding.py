"""RotaryEmbedding: pairs of numbers turned by angles that grow with the position; the standard's and ONNX Runtime's."""

from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import UserError
from ._checks import float32
from ._fma import fma
from ._operator import MICROSOFT, Operator

Array = npt.NDArray[Any]

EIGHT = 8
"""Pairs of neighbours that the runtime turns at once."""


def rotary_embedding(
    X: Array,
    cos_cache: Array,
    sin_cache: Array,
    position_ids: Array | None = None,
    *,
    interleaved: int = 0,
    num_heads: int = 0,
    rotary_embedding_dim: int = 0,
) -> Array:
    r"""Turn each pair :math:`(a, b)` of a head: :math:`(a \cos - b \sin, \; b \cos + a \sin)`.

    Parameters
    ----------
    X
        float32 ``[N, heads, T, size]`` or ``[N, T, heads * size]``.
    cos_cache, sin_cache
        float32 ``[positions, R / 2]``; ``[N, T, R / 2]`` without ``position_ids``.
    position_ids
        int64 ``[N, T]``: rows of the two, or None.
    interleaved
        Whether the numbers of a pair are neighbours; else the second one is R / 2 further on.
    num_heads
        Into how many parts a third axis is divided.
    rotary_embedding_dim
        R, the numbers of a head that are turned, from the first on; 0: all.

    Raises
    ------
    UserError
        If types or shapes do not fit, or a position does not exist.

    References
    ----------
    ONNX, `RotaryEmbedding <https://onnx.ai/onnx/operators/onnx__RotaryEmbedding.html>`__; ONNX Runtime,
    ``core/providers/cpu/llm/rotary_embedding.cc`` and ``core/mlas/lib/rotary_embedding_kernel_avx2.h``.

    Examples
    --------
    A quarter turn:

    >>> x, cos, sin = np.array([[[[1, 2]]]], np.float32), np.zeros((1, 1), np.float32), np.ones((1, 1), np.float32)
    >>> rotary_embedding(x, cos, sin, np.array([[0]]))
    array([[[[-2.,  1.]]]], dtype=float32)
    """
    x = heads_first(float32(X, "X"), num_heads)
    items, _, steps, _ = x.shape
    cos, sin = float32(cos_cache, "cos_cache"), float32(sin_cache, "sin_cache")
    if position_ids is None:
        if cos.ndim != 3 or cos.shape[:2] != (items, steps) or sin.shape != cos.shape:
            raise _unfit(cos, sin, f"[{items}, {steps}, R / 2] where no position is given")
    else:
        cos, sin = at_positions(cos, sin, position_ids, items, steps)
    y = rotated(x, cos, sin, interleaved, rotary_embedding_dim)
    return y if X.ndim == 4 else np.asarray(y.transpose(0, 2, 1, 3).reshape(X.shape))


def microsoft_rotary_embedding(
    input: Array,
    position_ids: Array,
    cos_cache: Array,
    sin_cache: Array,
    *,
    interleaved: int = 0,
    is_packed_batching: int = 0,
    num_heads: int = 0,
    rotary_embedding_dim: int = 0,
    scale: float = 1.0,
) -> Array:
    """Return what RotaryEmbedding of the standard gives; ONNX Runtime had it before.

    Source: ONNX Runtime, ``contrib_ops/cpu/bert/rotary_embedding.cc``.

    Parameters
    ----------
    input
        float32 ``[N, T, heads * size]`` or ``[N, heads, T, size]``.
    position_ids
        int64 ``[N, T]``; or ``[1]``, the position of the first step.
    cos_cache, sin_cache
        float32 ``[positions, R / 2]``.
    interleaved, num_heads, rotary_embedding_dim
        As for the standard's; without ``num_heads`` a head of three axes is as long as the caches say.
    is_packed_batching, scale
        Not used on the CPU.

    Examples
    --------
    >>> x, cos, sin = np.array([[[1, 2]]], np.float32), np.zeros((1, 1), np.float32), np.ones((1, 1), np.float32)
    >>> microsoft_rotary_embedding(x, np.array([0]), cos, sin)
    array([[[-2.,  1.]]], dtype=float32)
    """
    cos, sin = float32(cos_cache, "cos_cache"), float32(sin_cache, "sin_cache")
    given = float32(input, "input")
    heads = num_heads
    if not heads and given.ndim == 3 and cos.ndim == 2 and cos.shape[1]:
        heads = given.shape[2] // (2 * cos.shape[1])
    x = heads_first(given, heads)
    items, _, steps, _ = x.shape
    places = position_ids
    if position_ids.shape == (1,):
        places = np.broadcast_to(position_ids + np.arange(steps), (items, steps))
    y = rotated(x, *at_positions(cos, sin, places, items, steps), interleaved, rotary_embedding_dim)
    return y if input.ndim == 4 else np.asarray(y.transpose(0, 2, 1, 3).reshape(input.shape))


def heads_first(x: Array, heads: int) -> Array:
    """Return ``[N, heads, T, size]``."""
    if x.ndim == 4 and (not heads or x.shape[1] == heads):
        return x
    if x.ndim != 3 or heads < 1 or x.shape[2] % heads:
        raise UserError(
            f"the input has shape {list(x.shape)} and num_heads is {heads}",
            "[N, heads, T, size] or [N, T, heads * size]", "Correct num_heads.",
        )  # fmt: skip
    return x.reshape(*x.shape[:2], heads, -1).transpose(0, 2, 1, 3)


def at_positions(cos: Array, sin: Array, places: Array, items: int, steps: int) -> tuple[Array, Array]:
    """Return the rows of both caches, ``[N, T, R / 2]``."""
    if cos.ndim != 2 or sin.shape != cos.shape:
        raise _unfit(cos, sin, "[positions, R / 2] for both")
    if places.shape != (items, steps) or steps > len(cos) or not np.all((places >= 0) & (places < len(cos))):
        raise UserError(
            f"positions have shape {list(places.shape)} and reach {np.max(places, initial=0)}",
            f"[{items}, {steps}], {len(cos)} steps at most, from 0 to {len(cos) - 1}", "Correct the positions.",
        )  # fmt: skip
    return cos[places], sin[places]


def rotated(x: Array, cos: Array, sin: Array, interleaved: int, turned: int = 0) -> Array:
    """Return ``[N, heads, T, size]`` of the same, its first ``turned`` numbers turned by ``[N, T, turned / 2]``.

    One product is rounded, the other one is fused into the difference or sum. Of neighbours the runtime turns eight
    pairs at once; of those that are left over, all but the first one are rounded after each operation.
    """
    length = turned or x.shape[3]
    if length % 2 or length > x.shape[3] or cos.shape[2] != length // 2:
        raise _unfit(cos, sin, f"{length // 2} numbers for each position, half of those that are turned")
    half = length // 2
    first, second = (slice(0, length, 2), slice(1, length, 2)) if interleaved else (slice(half), slice(half, length))
    a, b, c, s = x[..., first], x[..., second], cos[:, None], sin[:, None]
    y = x.copy()
    y[..., first], y[..., second] = fma(a, c, -(b * s)), fma(a, s, b * c)
    if interleaved:
        left = slice(half // EIGHT * EIGHT + 1, half)
        a, b, c, s = a[..., left], b[..., left], c[..., left], s[..., left]
        y[..., first][..., left], y[..., second][..., left] = a * c - b * s, b * c + a * s
    return y


def _unfit(cos: Array, sin: Array, expected: str) -> UserError:
    return UserError(
        f"cos_cache has shape {list(cos.shape)} and sin_cache {list(sin.shape)}", expected, "Reshape them."
    )


STANDARD = Operator("RotaryEmbedding", "", rotary_embedding, ("Y",), (23,), "real")
MICROSOFTS = Operator("RotaryEmbedding", MICROSOFT, microsoft_rotary_embedding, ("output",), (1,), "real")
