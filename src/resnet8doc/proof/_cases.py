"""Random operators: shapes, attributes, types, scales and zero points, with ties provoked."""

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from ._single import Case

Array = npt.NDArray[Any]
Generator = np.random.Generator

INT8, UINT8 = np.dtype(np.int8), np.dtype(np.uint8)
BYTES = (INT8, UINT8)
PAIRS = ((INT8, INT8), (UINT8, UINT8), (UINT8, INT8))
"""Types of activations and weights that ONNX Runtime multiplies."""


def _codes(rng: Generator, dtype: Any, shape: tuple[int, ...]) -> Array:
    limits = np.iinfo(dtype)
    if rng.random() < 0.3:  # the ends of the range: what makes sums large
        return rng.choice(np.array([limits.min, limits.max], dtype), shape)
    return rng.integers(limits.min, limits.max, shape, endpoint=True).astype(dtype)


def _zero(rng: Generator, dtype: Any) -> Array:
    return np.zeros((), dtype) if rng.random() < 0.4 else np.asarray(_codes(rng, dtype, ()), dtype)


def _scale(rng: Generator, low: float = -2.0, high: float = 0.3) -> Array:
    """Return a scale; every second one is a power of two, with which sums of products end in ties."""
    if rng.random() < 0.5:
        return np.asarray(np.exp2(rng.integers(round(low * 3), round(high * 3), endpoint=True)), np.float32)
    return np.asarray(10 ** rng.uniform(low, high), np.float32)


def _scales(rng: Generator, count: int) -> Array:
    return np.array([_scale(rng) for _ in range(count)], np.float32)


def quantize_linear(rng: Generator) -> Case:
    """Return a case with halves, infinities and not-a-number among the inputs."""
    dtype = np.dtype(rng.choice(np.array([np.int8, np.uint8, np.int16, np.uint16])))
    scale = _scale(rng, -3, 2)
    x = (rng.integers(-600, 600, (4, 40)) * np.float32(0.5) * scale).astype(np.float32)
    if rng.random() < 0.5:
        x = (rng.normal(0, 100, (4, 40)) * scale).astype(np.float32)
    x[0, :5] = np.nan, np.inf, -np.inf, 3e38, -3e38
    return Case("QuantizeLinear", {"x": x, "y_scale": scale, "y_zero_point": _zero(rng, dtype)}, {}, dtype)


def dequantize_linear(rng: Generator) -> Case:
    """Return a case of any type of codes, per tensor or along an axis."""
    dtype = np.dtype(rng.choice(np.array([np.int8, np.uint8, np.int16, np.int32])))
    x = _codes(rng, dtype, (4, 40))
    zero = np.zeros((), dtype) if dtype == np.int32 else _zero(rng, dtype)
    if rng.random() < 0.5:
        axis = int(rng.integers(2))
        scales = _scales(rng, x.shape[axis])
        inputs = {"x": x, "x_scale": scales, "x_zero_point": np.full(x.shape[axis], zero, dtype)}
        return Case("DequantizeLinear", inputs, {"axis": axis}, np.float32)
    return Case("DequantizeLinear", {"x": x, "x_scale": _scale(rng), "x_zero_point": zero}, {}, np.float32)


