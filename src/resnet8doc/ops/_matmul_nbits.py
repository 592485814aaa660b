"""MatMulNBits: a product with weights of a few bits, quantized block by block; ONNX Runtime's own."""

from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import UserError
from ._checks import float32
from ._operator import MICROSOFT, Operator
from ._products import SUMS, matmul

Array = npt.NDArray[Any]

INTEGERS = 4
"""``accuracy_level`` with which the runtime quantizes ``A`` as well."""

LEAST = 32
"""Codes of 2 bits in a block from which on it does so."""


def matmul_nbits(
    A: Array,
    B: Array,
    scales: Array,
    zero_points: Array | None = None,
    g_idx: Array | None = None,
    bias: Array | None = None,
    *,
    K: int,
    N: int,
    block_size: int,
    bits: int = 4,
    accuracy_level: int = 0,
    weight_prepacked: int = 0,
) -> Array:
    r"""Return :math:`A \, W^T + b` with :math:`w_{nk} = (q_{nk} - z_{n,k/\mathrm{block}}) \, s_{n,k/\mathrm{block}}`.

    Parameters
    ----------
    A
        float32 ``[..., K]``.
    B
        uint8 ``[N, blocks, block_size * bits / 8]``: the first code in the lowest bits of a byte.
    scales
        float32 ``[N, blocks]`` or as many numbers.
    zero_points
        uint8, packed like ``B``, each row of blocks to whole bytes; or float32 like ``scales``; half of the codes'
        range without.
    g_idx
        Not computed.
    bias
        float32 ``[N]``, or None.
    K, N, block_size, bits
        Columns and rows of the weights; codes in a block; 2, 4 or 8.
    accuracy_level
        With 4 each block of a row of ``A`` is first quantized to 8 bits, unless zero points are float32, or codes have
        2 bits and blocks fewer than 32.
    weight_prepacked
        0.

    Raises
    ------
    UserError
        If types or shapes do not fit, or ``g_idx`` is given.

    References
    ----------
    ONNX Runtime, ``contrib_ops/cpu/quantization/matmul_nbits.cc``.

    Examples
    --------
    Codes 9 and 6 stand for 1 and -2:

    >>> B = np.full((1, 1, 8), 0x69, np.uint8)
    >>> matmul_nbits(np.ones((1, 2), np.float32), B, np.ones(1, np.float32), K=2, N=1, block_size=16)
    array([[-1.]], dtype=float32)
    """
    if (g_idx is not None and g_idx.size) or weight_prepacked:
        raise UserError("g_idx or weight_prepacked is given", "neither", "Quantize the model again without act order.")
    w = dequantized_blocks(B, scales, zero_points, K, N, block_size, bits)
    a = float32(A, "A")
    if not a.ndim or a.shape[-1] != K:
        raise UserError(f"A has shape {list(a.shape)}", f"[..., {K}]", "Reshape A.")
    whole = zero_points is None or zero_points.dtype == np.uint8
    if accuracy_level == INTEGERS and whole and (bits > 2 or block_size >= LEAST):
        a = quantized_blocks(a, block_size)
    y = matmul(a, w.T)
    return y if bias is None else np.asarray(y + float32(bias, "bias"))


def quantized_blocks(a: Array, block_size: int) -> Array:
    """Return what stands for ``a`` when each block of its rows is quantized to -127 ... 127 by its largest number.

    Examples
    --------
    >>> quantized_blocks(np.array([[127, 0.4, 2.5]], np.float32), 4)
    array([[127.,   0.,   2.]], dtype=float32)
    """
    length = a.shape[-1]
    padded = np.pad(a, [(0, 0)] * (a.ndim - 1) + [(0, -length % block_size)])
    blocks = padded.reshape(*a.shape[:-1], -1, block_size)
    scale = np.abs(blocks).max(axis=-1, keepdims=True) / np.float32(127)
    inverse = np.divide(np.float32(1), scale, out=np.zeros_like(scale), where=scale != 0)
    return np.asarray((np.rint(blocks * inverse) * scale).reshape(padded.shape)[..., :length])


def dequantized_blocks(
    B: Array, scales: Array, zero_points: Array | None, K: int, N: int, block_size: int, bits: int
) -> Array:
    """Return the weights, float32 ``[N, K]``."""
    if bits not in (2, 4, 8) or block_size < 1 or K < 1 or N < 1:
        raise UserError(f"bits is {bits} and block_size {block_size}", "2, 4 or 8 bits", "Quantize the model again.")
    blocks, each = -(-K // block_size), 8 // bits
    scale = float32(scales, "scales").reshape(-1)
    if B.dtype != np.uint8 or B.size * each != N * blocks * block_size or scale.size != N * blocks:
        raise UserError(
            f"B is {B.dtype} {list(B.shape)} and scales {list(scales.shape)}",
            f"uint8 [{N}, {blocks}, {block_size // each}] and [{N}, {blocks}]", "Quantize the model again.",
        )  # fmt: skip
    codes = unpacked(B.reshape(N, -1), bits).reshape(N, blocks, block_size).astype(np.float32)
    if zero_points is None:
        zero = np.full((N, blocks), 1 << bits - 1, np.float32)
    elif zero_points.dtype == np.uint8:
        packed = -(-blocks // each)
        if zero_points.size != N * packed:
            raise UserError(f"zero_points has shape {list(zero_points.shape)}", f"[{N}, {packed}]", "Reshape them.")
        zero = unpacked(zero_points.reshape(N, packed), bits)[:, :blocks].astype(np.float32)
    else:
        zero = float32(zero_points, "zero_points").reshape(N, blocks)
    weights = (codes - zero[..., None]) * scale.reshape(N, blocks, 1)
    return np.asarray(weights.reshape(N, -1)[:, :K])


def unpacked(packed: Array, bits: int) -> Array:
    """Return codes of bytes ``[rows, bytes]``, the first in the lowest bits.

    Examples
    --------
    >>> unpacked(np.array([[0x21]], np.uint8), 4)
    array([[1, 2]], dtype=uint8)
    """
    shifts = np.arange(8 // bits, dtype=np.uint8) * np.uint8(bits)
    return np.asarray((packed[..., None] >> shifts) & np.uint8((1 << bits) - 1)).reshape(len(packed), -1)


OPERATOR = Operator(
    "MatMulNBits", MICROSOFT, matmul_nbits, ("Y",), (1,), "boundary", weights="B", bias="bias", exact=SUMS,
    optional=frozenset({"zero_points", "g_idx"}),
    stored={("accuracy_level", 4): frozenset({"B", "scales", "zero_points"})},
)  # fmt: skip
