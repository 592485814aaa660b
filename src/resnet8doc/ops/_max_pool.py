"""MaxPool: the largest element of each window, codes or real numbers."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import UserError
from ..trace import Trace
from ._checks import numbers
from ._operator import Operator
from ._windows import AutoPad, channels_last, output_size, pair, pool_pads, spatial, windows

Array = npt.NDArray[Any]

TYPES = ("int8", "uint8", "float16", "float32", "float64")


def max_pool(
    X: Array,
    *,
    kernel_shape: Sequence[int],
    auto_pad: AutoPad = "NOTSET",
    ceil_mode: int = 0,
    dilations: Sequence[int] | None = None,
    pads: Sequence[int] | None = None,
    storage_order: int = 0,
    strides: Sequence[int] | None = None,
) -> Array:
    r"""Return the largest element of each window.

    .. math:: y_{c, i, j} = \max_{k, l} x_{c,\, i s - p + k d,\, j s - p + l d}

    over the elements inside the image: padding never wins. A window that lies in the padding alone gives the lowest
    finite number of the type. Codes are compared as they are, so scale and zero point stay what they were, provided
    that the scale is above 0.

    Parameters
    ----------
    X
        int8, uint8, float16, float32 or float64 ``[N, C, H, W]``, or with one or three axes in place of H and W.
    kernel_shape, auto_pad, ceil_mode, dilations, pads, strides
        As in the standard.
    storage_order
        Of ``Indices``, which are not computed: it changes nothing.

    Returns
    -------
    numpy.ndarray
        Of ``X``'s type, ``[N, C, oH, oW]``.

    Raises
    ------
    UserError
        If the type is another, shapes and attributes do not fit, or a window holds NaN: whether it wins is left to
        each implementation.

    References
    ----------
    ONNX, `MaxPool <https://onnx.ai/onnx/operators/onnx__MaxPool.html>`__; ONNX Runtime,
    ``core/providers/cpu/nn/pool_functors.h``.

    Examples
    --------
    >>> max_pool(np.array([[[[1, -5, 7], [2, 0, -9]]]], np.int8), kernel_shape=(2, 2))
    array([[[[2, 7]]]], dtype=int8)
    """
    kernel, steps, spread, edges, size = _geometry(X, kernel_shape, auto_pad, ceil_mode, dilations, pads, strides)
    axes = len(kernel)
    # a window that ceil_mode lets hang over the end needs room behind
    need = [(size[a] - 1) * steps[a] + (kernel[a] - 1) * spread[a] + 1 for a in range(axes)]
    behind = [max(edges[a + axes], need[a] - X.shape[a + 2] - edges[a]) for a in range(axes)]
    around = [(0, 0), *zip(edges[:axes], behind, strict=True), (0, 0)]
    image = np.pad(channels_last(X), around, constant_values=_lowest(X.dtype))
    view = windows(image, kernel, steps, spread, size)
    largest = np.full((X.shape[0], *size, X.shape[1]), _lowest(X.dtype))
    for tap in np.ndindex(*kernel):
        np.maximum(largest, view[(slice(None),) * (1 + axes) + tap], out=largest)
    return np.moveaxis(numbers(largest, "X"), -1, 1)


def max_pool_element(index: tuple[int, ...], X: Array, **attributes: Any) -> Trace:
    """Write down how ``max_pool(...)[index]`` comes about.

    Examples
    --------
    >>> trace = max_pool_element((0, 0, 0, 1), np.array([[[[1, -5, 7], [2, 0, -9]]]], np.int8), kernel_shape=(2, 2))
    >>> [(step.formula, step.value) for step in trace.steps]
    [('max(-5, 7, 0, -9)', 7)]
    """
    attributes.pop("storage_order", None)
    given: dict[str, Any] = {
        "auto_pad": "NOTSET",
        "ceil_mode": 0,
        "dilations": None,
        "pads": None,
        "strides": None,
    } | attributes
    kernel, steps, spread, edges, _ = _geometry(X, **given)
    seen = []
    for tap in np.ndindex(*kernel):
        at = [index[a + 2] * steps[a] - edges[a] + tap[a] * spread[a] for a in range(len(kernel))]
        if all(0 <= i < length for i, length in zip(at, X.shape[2:], strict=True)):
            seen.append(X[(*index[:2], *at)])
    trace = Trace("MaxPool", tuple(index))
    trace.step("largest", f"max({', '.join(map(str, seen))})", max([_lowest(X.dtype), *seen]), str(X.dtype))
    return trace


def max_pool_loops(X: Array, **attributes: Any) -> Array:
    """Compute what :func:`max_pool` does, one output after another (the slow twin).

    Examples
    --------
    >>> max_pool_loops(np.array([[[[1, -5, 7], [2, 0, -9]]]], np.int8), kernel_shape=(2, 2))
    array([[[[2, 7]]]], dtype=int8)
    """
    y = np.empty_like(max_pool(X, **attributes))
    for index in np.ndindex(y.shape):
        y[index] = max_pool_element(index, X, **attributes).output
    return y


def global_max_pool(X: Array) -> Array:
    """Return the largest element of each channel.

    Source: ONNX, `GlobalMaxPool <https://onnx.ai/onnx/operators/onnx__GlobalMaxPool.html>`__.

    Parameters
    ----------
    X
        ``[N, C, H, W]``, or with one or three axes in place of H and W.

    Examples
    --------
    >>> global_max_pool(np.array([[[[1, -5, 7]], [[2, 0, -9]]]], np.float32)).ravel()
    array([7., 2.], dtype=float32)
    """
    return max_pool(X, kernel_shape=X.shape[2:])


def _lowest(kind: Any) -> Any:
    limits: Any = np.finfo(kind) if np.dtype(kind).kind == "f" else np.iinfo(kind)
    return np.dtype(kind).type(limits.min)


def _geometry(
    X: Array, kernel_shape: Sequence[int], auto_pad: AutoPad, ceil_mode: int, dilations: Sequence[int] | None,
    pads: Sequence[int] | None, strides: Sequence[int] | None,
) -> tuple[tuple[int, ...], ...]:  # fmt: skip
    """Return kernel, strides, dilations, pads and the output's size."""
    if str(X.dtype) not in TYPES:
        raise UserError(f"X is {X.dtype}", f"{', '.join(TYPES[:-1])} or {TYPES[-1]}", "Convert X.")
    axes = spatial(X.ndim, "X")
    kernel, steps = pair(kernel_shape, "kernel_shape", axes), pair(strides, "strides", axes)
    spread = pair(dilations, "dilations", axes)
    edges = pool_pads(X.shape[2:], kernel, steps, spread, pads, auto_pad)
    return kernel, steps, spread, edges, output_size(X.shape[2:], kernel, steps, spread, edges, ceil_mode)


OPERATOR = Operator(
    "MaxPool", "", max_pool, ("Y",), (1, 8, 10, 11, 12, 22), "movement", loops=max_pool_loops, element=max_pool_element,
    exact="which of two real zeros of unlike sign is the larger is left to each implementation",
)  # fmt: skip
GLOBAL = Operator(
    "GlobalMaxPool", "", global_max_pool, ("Y",), (1, 22), "movement",
    exact="which of two real zeros of unlike sign is the larger is left to each implementation",
)  # fmt: skip