def qlinear_conv(rng: Generator, types: tuple[Any, Any] | None = None) -> Case:
    """Return a case with groups, strides, dilations, pads, one scale or one for each channel."""
    x_type, w_type = types or PAIRS[rng.integers(3)]
    group, channels, filters = 1, int(rng.integers(1, 9)), int(rng.integers(1, 9))
    shape = rng.random()
    if shape < 0.2:
        group = int(rng.integers(2, 4))
    elif shape < 0.45:  # what ONNX Runtime's kernels for whole vectors take
        channels, filters = 4 * int(rng.integers(1, 4)), 16
    elif shape < 0.55:
        group, channels, filters = 16, 1, 1
    kernel, size = rng.integers(1, 4, 2), rng.integers(6, 12, 2)
    outputs = filters * group
    zero = _zero(rng, w_type) if rng.random() < 0.5 else np.zeros((), w_type)
    per_channel = rng.random() < 0.5
    inputs = {
        "x": _codes(rng, x_type, (2, channels * group, *map(int, size))),
        "x_scale": _scale(rng), "x_zero_point": _zero(rng, x_type),
        "w": _codes(rng, w_type, (outputs, channels, *map(int, kernel))),
        "w_scale": _scales(rng, outputs) if per_channel else _scale(rng),
        "w_zero_point": np.full(outputs, zero, w_type) if per_channel else zero,
        "y_scale": _scale(rng, 0, 2.5), "y_zero_point": _zero(rng, x_type),
        "B": rng.integers(-5000, 5000, outputs).astype(np.int32) if rng.random() < 0.7 else None,
    }  # fmt: skip
    dilations = rng.integers(1, 3, 2)
    attributes: dict[str, Any] = {
        "group": group,
        "strides": _ints(rng.integers(1, 3, 2)),
        "dilations": _ints(dilations),
    }
    choice = rng.random()
    if choice < 0.4:
        attributes["pads"] = _ints(rng.integers(0, 3, 4))
    elif choice < 0.6 and dilations.max() == 1:
        attributes["auto_pad"] = ("SAME_UPPER", "SAME_LOWER", "VALID")[rng.integers(3)]
    return Case("QLinearConv", inputs, attributes, x_type)


def qlinear_matmul(rng: Generator, types: tuple[Any, Any] | None = None) -> Case:
    """Return a case of two or three axes, per tensor or per column."""
    a_type, b_type = types or PAIRS[rng.integers(3)]
    rows, inner, columns = (int(rng.integers(1, end)) for end in (9, 90, 40))
    lead = (3,) if rng.random() < 0.3 else ()
    b_lead = lead if rng.random() < 0.5 else ()
    per_column = not b_lead and rng.random() < 0.5
    zeros = [_zero(rng, b_type) for _ in range(columns)]
    inputs = {
        "a": _codes(rng, a_type, (*lead, 1 if rng.random() < 0.3 else rows, inner)), "a_scale": _scale(rng),
        "a_zero_point": _zero(rng, a_type), "b": _codes(rng, b_type, (*b_lead, inner, columns)),
        "b_scale": _scales(rng, columns) if per_column else _scale(rng),
        "b_zero_point": np.array(zeros, b_type) if per_column else zeros[0],
        "y_scale": _scale(rng, 0, 2.5), "y_zero_point": _zero(rng, a_type),
    }  # fmt: skip
    return Case("QLinearMatMul", inputs, {}, a_type, constants=rng.random() < 0.7)


def qgemm(rng: Generator, types: tuple[Any, Any] | None = None) -> Case:
    """Return a case with transposes, bias and factor; every fifth one without requantization."""
    a_type, b_type = types or PAIRS[rng.integers(3)]
    rows, inner, columns = (int(rng.integers(1, end)) for end in (9, 90, 40))
    trans_a, trans_b = (int(value) for value in rng.integers(0, 2, 2))
    per_column = rng.random() < 0.5
    zeros = [_zero(rng, b_type) for _ in range(columns)]
    real = rng.random() < 0.2
    inputs = {
        "A": _codes(rng, a_type, (inner, rows) if trans_a else (rows, inner)), "a_scale": _scale(rng),
        "a_zero_point": _zero(rng, a_type), "B": _codes(rng, b_type, (columns, inner) if trans_b else (inner, columns)),
        "b_scale": _scales(rng, columns) if per_column else _scale(rng),
        "b_zero_point": np.array(zeros, b_type) if per_column else zeros[0],
        "C": rng.integers(-9000, 9000, columns).astype(np.int32) if rng.random() < 0.7 else None,
        "y_scale": None if real else _scale(rng, 0, 2.5), "y_zero_point": None if real else _zero(rng, a_type),
    }  # fmt: skip
    attributes = {"transA": trans_a, "transB": trans_b, "alpha": float(np.float32(rng.choice([1.0, 0.5, 0.3])))}
    return Case("QGemm", inputs, attributes, np.float32 if real else a_type, constants=rng.random() < 0.7)


