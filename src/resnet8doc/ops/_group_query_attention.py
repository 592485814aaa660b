"""GroupQueryAttention: attention in which several heads share keys and values, with their cache; ONNX Runtime's own."""

from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import UserError
from ._attention import ORDER
from ._checks import float32
from ._multi_head_attention import factor_of, fitting_bias, into_heads, joined
from ._operator import MICROSOFT, Operator
from ._products import matmul
from ._rotary_embedding import at_positions, rotated

Array = npt.NDArray[Any]


def group_query_attention(
    query: Array,
    key: Array | None,
    value: Array | None,
    past_key: Array | None,
    past_value: Array | None,
    seqlens_k: Array,
    total_sequence_length: Array,
    cos_cache: Array | None = None,
    sin_cache: Array | None = None,
    position_ids: Array | None = None,
    attention_bias: Array | None = None,
    head_sink: Array | None = None,
    k_scale: Array | None = None,
    v_scale: Array | None = None,
    q_norm_weight: Array | None = None,
    k_norm_weight: Array | None = None,
    query_seqlens: Array | None = None,
    *,
    num_heads: int,
    kv_num_heads: int,
    causal: int = 1,
    do_rotary: int = 0,
    k_norm_epsilon: float = 0.0,
    k_quant_type: str = "NONE",
    kv_cache_bit_width: int = 0,
    local_window_size: int = -1,
    q_norm_epsilon: float = 0.0,
    qk_norm_epsilon: float = 1e-6,
    qk_output: int = 0,
    rotary_interleaved: int = 0,
    scale: float = 0.0,
    sliding_window_cache: int = 0,
    smooth_softmax: int = -1,
    softcap: float = 0.0,
    v_quant_type: str = "NONE",
) -> tuple[Array, Array, Array]:
    r"""Return :math:`\mathrm{softmax}(s \, Q K^T + m) \, V` of each head; a group of heads reads the same K and V.

    Parameters
    ----------
    query, key, value
        float32 ``[N, T, heads * size]`` and twice ``[N, T, kv_heads * size]``; or all three behind each other in
        ``query``, ``[N, T, (heads + 2 kv_heads) * size]``, with None for the others.
    past_key, past_value
        float32 ``[N, kv_heads, capacity, size]``: what came before, from the beginning on; None for both.
    seqlens_k
        int32 ``[N]``: how many steps each picture has in all, less one.
    total_sequence_length
        int32, one element: the largest number of steps in all. If it is T, nothing came before.
    cos_cache, sin_cache, position_ids
        With ``do_rotary``, as for RotaryEmbedding; without positions they go on where the past ends. Where nothing came
        before, all go on from the first position given.
    attention_bias
        float32 ``[N or 1, heads or 1, T, total]``, added before the softmax.
    head_sink
        float32 ``[heads]``: one more number for the softmax, whose share is dropped.
    k_scale, v_scale, q_norm_weight, k_norm_weight, query_seqlens
        Not computed.
    num_heads, kv_num_heads
        Heads of the queries; heads of keys and values.
    causal
        1: nothing that comes later is read.
    do_rotary, rotary_interleaved
        Whether queries and keys are turned first; how their pairs lie.
    local_window_size
        How many steps back are read, this one among them; -1: all.
    scale, softcap
        :math:`s`, as for MultiHeadAttention; :math:`c` of :math:`c \tanh(x / c)` before the softmax, 0 for none.
    smooth_softmax
        1: as a ``head_sink`` of zeros.
    k_norm_epsilon, q_norm_epsilon, qk_norm_epsilon
        Not used without what they belong to.
    k_quant_type, v_quant_type, kv_cache_bit_width, qk_output, sliding_window_cache
        Of a cache of codes, of a fourth output and of a cache that forgets: not computed.

    Returns
    -------
    tuple
        The result ``[N, T, heads * size]``; K and V of all that has come, ``[N, kv_heads, capacity, size]``, 0 behind
        it.

    Raises
    ------
    UserError
        If types or shapes do not fit, or something is asked for that is not computed.

    References
    ----------
    ONNX Runtime, ``contrib_ops/cpu/bert/group_query_attention.cc`` and ``gqa_attention_base.h``.

    Examples
    --------
    >>> x = np.eye(2, 8, dtype=np.float32)[None]
    >>> y, k, _ = group_query_attention(
    ...     x, x, x, None, None, np.array([1], np.int32), np.array(2, np.int32), num_heads=1, kv_num_heads=1
    ... )
    >>> y[0, :, :2].round(4), k.shape
    (array([[1.    , 0.    ],
           [0.4125, 0.5875]], dtype=float32), (1, 1, 2, 8))
    """
    refused = {
        "k_scale": k_scale, "v_scale": v_scale, "q_norm_weight": q_norm_weight, "k_norm_weight": k_norm_weight,
        "query_seqlens": query_seqlens, "qk_output": qk_output or None,
        "kv_cache_bit_width": kv_cache_bit_width or None, "sliding_window_cache": sliding_window_cache or None,
        "k_quant_type": None if k_quant_type == "NONE" else k_quant_type,
        "v_quant_type": None if v_quant_type == "NONE" else v_quant_type,
    }  # fmt: skip
    asked = [name for name, given in refused.items() if given is not None]
    if asked:
        raise UserError(f"{', '.join(asked)} is given", "a cache of float32 and no norm", "Export without it.")
    q, k, v = _three(query, key, value, num_heads, kv_num_heads)
    items, _, steps, size = q.shape
    total, ends = int(np.reshape(total_sequence_length, -1)[0]), np.asarray(seqlens_k).reshape(-1).astype(int) + 1
    befores = np.zeros(items, int) if steps == total else ends - steps
    past = _past(past_key, past_value, (items, kv_num_heads, size))
    capacity = max(total, past[0].shape[2])
    fits = len(ends) == items and befores.min() >= 0 and ends.min() >= 1 and ends.max() <= total
    if not fits or befores.max() > past[0].shape[2] or (items > 1 and 1 < steps < total):
        raise UserError(
            f"seqlens_k is {(ends - 1).tolist()}, {steps} of {total} steps are new and the past has "
            f"{past[0].shape[2]}", "lengths that fit to each other; one picture, if several steps follow a past",
            "Correct seqlens_k.",
        )  # fmt: skip
    if do_rotary:
        if cos_cache is None or sin_cache is None:
            raise UserError("do_rotary is 1", "cos_cache and sin_cache", "Give both.")
        places = befores[:, None] + np.arange(steps)
        if position_ids is not None:  # where nothing came before, only the first one is read
            places = places + np.reshape(position_ids, -1)[0] if steps == total else np.asarray(position_ids)
        turns = at_positions(float32(cos_cache, "cos_cache"), float32(sin_cache, "sin_cache"), places, items, steps)
        turned = 2 * turns[0].shape[2]
        q, k = (rotated(one, *turns, rotary_interleaved, turned) for one in (q, k))
    present = [np.zeros((items, kv_num_heads, capacity, size), np.float32) for _ in range(2)]
    for cache, old, new in zip(present, past, (k, v), strict=True):
        for item, before in enumerate(befores):
            cache[item, :, :before], cache[item, :, before : before + steps] = old[item, :, :before], new[item]
    keys, values = (np.repeat(cache[:, :, :total], num_heads // kv_num_heads, axis=1) for cache in present)
    scores = factor_of(scale, size) * matmul(q, keys.swapaxes(2, 3))
    if softcap:
        scores = np.float32(softcap) * np.tanh(scores / np.float32(softcap))
    if attention_bias is not None:
        scores = scores + fitting_bias(attention_bias, items, num_heads, steps, total)
    sink = np.zeros(num_heads, np.float32) if smooth_softmax == 1 and head_sink is None else head_sink
    tiled = sink is None and not softcap
    read = _read(befores, ends, steps, total, local_window_size, causal, tiled)[:, None]
    return joined(matmul(_shares(scores, read, sink), values)), present[0], present[1]


def _three(query: Array, key: Array | None, value: Array | None, heads: int, groups: int) -> tuple[Array, ...]:
    """Return the heads of queries, keys and values."""
    if groups < 1 or heads < 1 or heads % groups or (key is None) != (value is None):
        raise UserError(
            f"num_heads is {heads} and kv_num_heads {groups}", "a multiple; key and value, or neither",
            "Correct the node.",
        )  # fmt: skip
    if key is None or value is None:
        q, k, v = np.split(into_heads(query, None, heads + 2 * groups, "query"), [heads, heads + groups], axis=1)
    else:
        q = into_heads(query, None, heads, "query")
        k, v = into_heads(key, None, groups, "key"), into_heads(value, None, groups, "value")
    if k.shape != v.shape or k.shape[2:] != q.shape[2:] or len(k) != len(q) or q.shape[3] % 8:
        raise UserError(
            f"the heads have shapes {list(q.shape)}, {list(k.shape)} and {list(v.shape)}",
            "one number of steps, and of numbers in a head, which 8 divides", "Reshape them.",
        )  # fmt: skip
    return q, k, v


def _past(key: Array | None, value: Array | None, shape: tuple[int, int, int]) -> tuple[Array, Array]:
    items, groups, size = shape
    if key is None or value is None:
        empty = np.zeros((items, groups, 0, size), np.float32)
        return empty, empty
    for name, one in (("past_key", key), ("past_value", value)):
        if float32(one, name).shape != (items, groups, key.shape[2] if key.ndim == 4 else 0, size):
            raise UserError(
                f"{name} has shape {list(one.shape)}", f"[{items}, {groups}, capacity, {size}]", "Reshape it."
            )
    return key, value


def _read(befores: Array, ends: Array, steps: int, total: int, window: int, causal: int, tiled: bool) -> Array:
    """Return which steps each step reads, bool ``[N, T, total]``.

    The runtime has two kernels. They differ in what a step behind a picture's end reads through a window: that of
    tiles counts back from the step, the other one from the end.
    """
    place, read = np.arange(total), np.arange(total) < ends[:, None, None]
    end = (befores[:, None] + np.arange(1, steps + 1))[..., None]
    if causal == 1:
        read = (
            read
            & (place < end)
            & ((place >= (end if tiled else np.minimum(end, ends[:, None, None])) - window) if window > 0 else True)
        )
    elif window > 0:
        raise UserError(
            f"local_window_size is {window} and causal {causal}", "-1 where later steps are read", "Correct one."
        )
    return np.broadcast_to(read, (len(ends), steps, total))


def _shares(scores: Array, read: Array, sink: Array | None) -> Array:
    """Return the softmax of what is read; 0 elsewhere, and where nothing is read."""
    held = np.where(read, scores, -np.inf)
    largest = np.maximum(held.max(axis=-1, keepdims=True), np.finfo(np.float32).min)
    if sink is not None:
        extra = float32(sink, "head_sink").reshape(-1, 1, 1)
        largest = np.maximum(largest, extra)
    with np.errstate(over="ignore"):
        exponential = np.exp(held - largest)
        total = exponential.sum(axis=-1, keepdims=True)
        total = total if sink is None else total + np.exp(extra - largest)
    return np.asarray(np.divide(exponential, total, out=np.zeros_like(exponential), where=total != 0))


OPERATOR = Operator(
    "GroupQueryAttention", MICROSOFT, group_query_attention, ("output", "present_key", "present_value"), (1,), "real",
    exact=ORDER,
    optional=frozenset({"key", "value", "past_key", "past_value", "cos_cache", "sin_cache", "position_ids",
                        "attention_bias", "head_sink", "k_scale", "v_scale", "q_norm_weight", "k_norm_weight"}),
)  # fmt: skip
