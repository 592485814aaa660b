"""Attention and QAttention: the heads of a transformer in one node; ONNX Runtime's own."""

from typing import Any

import numpy as np
import numpy.typing as npt

from ..arithmetic import ONNXRUNTIME_X86, Number, Runtime
from ..errors import UserError
from ._checks import float32
from ._matmul_integer import PARTS
from ._matmul_integer_to_float import matmul_integer_to_float
from ._operator import MICROSOFT, Operator
from ._products import matmul
from ._reductions import softmax

Array = npt.NDArray[Any]


def attention(
    input: Array,
    weights: Array,
    bias: Array | None = None,
    mask_index: Array | None = None,
    past: Array | None = None,
    *,
    num_heads: int,
    mask_filter_value: float = -10000.0,
    qkv_hidden_sizes: Any = None,
    scale: float = 0.0,
    unidirectional: int = 0,
) -> tuple[Array, Array]:
    r"""Return :math:`\mathrm{softmax}(s \, Q K^T + m) \, V` of each head, Q, K and V being products with ``input``.

    Parameters
    ----------
    input
        float32 ``[N, T, I]``.
    weights, bias
        float32 ``[I, 3H]`` and ``[3H]``: the columns of Q, K, V in this order.
    mask_index
        int32: 1 for what may be read, ``[N, all]``, ``[N, T, all]`` or ``[N, 1, T, all]``; or ``[N]``, how many from
        the beginning; ``[2N]``, these and from where on.
    past
        float32 ``[2, N, heads, before, H / heads]``: K and V of what came before.
    num_heads
        Into how many parts H is divided.
    mask_filter_value
        What is added where nothing may be read.
    qkv_hidden_sizes
        None, or three equal numbers.
    scale
        :math:`s`; :math:`1 / \sqrt{H / \mathrm{heads}}` where it is 0.
    unidirectional
        Whether nothing that comes later is read.

    Returns
    -------
    tuple
        The result ``[N, T, H]``; K and V of all that has come, like ``past``.

    Raises
    ------
    UserError
        If types or shapes do not fit.

    References
    ----------
    ONNX Runtime, ``contrib_ops/cpu/bert/attention.cc`` and ``attention_cpu_base.h``.

    Examples
    --------
    >>> x, w = np.eye(2, dtype=np.float32)[None], np.concatenate([np.eye(2, dtype=np.float32)] * 3, 1)
    >>> attention(x, w, num_heads=1)[0].round(4)
    array([[[0.6698, 0.3302],
            [0.3302, 0.6698]]], dtype=float32)
    """
    x = float32(input, "input")
    if qkv_hidden_sizes is not None and len(set(qkv_hidden_sizes)) > 1:
        raise UserError(f"qkv_hidden_sizes are {list(qkv_hidden_sizes)}", "equal numbers", "Export equal heads.")
    qkv = matmul(x, float32(weights, "weights"))
    qkv = qkv if bias is None else qkv + float32(bias, "bias")
    return attended(qkv, mask_index, past, num_heads, mask_filter_value, scale, unidirectional)


def attended(
    qkv: Array, mask: Array | None, past: Array | None, heads: int, filtered: float, scale: float, one_way: int
) -> tuple[Array, Array]:
    """Return what :func:`attention` does, of the three products ``[N, T, 3H]``."""
    if qkv.ndim != 3 or heads < 1 or qkv.shape[2] % (3 * heads):
        raise UserError(
            f"the products have shape {list(qkv.shape)} and num_heads is {heads}", "[N, T, 3 * heads * size]",
            "Correct num_heads.",
        )  # fmt: skip
    items, steps, width = qkv.shape
    size = width // 3 // heads
    q, k, v = qkv.reshape(items, steps, 3, heads, size).transpose(2, 0, 3, 1, 4)
    if past is not None:
        k, v = np.concatenate([past[0], k], 2), np.concatenate([past[1], v], 2)
    factor = np.float32(scale) if scale else np.float32(1) / np.sqrt(np.float32(size))
    scores = factor * matmul(q, k.swapaxes(2, 3))
    whole = k.shape[2]
    if mask is not None:
        scores = scores + _filter(mask, items, steps, whole) * np.float32(filtered)
    if one_way:
        later = np.arange(whole)[None] > np.arange(steps)[:, None] + (whole - steps)
        scores = np.where(later, np.finfo(np.float32).min, scores).astype(np.float32)
    y = matmul(softmax(scores, axis=-1), v)
    return y.transpose(0, 2, 1, 3).reshape(items, steps, heads * size), np.stack([k, v])


