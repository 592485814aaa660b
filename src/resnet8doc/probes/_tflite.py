"""A probe as a TensorFlow Lite file of one operator, channels last."""

from collections.abc import Callable
from typing import Any

import numpy as np

from ..oracles import Spec, operator_file
from ._probe import Probe

NARROW = 0
"""TensorFlow Lite's number of SAME padding; VALID is 1."""


def tflite_file(probe: Probe) -> bytes:
    """Return the bytes of a file; what is fed has the probe's inputs, four axes channels last."""
    return _FILES[probe.op_type](probe)


def last(array: Any) -> Any:
    """Return ``[N, C, H, W]`` as ``[N, H, W, C]``; anything else as it is."""
    return np.ascontiguousarray(np.moveaxis(array, 1, -1)) if np.ndim(array) == 4 else np.asarray(array)


def _spec(probe: Probe, formal: str, scale: str, zero: str) -> Spec:
    value = last(probe.inputs[formal])
    return Spec(value.shape, value.dtype, float(probe.inputs[scale]), int(probe.inputs[zero]))


def _conv(probe: Probe) -> bytes:
    i = probe.inputs
    w = np.ascontiguousarray(i["w"].transpose(0, 2, 3, 1))
    scale = np.asarray(i["x_scale"], np.float32) * np.asarray(i["w_scale"], np.float32)
    n, _, height, width = i["x"].shape
    output = Spec((n, height, width, w.shape[0]), np.int8, float(i["y_scale"]), int(i["y_zero_point"]))
    bias = Spec(i["B"].shape, np.int32, scale, 0, i["B"])
    inputs = [_spec(probe, "x", "x_scale", "x_zero_point"), Spec(w.shape, np.int8, i["w_scale"], 0, w), bias]
    options = {"padding": NARROW, "strideH": 1, "strideW": 1, "dilationHFactor": 1, "dilationWFactor": 1}
    return operator_file("CONV_2D", inputs, output, options)


def _gemm(probe: Probe) -> bytes:
    i = probe.inputs
    scale = float(np.float32(i["a_scale"]) * np.float32(i["b_scale"]))
    inputs = [
        _spec(probe, "A", "a_scale", "a_zero_point"),
        Spec(i["B"].shape, np.int8, float(i["b_scale"]), 0, i["B"]), Spec(i["C"].shape, np.int32, scale, 0, i["C"]),
    ]  # fmt: skip
    output = Spec((i["A"].shape[0], i["B"].shape[0]), np.int8, float(i["y_scale"]), int(i["y_zero_point"]))
    return operator_file("FULLY_CONNECTED", inputs, output)


def _add(probe: Probe) -> bytes:
    inputs = [_spec(probe, of, f"{of}_scale", f"{of}_zero_point") for of in "AB"]
    i = probe.inputs
    output = Spec(i["A"].shape, np.int8, float(i["C_scale"]), int(i["C_zero_point"]))
    return operator_file("ADD", inputs, output)


def _pool(probe: Probe) -> bytes:
    x = _spec(probe, "X", "x_scale", "x_zero_point")
    (kh, kw), (sh, sw) = probe.attributes["kernel_shape"], probe.attributes["strides"]
    n, height, width, channels = x.shape
    shape = (n, (height - kh) // sh + 1, (width - kw) // sw + 1, channels)
    options = {"padding": 1, "strideH": sh, "strideW": sw, "filterHeight": kh, "filterWidth": kw}
    return operator_file("AVERAGE_POOL_2D", [x], Spec(shape, np.int8, x.scale, x.zero_point), options)


def _softmax(probe: Probe) -> bytes:
    x = _spec(probe, "X", "X_scale", "x_zero_point")
    i = probe.inputs
    output = Spec(x.shape, np.int8, float(i["y_scale"]), int(i["y_zero_point"]))
    return operator_file("SOFTMAX", [x], output, {"beta": 1.0})


def _quantize(probe: Probe) -> bytes:
    i = probe.inputs
    output = Spec(i["x"].shape, np.int8, float(i["y_scale"]), int(i["y_zero_point"]))
    return operator_file("QUANTIZE", [Spec(i["x"].shape, np.float32)], output)


_FILES: dict[str, Callable[[Probe], bytes]] = {
    "QLinearConv": _conv, "QGemm": _gemm, "QLinearAdd": _add, "QLinearAveragePool": _pool, "QLinearSoftmax": _softmax,
    "QuantizeLinear": _quantize,
}  # fmt: skip
