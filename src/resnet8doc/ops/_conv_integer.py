"""ConvInteger: a convolution of codes, left as int32."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from ..arithmetic import ONNXRUNTIME_X86, FirstStage, Number, Runtime
from ..trace import Trace
from . import _checks as check
from ._accumulate import accumulate
from ._conv_geometry import geometry
from ._group_products import group_sums, padded
from ._operator import Operator
from ._prepared import centred_weights
from ._qlinear_conv import gather, one_axis_more, workspace
from ._qlinear_conv_loops import Checked, accumulated, first_stage
from ._row_products import folded_bias
from ._windows import AutoPad, channels_first

Array = npt.NDArray[Any]

PARTS = frozenset({"accumulator", "padding"})
"""Where a fault can be made."""


def conv_integer(
    x: Array,
    w: Array,
    x_zero_point: Number | None = None,
    w_zero_point: Number | None = None,
    *,
    auto_pad: AutoPad = "NOTSET",
    dilations: Sequence[int] | None = None,
    group: int = 1,
    kernel_shape: Sequence[int] | None = None,
    pads: Sequence[int] | None = None,
    strides: Sequence[int] | None = None,
    runtime: Runtime = ONNXRUNTIME_X86,
) -> Array:
    r"""Convolve codes: the sums of :func:`~resnet8doc.ops.qlinear_conv` before bias and second stage.

    .. math::
       y_{m, i, j} = \sum_{c, k, l} (x_{c,\, i s - p + k d,\, j s - p + l d} - z_x)(w_{m, c, k, l} - z_w)

    in int32; what lies outside the image counts as :math:`z_x`.

    Parameters
    ----------
    x, w
        int8 or uint8 ``[N, C, H, W]`` and ``[M, C / group, kH, kW]``, or with one or three axes in place of H and W.
    x_zero_point, w_zero_point
        Of the codes' types: scalars, ``w_zero_point`` also ``[M]``. 0 without them.
    auto_pad, dilations, group, kernel_shape, pads, strides
        As in the standard.
    runtime
        Whose arithmetic: how sums are held.

    Returns
    -------
    numpy.ndarray
        int32 ``[N, M, oH, oW]``.

    Raises
    ------
    UserError
        If types or shapes do not fit.

    References
    ----------
    ONNX, `ConvInteger <https://onnx.ai/onnx/operators/onnx__ConvInteger.html>`__; ONNX Runtime,
    ``core/providers/cpu/quantization/conv_integer.cc``.

    Examples
    --------
    (2 - 1) * 3 + (4 - 1) * -1 = 0:

    >>> conv_integer(np.array([[[[2, 4]]]], np.uint8), np.array([[[[3, -1]]]], np.int8), np.uint8(1))
    array([[[[0]]]], dtype=int32)
    """
    runtime = _without_pairs(runtime)
    if np.ndim(x) == 3 == np.ndim(w):
        return conv_integer(
            x[:, :, None], w[:, :, None], x_zero_point, w_zero_point, runtime=runtime,
            **one_axis_more(auto_pad, dilations, group, kernel_shape, pads, strides),
        )[:, :, 0]  # fmt: skip
    q = _checked(x, w, x_zero_point, w_zero_point)
    g = geometry(q.x.shape, q.w.shape, auto_pad, dilations, group, kernel_shape, pads, strides)
    stage = first_stage(q, g, group, runtime)
    y = np.empty((q.x.shape[0], *g.size, g.channels_out), np.int32)
    weights = centred_weights(q.w, q.w_zero_point)
    folded = None
    if stage == FirstStage() and len(g.kernel) == 2:
        folded = folded_bias(weights, q.x.dtype, q.x_zero_point, None)
    if folded is not None:
        for number, image in enumerate(padded(q.x, q.x_zero_point, g, q.x.shape[1])):
            total = group_sums(image[None], weights, g, group) + folded
            np.copyto(y[number], total.reshape(y.shape[1:]), casting="unsafe")
        return channels_first(y)
    each = g.channels_out // group
    for number in range(group):
        outputs = slice(number * each, (number + 1) * each)
        inputs = slice(number * g.channels_in, (number + 1) * g.channels_in)
        for image in range(q.x.shape[0]):
            rows = gather(q.x[image : image + 1, inputs], q.x_zero_point, g, *workspace(1, g, q.x_zero_point, stage))
            own = weights[:, outputs].astype(np.float64)
            total = accumulate(rows, own, stage)
            y[image, ..., outputs] = total.astype(np.int32).reshape(*g.size, each)
    return channels_first(y)


def conv_integer_loops(*inputs: Any, runtime: Runtime = ONNXRUNTIME_X86, **attributes: Any) -> Array:
    """Compute what :func:`conv_integer` does, one output after another (the slow twin).

    Examples
    --------
    >>> conv_integer_loops(np.array([[[[2, 4]]]], np.uint8), np.array([[[[3, -1]]]], np.int8))
    array([[[[2]]]], dtype=int32)
    """
    y = np.empty_like(conv_integer(*inputs, **attributes))
    for index in np.ndindex(y.shape):
        y[index] = conv_integer_element(index, *inputs, runtime=runtime, **attributes).output
    return y


def conv_integer_element(
    index: tuple[int, ...],
    x: Array,
    w: Array,
    x_zero_point: Number | None = None,
    w_zero_point: Number | None = None,
    *,
    runtime: Runtime = ONNXRUNTIME_X86,
    **attributes: Any,
) -> Trace:
    """Write down how ``conv_integer(...)[index]`` comes about.

    Examples
    --------
    >>> x, w = np.array([[[[2, 4]]]], np.uint8), np.array([[[[3, -1]]]], np.int8)
    >>> [term.product for term in conv_integer_element((0, 0, 0, 0), x, w).terms]
    [6, -4]
    """
    runtime = _without_pairs(runtime)
    q = _checked(x, w, x_zero_point, w_zero_point)
    names = ("auto_pad", "dilations", "group", "kernel_shape", "pads", "strides")
    given = {**dict.fromkeys(names), "auto_pad": "NOTSET", "group": 1, **attributes}
    trace = Trace("ConvInteger", tuple(index))
    accumulated(trace, q, geometry(q.x.shape, q.w.shape, *given.values()), int(given["group"]), index, runtime)
    return trace


def _without_pairs(runtime: Runtime) -> Runtime:
    """Return how it sums here: weights come first in the runtime's product, and signed x unsigned meets no pairs."""
    runtime.refuse_others("ConvInteger", PARTS)
    return replace(runtime, first_stage=replace(runtime.first_stage, pairs=False))


def _checked(x: Array, w: Array, x_zero_point: Number | None, w_zero_point: Number | None) -> Checked:
    x, w, one = check.codes(x, "x"), check.codes(w, "w"), np.ones((), np.float32)
    channels = w.shape[0] if w.ndim else 0
    return Checked(
        x, one, check.zero_point(x_zero_point, "x_zero_point", x.dtype, "x"),
        w, one, check.zero_point(w_zero_point, "w_zero_point", w.dtype, "w", channels), one, np.zeros((), np.int32),
        None,
    )  # fmt: skip


OPERATOR = Operator(
    "ConvInteger", "", conv_integer, ("y",), (10,), "codes", loops=conv_integer_loops, element=conv_integer_element,
    parts=PARTS, weights="w", ranks={"w": (3, 4, 5)}, optional=frozenset({"x_zero_point"}),
)  # fmt: skip
