"""Nodes of an extraction, computed by CMSIS-NN.

What CMSIS-NN's caller computes, TensorFlow Lite Micro elsewhere, is computed here: multipliers and shifts, the offsets,
the order of axes. CMSIS-NN does the arithmetic on codes.
"""

import ctypes
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from ...errors import UserError
from ...runtimes.fixed_point import Fixed, quantized
from ...runtimes.tflite_reference import LEFT, add_factors, softmax_factor
from ._library import Library

Array = npt.NDArray[Any]
Bounds = tuple[int, int]
"""The smallest and the largest code of an output: TensorFlow Lite's fused activation."""

CODES: Bounds = (-128, 127)


class Window(ctypes.Structure):
    """What a windowed operator needs besides its tensors; ``harness.c`` has the same structure."""

    _fields_ = (
        *((name, ctypes.c_int32 * 4) for name in ("input", "filter", "output")),
        ("input_offset", ctypes.c_int32),
        ("output_offset", ctypes.c_int32),
        *((name, ctypes.c_int32 * 2) for name in ("stride", "padding", "dilation")),
        ("smallest", ctypes.c_int32),
        ("largest", ctypes.c_int32),
        ("multiple", ctypes.c_int32),
    )


Given = Mapping[str, Any]
"""A node's inputs by their formal names."""

Computed = Callable[[Library, Given, Given, tuple[int, ...], Bounds], Array]
"""From inputs, attributes, the output's shape and the bounds to codes."""


def convolution(library: Library, given: Given, attributes: Given, shape: tuple[int, ...], bounds: Bounds) -> Array:
    """Compute QLinearConv, ``[N, C, H, W]``, of one group or depthwise."""
    x, w = _last(given["x"]), np.asarray(given["w"])
    group = int(attributes.get("group", 1))
    if group not in (1, x.shape[3]):
        raise UserError(
            f"a convolution has {group} groups", "1, or one for each channel", "CMSIS-NN has no other here."
        )
    depthwise = group > 1 or bool(attributes.get("depthwise", 0))
    filters = np.ascontiguousarray(w.transpose(1, 2, 3, 0) if depthwise else w.transpose(0, 2, 3, 1))
    y = np.zeros((shape[0], *shape[2:], shape[1]), np.int8)
    window = _window(x.shape, filters.shape, y.shape, attributes, bounds)
    window.multiple = w.shape[0] // group
    window.dilation[:] = attributes.get("dilations") or (1, 1)
    _offsets(window, given["x_zero_point"], given["y_zero_point"])
    factors = _factors(given["x_scale"], given["w_scale"], given["y_scale"], w.shape[0])
    bias = _bias(given.get("B"), w.shape[0])
    name = "run_depthwise" if depthwise else "run_convolution"
    library.call(name, ctypes.byref(window), *map(_pointer, (x, filters, bias, *factors, y)))
    return y.transpose(0, 3, 1, 2)


def fully_connected(library: Library, given: Given, attributes: Given, shape: tuple[int, ...], bounds: Bounds) -> Array:
    """Compute QGemm with the weights ``[outputs, inputs]``; with a scale for each output, one output after the other.

    The function that takes a multiplier for each output is younger than the others.
    """
    x, w = np.ascontiguousarray(given["A"]), np.ascontiguousarray(given["B"])
    if not attributes.get("transB") or attributes.get("transA"):
        raise UserError("a dense layer has its weights turned", "weights [outputs, inputs]", "CMSIS-NN has no other.")
    outputs, inputs = w.shape
    factors = _factors(given["a_scale"], given["b_scale"], given["y_scale"], outputs)
    bias, step = _bias(given.get("C"), outputs), 1 if np.size(given["b_scale"]) > 1 else outputs
    parts = []
    for first in range(0, outputs, step):
        part = slice(first, first + step)
        y = np.zeros((x.shape[0], step), np.int8)
        window = _window((x.shape[0], 1, 1, inputs), (inputs, 1, 1, step), (x.shape[0], 1, 1, step), {}, bounds)
        _offsets(window, given["a_zero_point"], given["y_zero_point"])
        arrays = (x, w[part], bias[part], *(values[part] for values in factors), y)
        library.call("run_fully_connected", ctypes.byref(window), *map(_pointer, arrays))
        parts.append(y)
    return np.concatenate(parts, axis=1).reshape(shape)


def average_pool(library: Library, given: Given, attributes: Given, shape: tuple[int, ...], bounds: Bounds) -> Array:
    """Compute QLinearAveragePool, ``[N, C, H, W]``."""
    return _pooled("run_average_pool", library, given, attributes, shape, bounds)


def max_pool(library: Library, given: Given, attributes: Given, shape: tuple[int, ...], bounds: Bounds) -> Array:
    """Compute MaxPool, ``[N, C, H, W]``."""
    return _pooled("run_max_pool", library, given, attributes, shape, bounds)


