"""GatherBlockQuantized: rows of a table of codes of a few bits, quantized block by block; ONNX Runtime's own."""

from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import UserError
from ._matmul_nbits import unpacked
from ._operator import MICROSOFT, Operator

Array = npt.NDArray[Any]


def gather_block_quantized(
    data: Array,
    indices: Array,
    scales: Array,
    zero_points: Array | None = None,
    *,
    bits: int = 4,
    block_size: int = 128,
    gather_axis: int = 0,
    quantize_axis: int = 1,
) -> Array:
    r"""Return :math:`(q - z) \, s` of the codes that are chosen, each block of codes having its own z and s.

    Parameters
    ----------
    data
        int8: codes of int4, one in a byte. uint8: as many codes in a byte of the last axis as ``bits`` say, the first
        in the lowest bits.
    indices
        int32 or int64: entries of ``gather_axis``, whose place they take; below 0 they count from the end, and beyond
        it is 0.
    scales
        float32 or float16, of the codes' shape, ``quantize_axis`` shorter by ``block_size``.
    zero_points
        Like ``scales``, stored like ``data``; without it 0 for int4, half of the range for packed codes.
    bits
        2, 4 or 8; 0 where ``data`` are uint4, one in a byte: a graph knows it, an array does not.
    block_size
        How many neighbours along ``quantize_axis`` share a scale: a power of 2, 16 or more.
    gather_axis, quantize_axis
        From which axis is chosen; along which blocks lie. Of packed codes the first and the last.

    Returns
    -------
    numpy.ndarray
        Of the scales' type.

    Raises
    ------
    UserError
        If types, shapes or axes do not fit.

    References
    ----------
    ONNX Runtime, ``contrib_ops/cpu/quantization/gather_block_quantized.cc``.

    Examples
    --------
    Codes 9 and 6 stand for 1 and -2:

    >>> data = np.full((3, 8), 0x69, np.uint8)
    >>> y = gather_block_quantized(data, np.array([2]), np.ones((3, 1), np.float32), block_size=16)
    >>> y.shape, y[0, :2]
    ((1, 16), array([ 1., -2.], dtype=float32))
    """
    packed = data.dtype == np.uint8 and bits != 0
    axes = data.ndim
    if (
        data.dtype not in (np.uint8, np.int8)
        or axes < 1
        or not -axes <= gather_axis < axes
        or not (-axes <= quantize_axis < axes)
    ):
        raise UserError(
            f"data is {data.dtype} {list(data.shape)}", "codes of int4, uint4 or uint8, and two of its axes",
            "Correct gather_axis and quantize_axis.",
        )  # fmt: skip
    gathered, along = gather_axis % axes, quantize_axis % axes
    if (
        bits not in ((2, 4, 8) if packed else (0, 4))
        or block_size < 16
        or block_size & block_size - 1
        or (packed and (gathered, along) != (0, axes - 1))
    ):
        raise UserError(
            f"bits is {bits}, block_size {block_size}, gather_axis {gather_axis} and quantize_axis {quantize_axis}",
            "a power of 2 from 16 on; of packed codes the first and the last axis, of int4 and uint4 4 bits",
            "Quantize the model again.",
        )  # fmt: skip
    codes = unpacked(data.reshape(-1, data.shape[-1]), bits).reshape(*data.shape[:-1], -1) if packed else data
    wanted = [-(-n // block_size) if axis == along else n for axis, n in enumerate(codes.shape)]
    if scales.dtype not in (np.float32, np.float16) or list(scales.shape) != wanted:
        raise UserError(f"scales is {scales.dtype} {list(scales.shape)}", f"float32 {wanted}", "Reshape it.")
    zero = _zero_points(zero_points, scales, data.dtype, bits if packed else 0, along)
    each = np.repeat(np.arange(wanted[along]), block_size)[: codes.shape[along]]
    real = codes.astype(np.float32) - np.take(zero, each, along)
    table = (real * np.take(scales, each, along).astype(np.float32)).astype(scales.dtype)
    length = codes.shape[gathered]
    places = np.where(indices < 0, indices + length, indices)
    outside = (places < 0) | (places >= length)
    if not length:
        shape = (*table.shape[:gathered], *indices.shape, *table.shape[gathered + 1 :])
        return np.zeros(shape, scales.dtype)
    y = np.take(table, np.where(outside, 0, places), gathered)
    hidden = outside.reshape(*indices.shape, *(1,) * (axes - 1 - gathered))
    return np.where(hidden, scales.dtype.type(0), y)


def _zero_points(given: Array | None, scales: Array, kind: np.dtype[Any], bits: int, along: int) -> Array:
    """Return a zero point for each scale, float32."""
    if given is None:
        return np.full(scales.shape, 1 << bits - 1 if bits else 0, np.float32)
    wanted = list(scales.shape)
    wanted[along] = -(-wanted[along] * bits // 8) if bits else wanted[along]
    if given.dtype != kind or list(given.shape) != wanted:
        raise UserError(f"zero_points is {given.dtype} {list(given.shape)}", f"{kind} {wanted}", "Reshape it.")
    if not bits:
        return given.astype(np.float32)
    codes = unpacked(given.reshape(-1, given.shape[-1]), bits).reshape(*given.shape[:-1], -1)
    return codes[..., : scales.shape[along]].astype(np.float32)


OPERATOR = Operator(
    "GatherBlockQuantized", MICROSOFT, gather_block_quantized, ("output",), (1,), "boundary",
    optional=frozenset({"zero_points"}),
)  # fmt: skip
