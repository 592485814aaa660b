r"""RESIZE_BILINEAR of codes in TensorFlow Lite's kernel sets.

With :math:`v` the place of an output in the input, :math:`l` the element before it and :math:`u` the one after it:

- Reference and built-in kernels, Micro, of int8: places in 10 bits after the point,
  :math:`v = i\,s + \lfloor s / 2 \rfloor - 2^9` (half pixel centers; else :math:`v = i\,s`), where
  :math:`s = \lfloor (2^{10} n + \lfloor m/2 \rfloor) / m \rfloor` for :math:`m` elements of :math:`n`. The four
  products of codes and weights in 20 bits are summed, and the sum rounded, halves away from zero.
- Reference and built-in kernels of uint8: places, weights, products and their sum in float32, one operation after
  another; :math:`\lfloor\Sigma + 1/2\rfloor`. The reference kernels multiply each code by one weight and then by the
  other, row below before column after; the built-in ones by the product of both, column after before row below.
- XNNPACK, of both: places in float32, :math:`v` held to the input, weights :math:`\mathrm{round}(2^{11} (v - l))`;
  first between columns, then between rows, one rounding of 22 bits, halves up.

Source: TensorFlow Lite, ``kernels/internal/{reference,optimized}/resize_bilinear.h``; XNNPACK,
``src/indirection.c``, ``xnn_indirection_init_resize_bilinear2d_hwc_q11``, ``src/s8-ibilinear``.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..arithmetic import Array, Functions, Number, Runtime
from ..errors import UserError
from ..ops.parts import check
from ..trace import Trace
from ._by_type import by_type

PARTS = frozenset({"relu"})  # no mean of four codes is beyond them


@dataclass(frozen=True)
class Places:
    """For each output along an axis: the elements before and after its place, and how near it is to the second.

    Attributes
    ----------
    before, after
        Indices.
    weight
        Of the second element, in integers or in float32.
    """

    before: Array
    after: Array
    weight: Array


def in_10_bits(length: int, wanted: int, align_corners: bool, half_pixel_centers: bool) -> Places:
    """Return the places of the reference kernels.

    Examples
    --------
    >>> places = in_10_bits(2, 4, False, True)
    >>> places.before.tolist(), places.after.tolist(), places.weight.tolist()
    ([0, 0, 0, 1], [0, 1, 1, 1], [-256, 256, 768, 256])
    """
    corners = align_corners and wanted > 1
    n, m = (length - 1, wanted - 1) if corners else (length, wanted)
    step = ((n << 10) + m // 2) // m
    place = np.arange(wanted, dtype=np.int64) * step + (step // 2 - (1 << 9) if half_pixel_centers else 0)
    before = np.maximum(place >> 10, 0)
    after = np.minimum(np.maximum((place + 1023) >> 10, 0), length - 1)
    return Places(before, after, place - (before << 10))


def in_11_bits(length: int, wanted: int, align_corners: bool, half_pixel_centers: bool) -> Places:
    """Return XNNPACK's places.

    Examples
    --------
    >>> places = in_11_bits(2, 4, False, True)
    >>> places.before.tolist(), places.after.tolist(), places.weight.tolist()
    ([0, 0, 0, 1], [1, 1, 1, 1], [0, 512, 1536, 0])
    """
    single = np.float32
    corners = align_corners and wanted > 1
    step = single(length - 1) / single(wanted - 1) if corners else single(length) / single(wanted)
    place = np.arange(wanted, dtype=single) * step + (single(0.5) * step - single(0.5) if half_pixel_centers else 0)
    place = np.clip(place, 0, single(length - 1)).astype(single)
    before = np.floor(place).astype(np.int64)
    weight = np.rint((place - before.astype(single)) * single(2048)).astype(np.int64)
    return Places(before, np.minimum(before + 1, length - 1), weight)


def in_floats(length: int, wanted: int, align_corners: bool, half_pixel_centers: bool) -> Places:
    """Return the places of the reference and the built-in kernels for uint8.

    Examples
    --------
    >>> places = in_floats(2, 4, False, True)
    >>> places.before.tolist(), places.after.tolist(), places.weight.tolist()
    ([0, 0, 0, 1], [0, 1, 1, 1], [-0.25, 0.25, 0.75, 0.25])
    """
    single = np.float32
    corners = align_corners and wanted > 1
    step = single(length - 1) / single(wanted - 1) if corners else single(length) / single(wanted)
    place = np.arange(wanted, dtype=single)
    place = (place + single(0.5)) * step - single(0.5) if half_pixel_centers else place * step
    before = np.maximum(np.floor(place).astype(np.int64), 0)
    after = np.minimum(np.ceil(place).astype(np.int64), length - 1)
    return Places(before, after, place - before.astype(single))


def _weight_by_weight(four: Any, row: Any, column: Any) -> Any:
    """Return the mean of four uint8 codes as the reference kernels have it."""
    one, (a, b, c, d) = np.float32(1), (np.float32(code) for code in four)
    total = a * (one - row) * (one - column) + c * row * (one - column)
    total = total + b * (one - row) * column + d * row * column
    return np.floor(total + np.float32(0.5)).astype(np.int64)


def _product_of_weights(four: Any, row: Any, column: Any) -> Any:
    """Return the mean of four uint8 codes as the built-in kernels have it."""
    one, (a, b, c, d) = np.float32(1), (np.float32(code) for code in four)
    total = a * ((one - row) * (one - column)) + b * ((one - row) * column)
    total = total + c * (row * (one - column)) + d * (row * column)
    return np.floor(total + np.float32(0.5)).astype(np.int64)


def _reference(four: Any, row: Any, column: Any) -> Any:
    """Return the mean of four codes; the weights of the lower row and of the right column have 10 bits."""
    above, below = (1024 - column) * four[0] + column * four[1], (1024 - column) * four[2] + column * four[3]
    total = (1024 - row) * above + row * below
    return (np.abs(total) + (1 << 19) >> 20) * np.where(total > 0, 1, -1)


def _xnnpack(four: Any, row: Any, column: Any) -> Any:
    """Return the mean of four codes; the weights have 11 bits."""
    above = (four[0] << 11) + column * (four[1] - four[0])
    below = (four[2] << 11) + column * (four[3] - four[2])
    return ((above << 11) + row * (below - above) + (1 << 21)) >> 22


def resize(
    find: Callable[[int, int, bool, bool], Places], mean: Callable[[Any, Any, Any], Any], unit: str
) -> Functions:
    """Return RESIZE_BILINEAR from how places are found and four codes are mixed; ``unit`` is what weights add up to."""

    def places(x: Array, sizes: Array, corners: int, half: int) -> tuple[Places, Places]:
        codes = check.codes(x, "x")
        check.rank(codes, "x", "[N, C, H, W]")
        wanted = [int(size) for size in np.ravel(sizes)]
        if len(wanted) != 2 or min(wanted) < 1:
            raise UserError(f"sizes are {wanted}", "rows and columns, 1 or more", "Give both.")
        rows, columns = (
            find(length, size, bool(corners), bool(half)) for length, size in zip(codes.shape[2:], wanted, strict=True)
        )
        return rows, columns

    def function(
        x: Array, x_scale: Number, x_zero_point: Number | None, sizes: Array, *, runtime: Runtime,
        align_corners: int = 0, half_pixel_centers: int = 0,
    ) -> Array:  # fmt: skip
        rows, columns = places(x, sizes, align_corners, half_pixel_centers)
        wide = np.asarray(x).astype(np.int64)
        four = [wide[:, :, r][..., c] for r in (rows.before, rows.after) for c in (columns.before, columns.after)]
        whole = mean(four, rows.weight[:, None], columns.weight)
        return runtime.finish.narrowed(whole, np.int64(0), np.asarray(x).dtype)

    def element(
        index: tuple[int, ...], x: Array, x_scale: Number, x_zero_point: Number | None, sizes: Array, *,
        runtime: Runtime, align_corners: int = 0, half_pixel_centers: int = 0,
    ) -> Trace:  # fmt: skip
        rows, columns = places(x, sizes, align_corners, half_pixel_centers)
        n, c, i, j = index
        trace = Trace("RESIZE_BILINEAR", tuple(index))
        four = [int(x[n, c, r[i], k[j]]) for r in (rows.before, rows.after) for k in (columns.before, columns.after)]
        kind = "float32" if rows.weight.dtype == np.float32 else "int32"
        down, right = rows.weight[i], columns.weight[j]
        trace.step("weight of the row below", f"of {unit}", down.item(), kind)
        trace.step("weight of the column after", f"of {unit}", right.item(), kind)
        said = f"between {four[0]}, {four[1]} and {four[2]}, {four[3]}"
        whole = int(trace.step("mean", said, int(mean(four, down, right)), "int32"))
        runtime.finish.clamp_step(trace, whole, 0, np.asarray(x).dtype)
        return trace

    return Functions(function, element, PARTS)


REFERENCE_OF_INT8 = resize(in_10_bits, _reference, "2**10")
REFERENCE = by_type(REFERENCE_OF_INT8, resize(in_floats, _weight_by_weight, "1"))
BUILTIN = by_type(REFERENCE_OF_INT8, resize(in_floats, _product_of_weights, "1"))
XNNPACK = resize(in_11_bits, _xnnpack, "2**11")
