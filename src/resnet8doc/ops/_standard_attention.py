"""Attention of the standard: the heads of a transformer whose products stand before the node."""

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import UserError
from ._attention import ORDER
from ._checks import float32
from ._fma import fma
from ._multi_head_attention import into_heads, joined
from ._operator import Operator
from ._products import matmul
from ._reductions import softmax

Array = npt.NDArray[Any]

LOWEST = np.finfo(np.float32).min
"""What stands where nothing may be read."""


def standard_attention(
    Q: Array,
    K: Array,
    V: Array,
    attn_mask: Array | None = None,
    past_key: Array | None = None,
    past_value: Array | None = None,
    nonpad_kv_seqlen: Array | None = None,
    *,
    is_causal: int = 0,
    kv_num_heads: int = 0,
    q_num_heads: int = 0,
    qk_matmul_output_mode: int = 0,
    scale: float | None = None,
    softcap: float = 0.0,
    softmax_precision: int = 1,
) -> tuple[Array, Array, Array, Array]:
    r"""Return :math:`\mathrm{softmax}(s \, Q K^T + m) \, V` of each head; several of Q can share those of K and V.

    Without ``softcap`` the factor is fused with the sum of the mask, as the runtime's matrix product does it. A step
    that may read nothing gives 0.

    Parameters
    ----------
    Q, K, V
        float32 ``[N, heads, T, size]``, ``[N, kv_heads, L, size]``, ``[N, kv_heads, L, W]``; or of three axes, ``[N, T,
        heads * size]`` and so on, with the numbers of heads.
    attn_mask
        bool, what may be read, or float32, what is added: ``[T, all]`` or what broadcasts to ``[N, heads, T, all]``
        along the first two axes.
    past_key, past_value
        float32 ``[N, kv_heads, before, size]``: what came before, or None for both.
    nonpad_kv_seqlen
        int64 ``[N]``: how many steps may be read from the beginning; not with a past.
    is_causal
        Whether nothing that comes later is read.
    kv_num_heads, q_num_heads
        Of three axes: the numbers of heads.
    qk_matmul_output_mode
        What the fourth output is: 0, the scaled products; 1, after ``softcap``; 2, with the mask; 3, after the softmax.
    scale
        :math:`s`; one over the root of a head's length without.
    softcap
        :math:`c` of :math:`c \tanh(x / c)` before the mask is added; 0: none.
    softmax_precision
        ONNX's number of the type in which the softmax is computed; here always float32.

    Returns
    -------
    tuple
        The result, of Q's rank; K and V of all that has come, ``[N, kv_heads, all, size]``; what the mode says.

    Raises
    ------
    UserError
        If types or shapes do not fit.

    References
    ----------
    ONNX, `Attention <https://onnx.ai/onnx/operators/onnx__Attention.html>`__; ONNX Runtime,
    ``core/providers/cpu/llm/attention.cc``.

    Examples
    --------
    >>> x = np.eye(2, dtype=np.float32)[None, None]
    >>> standard_attention(x, x, x, is_causal=1)[0].round(4)
    array([[[[1.    , 0.    ],
             [0.3302, 0.6698]]]], dtype=float32)
    """
    q = _heads(Q, q_num_heads, "Q")
    k, v = _heads(K, kv_num_heads, "K"), _heads(V, kv_num_heads, "V")
    before = 0
    if past_key is not None and past_value is not None:
        before = past_key.shape[2] if past_key.ndim == 4 else 0
        k, v = (_after(past, one) for past, one in ((past_key, k), (past_value, v)))
    items, heads, steps, size = q.shape
    whole, groups = k.shape[2], k.shape[1]
    if k.shape != (items, groups, whole, size) or v.shape[:3] != k.shape[:3] or not groups or heads % groups:
        raise UserError(
            f"the heads have shapes {list(q.shape)}, {list(k.shape)} and {list(v.shape)}",
            "one number of pictures and of numbers in a head, a multiple of heads for Q; K and V of one length",
            "Reshape them.",
        )  # fmt: skip
    mask = _mask(attn_mask, items, heads, steps, whole)
    ends = _ends(nonpad_kv_seqlen, items, whole, before)
    if is_causal and not (steps == 1 and before):  # a single step after a past reads all
        # with lengths, the last step stands at its picture's end
        first = np.full((1, 1), before) if ends is None else ends - steps
        later = (np.arange(whole) > np.arange(steps)[:, None] + first[..., None])[:, None]
        mask = np.where(later, LOWEST, np.zeros((1, 1, 1, 1), np.float32) if mask is None else mask)
    factor = np.float32(1 / math.sqrt(size) if scale is None else scale)
    products = matmul(q, np.repeat(k, heads // groups, axis=1).swapaxes(2, 3))
    with np.errstate(over="ignore", invalid="ignore"):
        scaled = factor * products
        capped = np.float32(softcap) * np.tanh(scaled / np.float32(softcap)) if softcap else scaled
        scores = capped
        if mask is not None:
            folded = not softcap and qk_matmul_output_mode >= AFTER_MASK
            scores = fma(factor, products, mask) if folded else capped + mask
        if ends is not None:
            scores = np.where((np.arange(whole) >= ends)[:, None, None], LOWEST, scores)
        empty = scores.max(axis=-1, keepdims=True, initial=-np.inf) <= LOWEST
        shares = np.where(empty, np.float32(0), softmax(np.where(empty, np.float32(0), scores)))
    y = matmul(shares, np.repeat(v, heads // groups, axis=1))
    shown = dict(enumerate((scaled, capped, scores, shares))).get(qk_matmul_output_mode)
    if shown is None:
        raise UserError(f"qk_matmul_output_mode is {qk_matmul_output_mode}", "0, 1, 2 or 3", "Correct it.")
    return y if Q.ndim == 4 else joined(y), k, v, shown


AFTER_MASK = 2
"""The first ``qk_matmul_output_mode`` that asks for scores with the mask."""


def standard_attention_23(
    Q: Array,
    K: Array,
    V: Array,
    attn_mask: Array | None = None,
    past_key: Array | None = None,
    past_value: Array | None = None,
    *,
    is_causal: int = 0,
    kv_num_heads: int = 0,
    q_num_heads: int = 0,
    qk_matmul_output_mode: int = 0,
    scale: float | None = None,
    softcap: float = 0.0,
    softmax_precision: int = 1,
) -> tuple[Array, Array, Array, Array]:
    """Return what Attention gave before opset 24: there were no lengths of pictures.

    Examples
    --------
    >>> x = np.eye(2, dtype=np.float32)[None, None]
    >>> standard_attention_23(x, x, x, is_causal=1)[0].round(4)
    array([[[[1.    , 0.    ],
             [0.3302, 0.6698]]]], dtype=float32)
    """
    return standard_attention(
        Q, K, V, attn_mask, past_key, past_value, is_causal=is_causal, kv_num_heads=kv_num_heads,
        q_num_heads=q_num_heads, qk_matmul_output_mode=qk_matmul_output_mode, scale=scale, softcap=softcap,
        softmax_precision=softmax_precision,
    )  # fmt: skip


def _heads(x: Array, heads: int, name: str) -> Array:
    return float32(x, name) if x.ndim == 4 else into_heads(x, None, heads, name)


def _after(past: Array, now: Array) -> Array:
    if past.ndim != 4 or past.shape[:2] != now.shape[:2] or past.shape[3] != now.shape[3]:
        raise UserError(
            f"the past has shape {list(past.shape)} and what comes after {list(now.shape)}",
            "[N, heads, before, size]", "Reshape it.",
        )  # fmt: skip
    return np.concatenate([past, now], 2)


def _mask(mask: Array | None, items: int, heads: int, steps: int, whole: int) -> Array | None:
    """Return what is added, of four axes."""
    if mask is None:
        return None
    shape = (1,) * (4 - mask.ndim) + mask.shape
    fits = 2 <= mask.ndim <= 4 and shape[0] in (1, items) and shape[1] in (1, heads) and shape[2:] == (steps, whole)
    if mask.dtype not in (bool, np.float32) or not fits:
        raise UserError(
            f"attn_mask is {mask.dtype} {list(mask.shape)}", f"bool or float32 [{items} or 1, {heads} or 1, {steps}, "
            f"{whole}]", "Reshape it.",
        )  # fmt: skip
    return np.where(mask, np.float32(0), LOWEST).reshape(shape) if mask.dtype == bool else mask.reshape(shape)


def _ends(lengths: Array | None, items: int, whole: int, before: int) -> Array | None:
    """Return how many steps each picture has, ``[N, 1]``."""
    if lengths is None:
        return None
    if lengths.shape != (items,) or before or not np.all((lengths >= 0) & (lengths <= whole)):
        raise UserError(
            f"nonpad_kv_seqlen is {lengths.tolist()} and {before} steps came before", f"{items} numbers from 0 to "
            f"{whole}, and no past", "Correct it.",
        )  # fmt: skip
    return lengths[:, None]


OPERATOR = Operator(
    "Attention", "", standard_attention, ("Y", "present_key", "present_value", "qk_matmul_output"), (23, 24), "real",
    older={23: standard_attention_23, 24: standard_attention}, exact=ORDER,
    optional=frozenset({"attn_mask", "past_key", "past_value"}),
)  # fmt: skip