def _filter(mask: Array, items: int, steps: int, whole: int) -> Array:
    """Return 1 where nothing may be read, float32, in a shape that broadcasts to ``[N, heads, T, all]``."""
    place = np.arange(whole)
    if mask.shape in ((items,), (2 * items,)):
        end = mask[:items, None]
        start = mask[items:, None] if mask.shape == (2 * items,) else np.zeros((items, 1), mask.dtype)
        return ((place >= end) | (place < start)).astype(np.float32)[:, None, None]
    if mask.shape == (items, whole):
        return (1 - mask).astype(np.float32)[:, None, None]
    if mask.shape == (items, steps, whole):
        return (1 - mask).astype(np.float32)[:, None]
    raise UserError(
        f"mask_index has shape {list(mask.shape)}", f"[{items}], [{2 * items}], [{items}, {whole}] or "
        f"[{items}, {steps}, {whole}]", "Export the model with one of these.",
    )  # fmt: skip


def quantized_attention(
    input: Array,
    weight: Array,
    bias: Array,
    input_scale: Number,
    weight_scale: Number,
    mask_index: Array | None = None,
    input_zero_point: Number | None = None,
    weight_zero_point: Number | None = None,
    past: Array | None = None,
    *,
    num_heads: int,
    mask_filter_value: float = -10000.0,
    scale: float = 0.0,
    unidirectional: int = 0,
    runtime: Runtime = ONNXRUNTIME_X86,
) -> tuple[Array, Array]:
    """Return what :func:`attention` does, of codes: their products are those of MatMulIntegerToFloat.

    Source: ONNX Runtime, ``contrib_ops/cpu/quantization/attention_quant.cc``.

    Parameters
    ----------
    input, weight
        int8 or uint8 ``[N, T, I]`` and ``[I, 3H]``.
    bias
        float32 ``[3H]``.
    input_scale, weight_scale, input_zero_point, weight_zero_point
        What codes stand for: scalars; those of the weights also ``[3H]``. Zero points are 0 without.
    mask_index, past, num_heads, mask_filter_value, scale, unidirectional
        As for Attention.
    runtime
        Whose arithmetic: how sums are held.

    Examples
    --------
    >>> x, w = np.eye(2, dtype=np.uint8)[None], np.concatenate([np.eye(2, dtype=np.int8)] * 3, 1)
    >>> one, zero = np.float32(1), np.zeros(6, np.float32)
    >>> quantized_attention(x, w, zero, one, one, num_heads=1)[0].round(4)
    array([[[0.6698, 0.3302],
            [0.3302, 0.6698]]], dtype=float32)
    """
    runtime.refuse_others("QAttention", PARTS)
    inner = runtime.limited_to("MatMulIntegerToFloat", PARTS)
    qkv = matmul_integer_to_float(
        input, weight, input_scale, weight_scale, input_zero_point, weight_zero_point, bias, runtime=inner
    )
    return attended(qkv, mask_index, past, num_heads, mask_filter_value, scale, unidirectional)


ORDER = "the order in which a real sum is added up, and the exponential, are left to each implementation"
REAL = Operator(
    "Attention", MICROSOFT, attention, ("output", "present"), (1,), "real", weights="weights", bias="bias",
    exact=ORDER, optional=frozenset({"bias", "mask_index"}),
)  # fmt: skip
CODES = Operator(
    "QAttention", MICROSOFT, quantized_attention, ("output", "present"), (1,), "boundary", weights="weight",
    bias="bias", exact=ORDER, parts=PARTS,
    optional=frozenset({"mask_index", "input_zero_point", "weight_zero_point"}),
)  # fmt: skip
