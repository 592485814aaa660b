"""MultiHeadAttention: the heads of a transformer whose products stand before the node; ONNX Runtime's own."""

from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import UserError
from ._attention import ORDER
from ._checks import float32
from ._operator import MICROSOFT, Operator
from ._products import matmul
from ._reductions import softmax

Array = npt.NDArray[Any]


def multi_head_attention(
    query: Array,
    key: Array | None = None,
    value: Array | None = None,
    bias: Array | None = None,
    key_padding_mask: Array | None = None,
    attention_bias: Array | None = None,
    past_key: Array | None = None,
    past_value: Array | None = None,
    past_sequence_length: Array | None = None,
    cache_indirection: Array | None = None,
    *,
    num_heads: int,
    mask_filter_value: float = -10000.0,
    scale: float = 0.0,
    unidirectional: int = 0,
) -> tuple[Array, Array, Array, Array]:
    r"""Return :math:`\mathrm{softmax}(s \, Q K^T + m) \, V` of each head.

    Parameters
    ----------
    query
        float32 ``[N, T, H]``.
    key, value
        float32 ``[N, L, H]`` and ``[N, L, W]``; or ``[N, heads, L, size]`` for both, of what another node computed
        once.
    bias
        float32 ``[H + H + W]``, added to the three; keys and values of four axes have theirs already.
    key_padding_mask
        int32: 1 for what may be read, ``[N, all]`` or ``[N, T, all]``; or ``[N]``, how many from the beginning;
        ``[3N + 2]``, of which only the first N numbers are read.
    attention_bias
        float32 ``[N or 1, heads or 1, T, all]``, added before the softmax.
    past_key, past_value
        float32 ``[N, heads, before, size]``: what came before, or None for both.
    past_sequence_length, cache_indirection
        Not computed.
    num_heads
        Into how many parts H is divided.
    mask_filter_value
        What is added where nothing may be read.
    scale
        :math:`s`; :math:`1 / \sqrt{H / \mathrm{heads}}` where it is 0.
    unidirectional
        Whether nothing that comes later is read.

    Returns
    -------
    tuple
        The result ``[N, T, W]``; K and V of all that has come, ``[N, heads, all, size]``; what the softmax is taken of.

    Raises
    ------
    UserError
        If types or shapes do not fit, or query, key and value are packed into one tensor.

    References
    ----------
    ONNX Runtime, ``contrib_ops/cpu/bert/multihead_attention.cc`` and ``attention_cpu_base.h``.

    Examples
    --------
    >>> x = np.eye(2, dtype=np.float32)[None]
    >>> multi_head_attention(x, x, x, num_heads=1)[0].round(4)
    array([[[0.6698, 0.3302],
            [0.3302, 0.6698]]], dtype=float32)
    """
    if past_sequence_length is not None or cache_indirection is not None:
        raise UserError(
            "past_sequence_length or cache_indirection is given", "neither: the cache ends where the past does",
            "Export the model without a shared buffer for past and present.",
        )  # fmt: skip
    if key is None or value is None or query.ndim != 3:
        raise UserError(
            f"query has shape {list(query.shape)}, key or value is left out or packed", "three tensors [N, T, H]",
            "ONNX Runtime has no kernel for packed tensors on the CPU: unpack them.",
        )  # fmt: skip
    width = query.shape[2]
    biases = [None, None, None] if bias is None else np.split(float32(bias, "bias"), [width, 2 * width])
    q = into_heads(query, biases[0], num_heads, "query")
    k, v = (
        float32(one, name) if one.ndim == 4 else into_heads(one, added, num_heads, name)
        for one, added, name in ((key, biases[1], "key"), (value, biases[2], "value"))
    )
    if past_key is not None and past_value is not None:
        k, v = _after(float32(past_key, "past_key"), k), _after(float32(past_value, "past_value"), v)
    items, heads, steps, size = q.shape
    whole = k.shape[2]
    if k.shape != (items, heads, whole, size) or v.shape[:3] != k.shape[:3]:
        raise UserError(
            f"the heads have shapes {list(q.shape)}, {list(k.shape)} and {list(v.shape)}",
            "one number of pictures, heads and numbers in a head; keys and values of one length", "Reshape them.",
        )  # fmt: skip
    hidden = _hidden(key_padding_mask, (items, steps, whole), np.float32(mask_filter_value))
    if unidirectional and steps > 1:
        before = 0 if past_key is None else past_key.shape[2]
        last = np.append(np.arange(steps - 1) + before, whole)  # the last step reads all, whatever stands there
        hidden = np.where(np.arange(whole) > last[:, None], np.finfo(np.float32).min, hidden).astype(np.float32)
    with np.errstate(over="ignore", invalid="ignore"):
        scores = factor_of(scale, size) * matmul(q, k.swapaxes(2, 3))
        if attention_bias is not None:
            scores = scores + fitting_bias(attention_bias, items, heads, steps, whole)
        scores = scores + hidden
        return joined(matmul(softmax(scores), v)), k, v, scores