def add(library: Library, given: Given, attributes: Given, shape: tuple[int, ...], bounds: Bounds) -> Array:
    """Compute QLinearAdd of tensors of one shape."""
    a, b, offsets, y = _pair(given, shape)
    factors = add_factors(tuple(float(given[f"{name}_scale"]) for name in "ABC"))
    m, e = (np.array(part, np.int32) for part in zip(*factors, strict=True))
    library.call("run_add", *map(_pointer, (a, b, y)), y.size, *map(_pointer, (offsets, m, e)), LEFT, *bounds)
    return y


def multiply(library: Library, given: Given, attributes: Given, shape: tuple[int, ...], bounds: Bounds) -> Array:
    """Compute QLinearMul of tensors of one shape."""
    a, b, offsets, y = _pair(given, shape)
    m, e = (int(part) for part in product_factor(given))
    library.call("run_mul", *map(_pointer, (a, b, y)), y.size, _pointer(offsets), m, e, *bounds)
    return y


def softmax(library: Library, given: Given, attributes: Given, shape: tuple[int, ...], bounds: Bounds) -> Array:
    """Compute QLinearSoftmax along the last axis."""
    x = np.ascontiguousarray(given["X"])
    if attributes["axis"] % x.ndim != x.ndim - 1:
        raise UserError(f"softmax is along axis {attributes['axis']}", "the last", "TensorFlow Lite has no other.")
    y = np.zeros(shape, np.int8)
    m, e, least = softmax_factor(given["X_scale"])
    library.call("run_softmax", _pointer(x), _pointer(y), x.size // x.shape[-1], x.shape[-1], m, e, least)
    return y


OPERATORS: dict[str, Computed] = {
    "QLinearConv": convolution,
    "QGemm": fully_connected,
    "QLinearAdd": add,
    "QLinearMul": multiply,
    "QLinearAveragePool": average_pool,
    "MaxPool": max_pool,
    "QLinearSoftmax": softmax,
}
"""What is compared."""


def product_factor(given: Given) -> tuple[Array, Array]:
    """Return ``m`` and ``e`` of a product: its factor is computed in float32."""
    a, b, c = (np.float32(given[f"{name}_scale"]) for name in "ABC")
    return quantized(np.asarray(np.float32(a * b) / c))


def _pooled(
    name: str, library: Library, given: Given, attributes: Given, shape: tuple[int, ...], bounds: Bounds
) -> Array:
    x = _last(given["X"])
    y = np.zeros((shape[0], *shape[2:], shape[1]), np.int8)
    window = _window(x.shape, (1, *attributes["kernel_shape"], 1), y.shape, attributes, bounds)
    library.call(name, ctypes.byref(window), _pointer(x), _pointer(y))
    return y.transpose(0, 3, 1, 2)


def _window(
    x: tuple[int, ...], filters: tuple[int, ...], y: tuple[int, ...], attributes: Given, bounds: Bounds
) -> Window:
    window = Window(smallest=bounds[0], largest=bounds[1])
    window.input[:], window.filter[:], window.output[:] = x, filters, y
    window.stride[:] = attributes.get("strides") or (1, 1)
    window.padding[:] = (attributes.get("pads") or (0, 0))[:2]
    window.dilation[:] = (1, 1)
    return window


def _offsets(window: Window, x_zero: Any, y_zero: Any) -> None:
    window.input_offset, window.output_offset = -int(x_zero), int(y_zero)


def _factors(x_scale: Any, w_scale: Any, y_scale: Any, channels: int) -> tuple[Array, Array]:
    """Return multipliers and shifts, int32, for each output channel."""
    m, e = quantized(np.broadcast_to(Fixed("twice_away").factor(x_scale, w_scale, y_scale), (channels,)))
    return m.astype(np.int32), e.astype(np.int32)


def _bias(given: Any, channels: int) -> Array:
    return np.zeros(channels, np.int32) if given is None else np.ascontiguousarray(given, np.int32)


def _pair(given: Given, shape: tuple[int, ...]) -> tuple[Array, Array, Array, Array]:
    a, b = (np.ascontiguousarray(given[name]) for name in "AB")
    if not a.shape == b.shape == shape:
        raise UserError(
            f"shapes {list(a.shape)} and {list(b.shape)} differ", "one shape", "CMSIS-NN broadcasts nothing."
        )
    zeros = [int(given[f"{name}_zero_point"]) for name in "ABC"]
    return a, b, np.array([-zeros[0], -zeros[1], zeros[2]], np.int32), np.zeros(shape, np.int8)


def _last(x: Any) -> Array:
    """Return an image with its channels last."""
    return np.ascontiguousarray(np.asarray(x).transpose(0, 2, 3, 1))


def _pointer(array: Array) -> ctypes.c_void_p:
    return ctypes.c_void_p(array.ctypes.data)