def qlinear_add(rng: Generator) -> Case:
    """Return all 65,536 pairs of codes under random scales and zero points, or a broadcast."""
    dtype = BYTES[rng.integers(2)]
    every = np.arange(256, dtype=np.uint8).view(dtype)
    a, b = np.repeat(every, 256), np.tile(every, 256)
    kind = rng.integers(4)
    if kind == 0:
        a, b = a[:1], every
    elif kind == 1:
        a, b = every, b[:1]
    inputs = {
        "A": a, "A_scale": _scale(rng), "A_zero_point": _zero(rng, dtype), "B": b, "B_scale": _scale(rng),
        "B_zero_point": _zero(rng, dtype), "C_scale": _scale(rng), "C_zero_point": _zero(rng, dtype),
    }  # fmt: skip
    return Case("QLinearAdd", inputs, {}, dtype)


def qlinear_average_pool(rng: Generator) -> Case:
    """Return a case with windows, pads and both layouts; every third one covers the image."""
    dtype = BYTES[rng.integers(2)]
    size = rng.integers(2, 9, 2)
    kernel = size if rng.random() < 0.3 else rng.integers(1, size + 1)
    last = int(rng.integers(2))
    shape = (2, *_ints(size), 5) if last else (2, 5, *_ints(size))
    attributes: dict[str, Any] = {
        "kernel_shape": _ints(kernel), "strides": _ints(rng.integers(1, 3, 2)), "channels_last": last,
        "count_include_pad": int(rng.integers(2)), "ceil_mode": int(rng.random() < 0.3),
    }  # fmt: skip
    if rng.random() < 0.5:
        attributes["pads"] = _ints(np.concatenate([rng.integers(0, kernel), rng.integers(0, kernel)]))
    return Case("QLinearAveragePool", _pool_inputs(rng, dtype, shape), attributes, dtype)


def qlinear_global_average_pool(rng: Generator) -> Case:
    """Return a case in either layout."""
    dtype, last = BYTES[rng.integers(2)], int(rng.integers(2))
    size = _ints(rng.integers(1, 9, 2))
    shape = (2, *size, 5) if last else (2, 5, *size)
    return Case("QLinearGlobalAveragePool", _pool_inputs(rng, dtype, shape), {"channels_last": last}, dtype)


def _pool_inputs(rng: Generator, dtype: Any, shape: tuple[int, ...]) -> dict[str, Array]:
    return {
        "X": _codes(rng, dtype, shape), "x_scale": _scale(rng), "x_zero_point": _zero(rng, dtype),
        "y_scale": _scale(rng), "y_zero_point": _zero(rng, dtype),
    }  # fmt: skip


def qlinear_softmax(rng: Generator) -> Case:
    """Return a case in which two codes often share the maximum, so that probabilities of a half make ties."""
    dtype, length = BYTES[rng.integers(2)], int(rng.integers(1, 14))
    x = _codes(rng, dtype, (200, length))
    if rng.random() < 0.5:
        x[np.arange(200), rng.integers(0, length, 200)] = x.max(axis=1)
    levels = 256 if rng.random() < 0.5 else int(rng.integers(100, 400))
    zero = np.asarray(np.iinfo(dtype).min, dtype) if rng.random() < 0.5 else _zero(rng, dtype)
    inputs = {
        "X": x, "X_scale": _scale(rng, -2, 0.7), "x_zero_point": _zero(rng, dtype),
        "y_scale": np.asarray(1 / levels, np.float32), "y_zero_point": zero,
    }  # fmt: skip
    return Case("QLinearSoftmax", inputs, {"opset": 13, "axis": -1}, dtype)


def _ints(values: Any) -> list[int]:
    return [int(value) for value in values]


GENERATORS: dict[str, Callable[[Generator], Case]] = {
    "QuantizeLinear": quantize_linear,
    "DequantizeLinear": dequantize_linear,
    "QLinearConv": qlinear_conv,
    "QLinearMatMul": qlinear_matmul,
    "QGemm": qgemm,
    "QLinearAdd": qlinear_add,
    "QLinearAveragePool": qlinear_average_pool,
    "QLinearGlobalAveragePool": qlinear_global_average_pool,
    "QLinearSoftmax": qlinear_softmax,
}
"""A generator of cases for each operator."""
