"""Whose arithmetic a program has: the files of its second stage, and the parameters that these need."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from ...arithmetic import ONNXRUNTIME_X86, Runtime
from ...errors import UserError
from ...runtimes import TFLITE_MICRO, TFLITE_REFERENCE
from ._parameters import Parameters
from ._parameters_float import FloatParameters
from ._parameters_integer import IntegerParameters
from ._parameters_tflite import TfliteParameters

Variant = Literal["float", "integer"]


@dataclass(frozen=True)
class Arithmetic:
    """The files in which one arithmetic differs from the others.

    Attributes
    ----------
    second_stage
        Its structures; every program has it as ``second_stage.h``.
    sources
        What every program of it needs, besides ``operators.c``: these work on codes of one type.
    helpers
        Likewise, of any type: a ``.c`` and a ``.h`` each.
    more
        What only some networks need: the function that needs it by the file's name, without its suffix.
    shared
        Of these, the helpers that only they need.
    headers
        Of these, the headers that declare them where they are not ``operators.h``.
    parameters
        Writes its parameters.
    integer
        Whether it goes without real numbers.
    """

    second_stage: str
    sources: tuple[str, ...]
    helpers: tuple[str, ...]
    more: Mapping[str, str]
    shared: Mapping[str, str]
    headers: Mapping[str, str]
    parameters: type[Parameters]
    integer: bool


SPREAD = {
    "matmul_codes": "qlinear_matmul_codes", "add_spread": "qlinear_add_spread", "max_pool": "max_pool",
    "keep_extreme": "keep_extreme", "reduce_extreme": "reduce_extreme", "choose": "choose_codes",
}  # fmt: skip
"""What only some networks need, in any arithmetic."""

OWN = {
    "subtract": "subtract", "prelu": "prelu", "squared_difference": "squared_difference", "quotient": "quotient",
    "transposed_convolution": "transposed_convolution", "sum_of_bytes": "sum_of_bytes", "log_softmax": "log_softmax",
    "l2_normalization": "l2_normalization",
    "resize_bilinear": "resize_bilinear", "fully_connected": "fully_connected",
    "compare": "compare",
}  # fmt: skip
"""What only some networks need, in TensorFlow Lite's arithmetic."""

FLOAT = Arithmetic(
    "second_stage_float.h", ("requantize.c",), (),
    {**SPREAD, "average_pool": "qlinear_average_pool", "mul": "qlinear_mul", "quantize_real": "quantize_real"}, {},
    {name: f"{name}.h" for name in (*SPREAD, "average_pool", "mul", "quantize_real")}, FloatParameters, integer=False,
)  # fmt: skip
INTEGER = Arithmetic(
    "second_stage_integer.h", ("requantize_integer.c",), (), {**SPREAD, "mul_integer": "qlinear_mul"}, {},
    {**{name: f"{name}.h" for name in SPREAD}, "mul_integer": "mul.h"}, IntegerParameters, integer=True,
)  # fmt: skip
TFLITE = Arithmetic(
    "second_stage_tflite.h", ("requantize_tflite.c",), ("fixed_point",),
    {**SPREAD, **OWN, "average_pool_tflite": "qlinear_average_pool", "mul_tflite": "qlinear_mul",
     "softmax_tflite": "qlinear_softmax"},
    dict.fromkeys(("softmax_tflite", "log_softmax", "l2_normalization", "quotient"), "gemmlowp"),
    {**{name: f"{name}.h" for name in (*SPREAD, *OWN)}, "average_pool_tflite": "average_pool.h", "mul_tflite": "mul.h"},
    TfliteParameters, integer=True,
)  # fmt: skip

VARIANTS: Mapping[Variant, Arithmetic] = {"float": FLOAT, "integer": INTEGER}
"""The two programs in ONNX Runtime's arithmetic on x86-64."""

OF_TFLITE = (TFLITE_MICRO, TFLITE_REFERENCE)
"""Runtimes that the program in TensorFlow Lite's arithmetic computes as."""


def arithmetic_of(runtime: Runtime, variant: Variant | None) -> Arithmetic:
    """Return the arithmetic of a program that computes as a runtime does.

    Parameters
    ----------
    runtime
        Whose bytes are wanted.
    variant
        ``float`` or ``integer`` of ONNX Runtime's, None for the usual one: ``float`` there, and integers in TensorFlow
        Lite's, which knows nothing else.

    Raises
    ------
    UserError
        If no program computes so.

    Examples
    --------
    >>> arithmetic_of(TFLITE_MICRO, None).sources
    ('requantize_tflite.c',)
    """
    if variant is not None and variant not in VARIANTS:
        raise UserError(f"variant is {variant!r}", "float or integer", "Choose one of these.")
    if runtime in OF_TFLITE:
        if variant == "float":
            raise UserError(
                f"the variant is float, in the arithmetic of {runtime.title}", "integer: it has no real numbers",
                "Leave the variant out, or choose the runtime onnxruntime_x86.",
            )  # fmt: skip
        return TFLITE
    if runtime == ONNXRUNTIME_X86:
        return VARIANTS[variant or "float"]
    known = (ONNXRUNTIME_X86, *OF_TFLITE)
    raise UserError(
        f"no C computes as {runtime.describe()}", ", ".join(one.name for one in known),
        "Choose one of these runtimes; vectors and check know them all.",
    )  # fmt: skip
