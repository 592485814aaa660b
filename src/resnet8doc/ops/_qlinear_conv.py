"""QLinearConv: a convolution of codes, summed in int32, brought back to 8 bits."""

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from ..arithmetic import ONNXRUNTIME_X86, Coder, FirstStage, Number, Runtime
from ._accumulate import accumulate
from ._conv_geometry import Geometry, geometry
from ._epilogue import coder_of
from ._group_products import group_sums, padded
from ._operator import Codes, Operator
from ._paired_rows import PairedRows
from ._pairwise import accumulate_pairwise
from ._prepared import Prepared, prepared
from ._qlinear_conv_loops import PARTS, Checked, checked, first_stage, qlinear_conv_element, qlinear_conv_loops
from ._row_products import RowProducts
from ._scratch import Scratch
from ._windows import AutoPad, channels_first, channels_last, windows

Array = npt.NDArray[Any]

BLOCK = 1 << 20
"""Columns are made for so many floats at a time (8 MB): fewer calls of numpy than with less, fewer cache misses than
with more."""

SUMS = 5 << 16
"""The same, where no columns are made: sums at a time (1.3 MB)."""


def qlinear_conv(
    x: Array,
    x_scale: Number,
    x_zero_point: Number,
    w: Array,
    w_scale: Number,
    w_zero_point: Number,
    y_scale: Number,
    y_zero_point: Number,
    B: Array | None = None,
    *,
    auto_pad: AutoPad = "NOTSET",
    depthwise: int = 0,
    dilations: Sequence[int] | None = None,
    group: int = 1,
    kernel_shape: Sequence[int] | None = None,
    pads: Sequence[int] | None = None,
    strides: Sequence[int] | None = None,
    runtime: Runtime = ONNXRUNTIME_X86,
) -> Array:
    r"""Convolve codes.

    Stage 1, 8 x 8 to 32 bits, for output channel :math:`m` at row :math:`i`, column :math:`j`:

    .. math::
       a = B_m + \sum_{c, k, l} (x_{c,\, i s - p + k d,\, j s - p + l d} - z_x)(w_{m, c, k, l} - z_w)

    in int32 (an addition that overflows wraps around); what lies outside the image counts as :math:`z_x`, so that its
    difference is 0. Stage 2, 32 to 8 bits:

    .. math::
       y = \mathrm{saturate}(\mathrm{round}(\mathrm{float32}(a) \cdot M_m) + z_y), \qquad
       M_m = \frac{s_x \cdot s_{w,m}}{s_y}

    with the product :math:`s_x s_w`, the quotient and :math:`a M` each rounded to float32, then ties to even, then the
    zero point, then the clamp.

    Parameters
    ----------
    x
        int8 or uint8 ``[N, C, H, W]``, or with one or three axes in place of H and W.
    x_scale, x_zero_point
        float32 scalar; scalar of ``x``'s type.
    w
        int8 or uint8 ``[M, C / group, kH, kW]``.
    w_scale, w_zero_point
        float32 scalar or ``[M]`` (per output channel); likewise of ``w``'s type.
    y_scale, y_zero_point
        float32 scalar; scalar of the output's type, int8 or uint8.
    B
        int32 ``[M]``, quantized with scale ``x_scale * w_scale`` and zero point 0, or None.
    auto_pad, dilations, group, kernel_shape, pads, strides
        As in the standard. ``pads`` is ``(top, left, bottom, right)``.
    depthwise
        Not in the standard: 1 where one group of one input channel is TensorFlow Lite's DEPTHWISE_CONV_2D, which its
        built-in kernels round otherwise than CONV_2D.
    runtime
        Whose arithmetic, faults included.

    Returns
    -------
    numpy.ndarray
        ``y_zero_point``'s type, ``[N, M, oH, oW]``. Its memory is channels last, as ``x``'s may be: ``[N, H, W, C]``
        seen through a transpose costs no copy.

    Raises
    ------
    UserError
        If types or shapes do not fit, or a scale is not finite. The message says what was found.

    References
    ----------
    ONNX, `QLinearConv <https://onnx.ai/onnx/operators/onnx__QLinearConv.html>`__; ONNX Runtime,
    ``core/providers/cpu/quantization/qlinearconv.cc`` and ``core/mlas/lib/quantize.cpp``.

    Examples
    --------
    One 2x2 window, padded at the top: 2 * 3 + 4 * -1 = 2, and with the bias 7; 7 * 0.5 is a tie and goes to 4.

    >>> x = np.array([[[[2, 4]]]], np.int8)
    >>> w = np.array([[[[9, 9], [3, -1]]]], np.int8)
    >>> one, zero = np.float32(1), np.int8(0)
    >>> qlinear_conv(x, one, zero, w, one, zero, np.float32(2), zero, np.array([5], np.int32), pads=(1, 0, 0, 0))
    array([[[[4]]]], dtype=int8)
    """
    runtime.refuse_others("QLinearConv", PARTS)
    if np.ndim(x) == 3 == np.ndim(w):  # an axis more, of length 1, is no other convolution
        return qlinear_conv(
            x[:, :, None], x_scale, x_zero_point, w[:, :, None], w_scale, w_zero_point, y_scale, y_zero_point, B,
            **one_axis_more(auto_pad, dilations, group, kernel_shape, pads, strides), depthwise=depthwise,
            runtime=runtime,
        )[:, :, 0]  # fmt: skip
    functions = runtime.own("QLinearConv")
    if functions is not None:
        nine = (x, x_scale, x_zero_point, w, w_scale, w_zero_point, y_scale, y_zero_point, B)
        given = {
            "auto_pad": auto_pad, "dilations": dilations, "group": group, "kernel_shape": kernel_shape, "pads": pads,
            "strides": strides, "depthwise": depthwise,
        }  # fmt: skip
        return np.asarray(functions.function(*nine, **given, runtime=runtime))
    q = checked(x, x_scale, x_zero_point, w, w_scale, w_zero_point, y_scale, y_zero_point, B)
    g = geometry(q.x.shape, q.w.shape, auto_pad, dilations, group, kernel_shape, pads, strides)
    stage = first_stage(q, g, group, runtime)
    y = np.empty((q.x.shape[0], *g.size, g.channels_out), q.y_zero_point.dtype)
    step = images_at_once(q.x.shape[0], g)
    layer = prepared(q, g, step if group == 1 else 0)
    if stage != FirstStage() or len(g.kernel) != 2 or layer.bias is None:
        per_group = g.channels_out // group
        for number in range(group):
            outputs = slice(number * per_group, (number + 1) * per_group)
            inputs = slice(number * g.channels_in, (number + 1) * g.channels_in)
            _one_group(q, g, layer.weights[:, outputs], inputs, outputs, runtime, stage, y)
    else:
        factor = runtime.second_stage.of_weights(q.w.dtype).factor(q.x_scale, q.w_scale, q.y_scale)
        coder = coder_of(layer.bias, factor, q.y_zero_point, runtime)
        if group == 1:
            _exact_sums(q, g, layer, step, coder, y)
        else:
            for number, image in enumerate(padded(q.x, q.x_zero_point, g, q.x.shape[1])):
                coder.put(group_sums(image[None], layer.weights, g, group), y[number])
            coder.settle()
    return channels_first(y)