def into_heads(x: Array, bias: Array | None, heads: int, name: str) -> Array:
    """Return ``[N, T, heads * size]`` as ``[N, heads, T, size]``, with a bias added."""
    if x.ndim != 3 or heads < 1 or x.shape[2] % heads:
        raise UserError(f"{name} has shape {list(x.shape)}", f"[N, T, {heads} * size]", "Correct num_heads.")
    real = float32(x, name)
    real = real if bias is None else real + bias
    return real.reshape(*x.shape[:2], heads, x.shape[2] // heads).transpose(0, 2, 1, 3)


def joined(y: Array) -> Array:
    """Return ``[N, heads, T, size]`` as ``[N, T, heads * size]``."""
    return np.asarray(y.transpose(0, 2, 1, 3).reshape(y.shape[0], y.shape[2], -1))


def factor_of(scale: float, size: int) -> Array:
    """Return what the products are multiplied by; 0 stands for one over the root of a head's length."""
    return np.asarray(np.float32(scale) if scale else np.float32(1) / np.sqrt(np.float32(size)))


def _after(past: Array, now: Array) -> Array:
    if past.ndim != 4 or past.shape[:2] != now.shape[:2] or past.shape[3] != now.shape[3]:
        raise UserError(
            f"the past has shape {list(past.shape)} and what comes after {list(now.shape)}",
            "[N, heads, before, size]", "Reshape it.",
        )  # fmt: skip
    return np.concatenate([past, now], 2)


def _hidden(mask: Array | None, shape: tuple[int, int, int], filtered: np.float32) -> Array:
    """Return what is added where nothing may be read, 0 elsewhere; it broadcasts to ``[N, heads, T, all]``."""
    items, steps, whole = shape
    if mask is None:
        return np.zeros((1, 1, 1, 1), np.float32)
    if mask.shape in ((items,), (3 * items + 2,)):
        hidden = (np.arange(whole) >= mask[:items, None])[:, None, None]
    elif mask.shape == (items, whole):
        hidden = (mask <= 0)[:, None, None]
    elif mask.shape == (items, steps, whole):
        hidden = (mask <= 0)[:, None]
    else:
        raise UserError(
            f"key_padding_mask has shape {list(mask.shape)}",
            f"[{items}], [{items}, {whole}] or [{items}, {steps}, {whole}]", "Export the model with one of these.",
        )  # fmt: skip
    return np.where(hidden, filtered, np.float32(0))


def fitting_bias(bias: Array, items: int, heads: int, steps: int, whole: int) -> Array:
    """Return a bias ``[items or 1, heads or 1, T, all]``, or refuse its shape."""
    real = float32(bias, "attention_bias")
    if (
        real.ndim != 4
        or real.shape[0] not in (1, items)
        or real.shape[1] not in (1, heads)
        or (real.shape[2:] != (steps, whole))
    ):
        raise UserError(
            f"attention_bias has shape {list(bias.shape)}", f"[{items} or 1, {heads} or 1, {steps}, {whole}]",
            "Reshape it.",
        )  # fmt: skip
    return real


OPERATOR = Operator(
    "MultiHeadAttention", MICROSOFT, multi_head_attention, ("output", "present_key", "present_value", "qk"), (1,),
    "real", bias="bias", exact=ORDER,
    optional=frozenset({"key", "value", "bias", "key_padding_mask", "attention_bias", "past_key", "past_value"}),
)  # fmt: skip
