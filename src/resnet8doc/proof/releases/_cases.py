"""Seven faults that releases of ONNX Runtime had, each on the smallest input that shows it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx

Array = npt.NDArray[Any]

STORED, DEFAULT = "ORT_DISABLE_ALL", "ORT_ENABLE_ALL"
"""The model as it is stored; and as a session runs it unless it is told otherwise."""


@dataclass(frozen=True)
class ReleaseFault:
    """One fault.

    Attributes
    ----------
    key
        Its name in the record.
    title
        Where it is.
    model
        In ONNX's text form.
    feeds
        What the model is fed.
    right
        What it must give.
    reason
        How the right value is worked out.
    level
        At which level of optimisation the fault is.
    needs
        An instruction set without which the faulty kernel is not chosen; ``""`` if every x86-64 processor shows it.
    remedy
        What to do in a release that has it.
    issues
        Where it was reported: numbers of issues of ``microsoft/onnxruntime``.
    """

    key: str
    title: str
    model: str
    feeds: Callable[[], dict[str, Array]]
    right: Callable[[], Array]
    reason: str
    level: str
    remedy: str
    issues: tuple[int, ...]
    needs: str = ""

    def onnx(self) -> onnx.ModelProto:
        """Return the model."""
        return onnx.parser.parse_model(self.model)

    def verdict(self, answer: dict[str, Any], sets: list[str]) -> str:
        """Return ``right``, ``wrong``, ``refuses``, or which instruction set the processor lacks to show it.

        Parameters
        ----------
        answer
            What a release gave: ``values`` with ``dtype`` and ``shape``, or ``refused``.
        sets
            The processor's instruction sets.
        """
        if self.needs and self.needs not in sets:
            return f"needs {self.needs.split('_')[0].upper()}"
        if "refused" in answer:
            return "refuses"
        right = self.right()
        found = np.array(answer["values"], answer["dtype"]).reshape(answer["shape"])
        same = found.dtype == right.dtype and found.shape == right.shape and np.array_equal(found, right)
        return "right" if same else "wrong"


AMX = ReleaseFault(
    "amx",
    "uint8 activations on AMX",
    """<ir_version: 8, opset_import: ["": 17]>
    amx (uint8[32, 1] a, int8[1, 17] b) => (int32[32, 17] y) { y = MatMulInteger(a, b) }""",
    lambda: {"a": np.arange(1, 33, dtype=np.uint8)[:, None], "b": np.arange(1, 18, dtype=np.int8)[None]},
    lambda: np.outer(np.arange(1, 33), np.arange(1, 18)).astype(np.int32),
    "products of integers; the last one is 32 · 17 = 544",
    STORED,
    "Take another release. On such a processor, 32 rows or more and 17 to 31 columns of unsigned activations are hit; "
    "int8 activations never are.",
    (26324,),
    needs="amx_int8",
)
SOFTMAX = ReleaseFault(
    "softmax",
    "QLinearSoftmax of int8",
    """<ir_version: 8, opset_import: ["": 19, "com.microsoft": 1]>
    softmax (int8[1, 1] x) => (int8[1, 1] y) {
        scale = Constant <value_float: float = 0.1> ()
        zero = Constant <value: tensor = int8 {0}> ()
        y_scale = Constant <value_float: float = 0.00390625> ()
        y_zero = Constant <value: tensor = int8 {-128}> ()
        y = com.microsoft.QLinearSoftmax <axis = -1, opset = 13> (x, scale, zero, y_scale, y_zero)
    }""",
    lambda: {"x": np.zeros((1, 1), np.int8)},
    lambda: np.full((1, 1), 127, np.int8),
    "a probability of 1 is 256 steps of 1/256; 256 − 128 = 128 saturates to 127",
    STORED,
    "Take a newer release, or keep the softmax real: dequantize the logits and compute it outside.",
    (29727,),
)
CHANNELS = ReleaseFault(
    "channels",
    "QLinearConv, weight zero points by channel",
    """<ir_version: 8, opset_import: ["": 19]>
    channels (uint8[1, 1, 1, 1] x) => (uint8[1, 2, 1, 1] y)
    <float one = {1}, uint8 zero = {0}, uint8[2, 1, 1, 1] w = {7, 7}, float[2] w_scale = {1, 1},
     uint8[2] w_zero = {5, 6}> {
        y = QLinearConv(x, one, zero, w, w_scale, w_zero, one, zero)
    }""",
    lambda: {"x": np.full((1, 1, 1, 1), 3, np.uint8)},
    lambda: np.array([6, 3], np.uint8).reshape(1, 2, 1, 1),
    "3 · (7 − 5) = 6 and 3 · (7 − 6) = 3",
    STORED,
    "Take a newer release, or quantize weights with one zero point for all channels (symmetric weights have 0).",
    (28447,),
)
RESHAPE = ReleaseFault(
    "reshape",
    "DequantizeLinear of int8, then Reshape",
    """<ir_version: 8, opset_import: ["": 19]>
    reshape (float[1, 1] x) => (float[1, 1] y) {
        w = Constant <value: tensor = int8[1] {-30}> ()
        scale = Constant <value_float: float = 0.01> ()
        shape = Constant <value_ints = [1, 1]> ()
        real = DequantizeLinear(w, scale)
        matrix = Reshape(real, shape)
        y = MatMul(x, matrix)
    }""",
    lambda: {"x": np.ones((1, 1), np.float32)},
    lambda: np.array([[np.float32(-30) * np.float32(0.01)]], np.float32),
    "−30 · 0.01 = −0.3",
    DEFAULT,
    "Take a newer release, store a zero point with the weights, or set ORT_DISABLE_ALL.",
    (27845, 28491),
)
GEMM = ReleaseFault(
    "gemm",
    "Gemm with alpha between Q and DQ",
    """<ir_version: 8, opset_import: ["": 19]>
    gemm (uint8[1, 1] a) => (uint8[1, 1] y)
    <float one = {1}, uint8 zero = {0}, int8 b_zero = {0}, int32 c_zero = {0}, int8[1, 1] b = {1}, int32[1] c = {4}> {
        ar = DequantizeLinear(a, one, zero)
        br = DequantizeLinear(b, one, b_zero)
        cr = DequantizeLinear(c, one, c_zero)
        r = Gemm <alpha: float = 2.0> (ar, br, cr)
        y = QuantizeLinear(r, one, zero)
    }""",
    lambda: {"a": np.full((1, 1), 3, np.uint8)},
    lambda: np.full((1, 1), 10, np.uint8),
    "2 · 3 · 1 + 4 = 10",
    DEFAULT,
    "Take a newer release, multiply alpha into the weights' scale, or set ORT_DISABLE_ALL.",
    (28130,),
)
BIAS = ReleaseFault(
    "bias",
    "a convolution's bias with a scale of its own",
    """<ir_version: 8, opset_import: ["": 19]>
    bias (uint8[1, 1, 1, 1] x) => (uint8[1, 1, 1, 1] y)
    <float one = {1}, float half = {0.5}, uint8 zero = {0}, int8 w_zero = {0}, int32 b_zero = {0},
     int8[1, 1, 1, 1] w = {1}, int32[1] b = {8}> {
        xr = DequantizeLinear(x, one, zero)
        wr = DequantizeLinear(w, one, w_zero)
        br = DequantizeLinear(b, half, b_zero)
        r = Conv(xr, wr, br)
        y = QuantizeLinear(r, one, zero)
    }""",
    lambda: {"x": np.full((1, 1, 1, 1), 3, np.uint8)},
    lambda: np.full((1, 1, 1, 1), 7, np.uint8),
    "3 · 1 + 8 · 0.5 = 7",
    DEFAULT,
    "Take a newer release, store the bias with the scale x_scale · w_scale, or set ORT_DISABLE_ALL.",
    (24711, 11532),
)
RESIZE = ReleaseFault(
    "resize",
    "linear Resize between Q and DQ",
    """<ir_version: 8, opset_import: ["": 19]>
    resize (int8[1, 1, 1, 2] x) => (int8[1, 1, 1, 4] y)
    <float one = {1}, int8 zero = {0}, int64[4] sizes = {1, 1, 1, 4}> {
        real = DequantizeLinear(x, one, zero)
        wide = Resize <mode = "linear"> (real, , , sizes)
        y = QuantizeLinear(wide, one, zero)
    }""",
    lambda: {"x": np.array([0, 3], np.int8).reshape(1, 1, 1, 2)},
    lambda: np.array([0, 1, 2, 3], np.int8).reshape(1, 1, 1, 4),
    "a quarter and three quarters of the way from 0 to 3 are 0.75 and 2.25, rounded 1 and 2",
    DEFAULT,
    "Take a newer release, resize by nearest, or set ORT_DISABLE_ALL.",
    (21319, 28448),
)

FAULTS = (AMX, SOFTMAX, CHANNELS, RESHAPE, GEMM, BIAS, RESIZE)
"""In the order of the record's columns."""