def one_axis_more(
    auto_pad: AutoPad, dilations: Sequence[int] | None, group: int, kernel_shape: Sequence[int] | None,
    pads: Sequence[int] | None, strides: Sequence[int] | None,
) -> dict[str, Any]:  # fmt: skip
    """Return the attributes of a convolution along one axis as those of one along two, the first of length 1."""
    return {
        "auto_pad": auto_pad, "group": group,
        "dilations": None if dilations is None else (1, *dilations),
        "kernel_shape": None if kernel_shape is None else (1, *kernel_shape),
        "pads": None if pads is None else (0, *pads[: len(pads) // 2], 0, *pads[len(pads) // 2 :]),
        "strides": None if strides is None else (1, *strides),
    }  # fmt: skip


def _one_group(
    q: Checked, g: Geometry, w: Array, inputs: slice, outputs: slice, runtime: Runtime, stage: FirstStage, y: Array
) -> None:
    """Compute some output channels from some input channels, a few images at a time."""
    bias = None if q.B is None else q.B[outputs]
    factor = runtime.second_stage.of_weights(q.w.dtype).factor(q.x_scale, q.w_scale, q.y_scale)
    factor = factor[outputs] if factor.ndim else factor
    w_zero = q.w_zero_point[outputs] if q.w_zero_point.ndim else q.w_zero_point
    x, out = q.x[:, inputs], y[..., outputs]
    w = w.astype(np.float64)
    step = max(1, BLOCK // max(1, math.prod(g.size) * w.shape[0]))
    image, x_columns = workspace(min(step, x.shape[0]), g, q.x_zero_point, stage)
    for start in range(0, x.shape[0], step):
        rows = gather(x[start : start + step], q.x_zero_point, g, image, x_columns)
        if stage.pairs:
            codes_of = None if stage.pairs_outside else _stored(x[start : start + step], g)
            total = accumulate_pairwise(rows, w, q.x_zero_point, w_zero, stage, codes_of)
        else:
            total = accumulate(rows, w, stage)
        codes = runtime.second_stage.apply(
            stage.with_bias(total, bias), factor, q.y_zero_point, q.y_zero_point.dtype, runtime.finish
        )
        out[start : start + step] = codes.reshape(-1, *out.shape[1:])


def _stored(block: Array, g: Geometry) -> Array:
    """Return every window of stored codes as one row, 0 outside the image."""
    zero = np.zeros((), block.dtype)
    return gather(block, zero, g, *workspace(block.shape[0], g, zero, FirstStage()))


def images_at_once(images: int, g: Geometry) -> int:
    """Return how many images are convolved together where float32 sums them exactly.

    Examples
    --------
    >>> g = Geometry((32, 32), 3, 16, (3, 3), (1, 1), (1, 1), (1, 1, 1, 1), (32, 32))
    >>> images_at_once(100, g), images_at_once(3, g)
    (20, 3)
    """
    blocks = -(-images // max(1, SUMS // (math.prod(g.size) * g.channels_out)))
    return -(-images // max(1, blocks))


def _exact_sums(q: Checked, g: Geometry, layer: Prepared, step: int, coder: Coder, y: Array) -> None:
    """Compute what float32 sums exactly, in few passes; the coder's bias stands for ``x_zero_point`` too."""
    x = q.x
    if g.kernel == (1, 1) and not any(g.pads):
        # what the strides skip is never looked at
        x, g = x[:, :, :: g.strides[0], :: g.strides[1]], replace(g, image=g.size, strides=(1, 1))
    kind, weights = (RowProducts, layer.weights) if layer.pairs is None else (PairedRows, layer.pairs)
    scratch, room, made = Scratch(), None, []
    for start in range(0, x.shape[0], max(1, step)):
        block = x[start : start + step]
        if room is None or room.images != len(block):
            room = kind(scratch, len(block), g, q.x_zero_point, weights)
        codes = scratch.take(room.sums.shape, y.dtype)
        coder.put(room.sums_of(block), codes)
        made.append(codes)
    coder.settle()
    pixel = np.dtype((np.void, g.channels_out * y.itemsize))  # numpy copies it faster than its channels
    for number, codes in enumerate(made):
        phases, products, rows, images, columns, _ = codes.shape
        target = y[number * step : (number + 1) * step].view(pixel)
        np.copyto(
            target.reshape(images, rows, phases, columns, products, copy=False),
            codes.view(pixel)[..., 0].transpose(3, 2, 0, 4, 1),
        )


def workspace(images: int, g: Geometry, zero_point: Number, stage: FirstStage) -> tuple[Array, Array]:
    """Return room for padded images ``[N, H + pads, W + pads, C]``, their padding filled, and for their columns."""
    axes = len(g.kernel)
    size = [g.pads[axis] + g.image[axis] + g.pads[axis + axes] for axis in range(axes)]
    fill = np.float64(stage.outside_code(int(zero_point)) - int(zero_point))
    columns = np.empty((images, *g.size, *g.kernel, g.channels_in))
    return np.full((images, *size, g.channels_in), fill), columns


def gather(block: Array, zero_point: Number, g: Geometry, image: Array, x_columns: Array) -> Array:
    """Return every window of ``x - x_zero_point`` as one row: ``[N * rows * columns, kernel rows * columns * C]``."""
    n = block.shape[0]
    where = tuple(slice(pad, pad + length) for pad, length in zip(g.pads, g.image, strict=False))
    inside = image[(slice(n), *where)]
    np.subtract(channels_last(block), image.dtype.type(zero_point), out=inside, casting="unsafe")
    np.copyto(x_columns[:n], windows(image[:n], g.kernel, g.strides, g.dilations, g.size))
    return x_columns[:n].reshape(-1, math.prod(g.kernel) * g.channels_in)


OPERATOR = Operator(
    "QLinearConv", "", qlinear_conv, ("y",), (10,), "codes",
    loops=qlinear_conv_loops, element=qlinear_conv_element, parts=PARTS,
    codes={"x": Codes("x_scale", "x_zero_point"), "w": Codes("w_scale", "w_zero_point", 0),
           "y": Codes("y_scale", "y_zero_point")},
    weights="w", bias="B", ranks={"w": (3, 4, 5)},
)  # fmt: skip
