"""QLinearConv and NhwcMaxPool of ONNX Runtime's own domain: images as ``[N, H, W, C]``, the same numbers.

ONNX Runtime turns the standard's operators into these when a session optimises everything, as it does by default.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from ..arithmetic import ONNXRUNTIME_X86, Number, Runtime
from ..errors import UserError
from ..trace import Trace
from ._max_pool import max_pool, max_pool_element, max_pool_loops
from ._operator import MICROSOFT, Codes, Operator
from ._qlinear_conv import qlinear_conv
from ._qlinear_conv_loops import PARTS, qlinear_conv_element, qlinear_conv_loops
from ._windows import AutoPad

Array = npt.NDArray[Any]


def _first(x: Array) -> Array:
    """Return images ``[N, ..., C]`` as ``[N, C, ...]``."""
    x = np.asarray(x)
    if x.ndim < 3:
        raise UserError(f"x has shape {list(x.shape)}", "[N, D1, ..., C], 3 axes or more", "Reshape x.")
    return np.moveaxis(x, -1, 1)


def _moved(index: tuple[int, ...]) -> tuple[int, ...]:
    """Return an index of ``[N, ..., C]`` as one of ``[N, C, ...]``."""
    return (index[0], index[-1], *index[1:-1])


def qlinear_conv_channels_last(
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
    channels_last: int = 0,
    dilations: Sequence[int] | None = None,
    group: int = 1,
    kernel_shape: Sequence[int] | None = None,
    pads: Sequence[int] | None = None,
    strides: Sequence[int] | None = None,
    runtime: Runtime = ONNXRUNTIME_X86,
) -> Array:
    """Convolve codes and requantize, as :func:`~resnet8doc.ops.qlinear_conv` does, images in either layout.

    Parameters
    ----------
    x
        int8 or uint8 ``[N, H, W, C]`` with ``channels_last``, else ``[N, C, H, W]``.
    x_scale, x_zero_point, w_scale, w_zero_point, y_scale, y_zero_point, B
        As for :func:`~resnet8doc.ops.qlinear_conv`.
    w
        int8 or uint8 ``[M, C / group, kH, kW]`` in both layouts.
    channels_last
        Whether ``x`` and the output have their channels on the last axis.
    auto_pad, dilations, group, kernel_shape, pads, strides, runtime
        As for :func:`~resnet8doc.ops.qlinear_conv`.

    Returns
    -------
    numpy.ndarray
        ``[N, oH, oW, M]`` with ``channels_last``, else ``[N, M, oH, oW]``.

    Raises
    ------
    UserError
        As :func:`~resnet8doc.ops.qlinear_conv`.

    References
    ----------
    ONNX Runtime, ``contrib_ops/cpu/quantization`` (schema), ``core/providers/cpu/quantization/qlinearconv.cc`` (both).

    Examples
    --------
    Two pixels of one channel, weight 3: 6 and 12, of which the scale 2 makes 3 and 6.

    >>> x, w = np.array([[[[2], [4]]]], np.int8), np.array([[[[3]]]], np.int8)
    >>> one, two, zero = np.float32(1), np.float32(2), np.int8(0)
    >>> qlinear_conv_channels_last(x, one, zero, w, one, zero, two, zero, channels_last=1)
    array([[[[3],
             [6]]]], dtype=int8)
    """
    y = qlinear_conv(
        _first(x) if channels_last else x, x_scale, x_zero_point, w, w_scale, w_zero_point, y_scale,
        y_zero_point, B, auto_pad=auto_pad, dilations=dilations, group=group, kernel_shape=kernel_shape, pads=pads,
        strides=strides, runtime=runtime,
    )  # fmt: skip
    return np.moveaxis(y, 1, -1) if channels_last else y


def qlinear_conv_channels_last_loops(x: Array, *inputs: Any, channels_last: int = 0, **attributes: Any) -> Array:
    """Compute what :func:`qlinear_conv_channels_last` does, one output after another (the slow twin).

    Examples
    --------
    >>> x, w = np.array([[[[2], [4]]]], np.int8), np.array([[[[3]]]], np.int8)
    >>> one, two, zero = np.float32(1), np.float32(2), np.int8(0)
    >>> qlinear_conv_channels_last_loops(x, one, zero, w, one, zero, two, zero, channels_last=1).tolist()
    [[[[3], [6]]]]
    """
    if not channels_last:
        return qlinear_conv_loops(x, *inputs, **attributes)
    return np.moveaxis(qlinear_conv_loops(_first(x), *inputs, **attributes), 1, -1)


def qlinear_conv_channels_last_element(
    index: tuple[int, ...], x: Array, *inputs: Any, channels_last: int = 0, **attributes: Any
) -> Trace:
    """Write down how ``qlinear_conv_channels_last(...)[index]`` comes about; places of ``x`` are in its own layout.

    Examples
    --------
    >>> x, w = np.array([[[[2], [4]]]], np.int8), np.array([[[[3]]]], np.int8)
    >>> one, two, zero = np.float32(1), np.float32(2), np.int8(0)
    >>> given = (x, one, zero, w, one, zero, two, zero)
    >>> trace = qlinear_conv_channels_last_element((0, 0, 1, 0), *given, channels_last=1)
    >>> trace.index, trace.terms[0].x_index, trace.output
    ((0, 0, 1, 0), (0, 0, 1, 0), 6)
    """
    if not channels_last:
        return qlinear_conv_element(index, x, *inputs, **attributes)
    return _last(qlinear_conv_element(_moved(index), _first(x), *inputs, **attributes))


def nhwc_max_pool(
    x: Array,
    *,
    kernel_shape: Sequence[int],
    auto_pad: AutoPad = "NOTSET",
    ceil_mode: int = 0,
    dilations: Sequence[int] | None = None,
    pads: Sequence[int] | None = None,
    strides: Sequence[int] | None = None,
) -> Array:
    """Return the largest code of each window, as :func:`~resnet8doc.ops.max_pool` does, of ``[N, H, W, C]``.

    Parameters
    ----------
    x
        int8 or uint8 ``[N, H, W, C]``.
    kernel_shape, auto_pad, ceil_mode, dilations, pads, strides
        As for :func:`~resnet8doc.ops.max_pool`.

    Raises
    ------
    UserError
        As :func:`~resnet8doc.ops.max_pool`.

    References
    ----------
    ONNX Runtime, ``contrib_ops/cpu/nhwc_max_pool.cc``.

    Examples
    --------
    >>> nhwc_max_pool(np.array([[[[1], [9]], [[4], [5]]]], np.int8), kernel_shape=(2, 2))
    array([[[[9]]]], dtype=int8)
    """
    y = max_pool(
        _first(x), kernel_shape=kernel_shape, auto_pad=auto_pad, ceil_mode=ceil_mode, dilations=dilations,
        pads=pads, strides=strides,
    )  # fmt: skip
    return np.moveaxis(y, 1, -1)


def nhwc_max_pool_loops(x: Array, **attributes: Any) -> Array:
    """Compute what :func:`nhwc_max_pool` does, one output after another (the slow twin)."""
    return np.moveaxis(max_pool_loops(_first(x), **attributes), 1, -1)


def nhwc_max_pool_element(index: tuple[int, ...], x: Array, **attributes: Any) -> Trace:
    """Write down how ``nhwc_max_pool(...)[index]`` comes about; places of ``x`` are in its own layout."""
    return _last(max_pool_element(_moved(index), _first(x), **attributes))


def _last(trace: Trace) -> Trace:
    """Return a trace whose places are counted with the channels last."""

    def last(index: tuple[int, ...]) -> tuple[int, ...]:
        return (index[0], *index[2:], index[1])

    terms = [replace(t, x_index=None if t.x_index is None else last(t.x_index)) for t in trace.terms]
    return replace(trace, index=last(trace.index), terms=terms)


QLINEAR_CONV = Operator(
    "QLinearConv", MICROSOFT, qlinear_conv_channels_last, ("y",), (1,), "codes",
    loops=qlinear_conv_channels_last_loops, element=qlinear_conv_channels_last_element, parts=PARTS,
    codes={"x": Codes("x_scale", "x_zero_point"), "w": Codes("w_scale", "w_zero_point", 0),
           "y": Codes("y_scale", "y_zero_point")},
    weights="w", bias="B", ranks={"w": (3, 4, 5)},
)  # fmt: skip
NHWC_MAX_POOL = Operator(
    "NhwcMaxPool", MICROSOFT, nhwc_max_pool, ("y",), (1,), "movement", loops=nhwc_max_pool_loops,
    element=nhwc_max_pool_element,
)  # fmt: skip
