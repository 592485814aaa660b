"""A probe as PyTorch's own operator, in the engine that is current."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import torch

from resnet8doc.oracles.pytorch import quantized
from resnet8doc.probes import Probe

Array = np.ndarray[Any, Any]


def unsigned(codes: Any) -> Array:
    """Return codes as PyTorch's activations are: int8 shifted by 128."""
    array: Array = np.asarray(codes)
    return array if array.dtype == np.uint8 else (array.astype(np.int16) + 128).astype(np.uint8)


def given_back(y: torch.Tensor, kind: Any) -> Array:
    codes: Array = y.int_repr().numpy()
    return codes if kind == np.uint8 else (codes.astype(np.int16) - 128).astype(np.int8)


def bias(integers: Array, x_scale: Any, w_scale: Any) -> torch.Tensor:
    """Return the real number that an integer bias stands for."""
    return torch.from_numpy((integers * (float(x_scale) * np.asarray(w_scale, float))).astype(np.float32))


def fed(i: Mapping[str, Array], of: str, scale: str, zero: str) -> torch.Tensor:
    return quantized(unsigned(i[of]), i[scale], int(unsigned(i[zero])))


def conv(probe: Probe) -> Array:
    i, top = probe.inputs, probe.attributes.get("pads", [0] * 4)[0]
    weight = quantized(i["w"], np.broadcast_to(i["w_scale"], len(i["w"])), 0)
    real = bias(i["B"], i["x_scale"], i["w_scale"])
    packed = torch.ops.quantized.conv2d_prepack(weight, real, [1, 1], [top, top], [1, 1], 1)
    x = fed(i, "x", "x_scale", "x_zero_point")
    y = torch.ops.quantized.conv2d(x, packed, float(i["y_scale"]), int(unsigned(i["y_zero_point"])))
    return given_back(y, i["y_zero_point"].dtype)


def gemm(probe: Probe) -> Array:
    i = probe.inputs
    real = bias(i["C"], i["a_scale"], i["b_scale"])
    packed = torch.ops.quantized.linear_prepack(quantized(i["B"], i["b_scale"], 0), real)
    x = fed(i, "A", "a_scale", "a_zero_point")
    y = torch.ops.quantized.linear(x, packed, float(i["y_scale"]), int(unsigned(i["y_zero_point"])))
    return given_back(y, i["y_zero_point"].dtype)


def add(probe: Probe) -> Array:
    i = probe.inputs
    a, b = (fed(i, of, f"{of}_scale", f"{of}_zero_point") for of in "AB")
    y = torch.ops.quantized.add(a, b, float(i["C_scale"]), int(unsigned(i["C_zero_point"])))
    return given_back(y, i["C_zero_point"].dtype)


def quantize(probe: Probe) -> Array:
    i = probe.inputs
    zero = int(unsigned(i["y_zero_point"]))
    y = torch.quantize_per_tensor(torch.from_numpy(i["x"]), float(i["y_scale"]), zero, torch.quint8)
    return given_back(y, i["y_zero_point"].dtype)


IN_PYTORCH: Mapping[str, Callable[[Probe], Array]] = {
    "QLinearConv": conv, "QGemm": gemm, "QLinearAdd": add, "QuantizeLinear": quantize,
}  # fmt: skip
"""By the probe's operator; PyTorch has no softmax of codes, and its pools are no part of the probes."""
