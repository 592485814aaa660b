r"""TensorFlow Lite Micro: the reference kernels, but for fully connected layers, which requantize as convolutions do,
and for LOGISTIC and TANH.

**QLinearSigmoid** (LOGISTIC) is not a table but gemmlowp's fixed-point logistic: the input times
:math:`2^{27} s_x` in Q4.27, rounded twice, the result in 8 bits, halves away from zero. Where the input would leave
:math:`\pm 15` the output is the smallest or the largest code. TANH likewise.
RELU6 between two scales holds the input's codes and leaves them at the input's scale.
The border of SPACE_TO_BATCH_ND is not set, and refused.

Of uint8 codes it has only DEQUANTIZE, QUANTIZE to and from int8, RESHAPE, SQUEEZE, REVERSE_V2 and BROADCAST_TO; every
other operator of them is refused.

CMSIS-NN's portable C computes the same, byte for byte; built with ``CMSIS_NN_USE_SINGLE_ROUNDING`` it rounds once,
halves up. ``python -m resnet8doc.proof.cmsis`` compares both.

Source: TensorFlow Lite Micro, ``micro/kernels/{conv,fully_connected,add,pooling,softmax,quantize,logistic}_common.cc``;
TensorFlow Lite, ``kernels/internal/reference/integer_ops/logistic.h``.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..arithmetic import Array, Functions, Runtime
from ..errors import UserError
from ..trace import Trace
from . import blocks, int16, lookups, means, quotients
from ._gemmlowp import logistic, logistic_step
from ._requantized import RELU6_OF_MICRO, unary
from .curves import FIXED_TANH, q4_factor
from .fixed_point import away, scaled, scaled_step
from .tflite_reference import ARITHMETIC, CONVOLUTIONS, REFERENCE_FUNCTIONS

MOVES = frozenset({
    "ArgMax", "ArgMin", "Clip", "Concat", "DepthToSpace", "GatherND", "Max", "MaxPool", "Min", "Pad", "ReduceMax",
    "ReduceMin", "Resize", "Slice", "SpaceToDepth", "SPACE_TO_BATCH_ND", "Tile", "Where",
})  # fmt: skip
"""What TensorFlow Lite's operators that only move codes, or choose among them, are translated to."""


def _turned(functions: Functions) -> Functions:
    """Return QUANTIZE of codes, but for uint8 to uint8."""

    def refuse(inputs: Sequence[Any]) -> None:
        if np.asarray(inputs[0]).dtype == np.asarray(inputs[4]).dtype == np.uint8:
            raise UserError(
                "TensorFlow Lite Micro has no QUANTIZE from uint8 to uint8", "int8 on one side",
                "Run it as tflite_reference, tflite_builtin or xnnpack, or convert the model to int8.",
            )  # fmt: skip

    def function(*inputs: Any, runtime: Runtime) -> Array:
        refuse(inputs)
        return np.asarray(functions.function(*inputs, runtime=runtime))

    def element(index: tuple[int, ...], *inputs: Any, runtime: Runtime) -> Trace:
        refuse(inputs)
        return functions.element(index, *inputs, runtime=runtime)

    return Functions(function, element, functions.parts)


def _logistic(x: Array, x_scale: Any, y_scale: Any, alpha: float) -> Array:
    m, e, radius = q4_factor("LOGISTIC", x_scale)
    inner = np.where(np.abs(x) < radius, x, 0)  # what lies outside is never shifted
    share = away(logistic(scaled(inner, m, e, "twice_away")), 23)
    return np.where(x <= -radius, 0, np.where(x >= radius, 255, share))


def _logistic_step(trace: Trace, x: int, x_scale: Any, y_scale: Any, alpha: float) -> int:
    m, e, radius = q4_factor("LOGISTIC", x_scale)
    if abs(x) >= radius:
        held = 0 if x <= -radius else 255
        return int(trace.step("held", f"|{x}| is {radius} or more", held, "int32"))
    trace.step("multiplier as an integer", f"2**27 * {x_scale} is {m} * 2**({e} - 31)", m, "int32")
    real = scaled_step(trace, "in Q4.27", x, m, e, "twice_away")
    share = int(trace.step("probability in Q0.31", f"1 / (1 + exp(-{real} / 2**27))", logistic_step(real), "int32"))
    return int(trace.step("times 256", f"({share} + 2**22) >> 23", (share + (1 << 22)) >> 23, "int32"))


TFLITE_MICRO = Runtime(
    "tflite_micro",
    "TensorFlow Lite Micro",
    second_stage=CONVOLUTIONS,
    functions={
        **{name: own for name, own in REFERENCE_FUNCTIONS.items() if name not in ("QGemm", *lookups.OF_LITE)},
        **quotients.OF_MICRO,
        **lookups.OF_MICRO,
        **int16.OF_MICRO,
        "SUM": means.SUM_OF_MICRO,
        "QLinearSigmoid": unary("QLinearSigmoid", _logistic, _logistic_step),
        "RELU6": RELU6_OF_MICRO,
        "QUANTIZE": _turned(REFERENCE_FUNCTIONS["QUANTIZE"]),
        "TANH": FIXED_TANH,
        "SPACE_TO_BATCH_ND": blocks.NOT_SET,
    },
    int8_only=MOVES | ARITHMETIC | lookups.OF_INT8,
)
"""TensorFlow Lite for microcontrollers."""
