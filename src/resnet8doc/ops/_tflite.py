"""TensorFlow Lite's operators without counterpart in ONNX's domains: SUB; RELU and QUANTIZE between two scales.

Each is defined by the runtimes that have it; any other refuses it by name.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from ..arithmetic import ONNXRUNTIME_X86, Functions, Number, Runtime
from ..errors import UserError
from ..trace import Trace
from ._operator import Codes, Operator

Array = npt.NDArray[Any]

TFLITE = "tflite"
"""The domain of TensorFlow Lite's own operators."""

PARTS = frozenset({"overflow", "relu"})
"""Where a fault can be made."""


def subtract(
    A: Array, A_scale: Number, A_zero_point: Number | None, B: Array, B_scale: Number, B_zero_point: Number | None,
    C_scale: Number, C_zero_point: Number | None = None, *, runtime: Runtime = ONNXRUNTIME_X86,
) -> Array:  # fmt: skip
    r"""Subtract codes: :math:`C = ((A - z_A) s_A - (B - z_B) s_B) / s_C + z_C`, as a runtime rounds it.

    Raises
    ------
    UserError
        If the runtime has no such operator.

    Examples
    --------
    >>> from resnet8doc.runtimes import TFLITE_REFERENCE
    >>> A, B, zero = np.array([10, 1], np.int8), np.array([4, 0], np.int8), np.int8(0)
    >>> half, quarter, one = np.float32(0.5), np.float32(0.25), np.float32(1)
    >>> subtract(A, half, zero, B, quarter, zero, one, zero, runtime=TFLITE_REFERENCE)
    array([4, 1], dtype=int8)
    """
    inputs = (A, A_scale, A_zero_point, B, B_scale, B_zero_point, C_scale, C_zero_point)
    return np.asarray(_own("SUB", runtime).function(*inputs, runtime=runtime))


def subtract_element(index: tuple[int, ...], *inputs: Any, runtime: Runtime = ONNXRUNTIME_X86, **named: Any) -> Trace:
    """Write down how ``subtract(...)[index]`` comes about."""
    return _own("SUB", runtime).element(index, *inputs, **named, runtime=runtime)


def requantize(
    x: Array, x_scale: Number, x_zero_point: Number | None, y_scale: Number, y_zero_point: Number | None = None, *,
    runtime: Runtime = ONNXRUNTIME_X86,
) -> Array:  # fmt: skip
    r"""Bring codes to another scale: :math:`y = (x - z_x) s_x / s_y + z_y`, as a runtime rounds it.

    Raises
    ------
    UserError
        If the runtime has no such operator.

    Examples
    --------
    >>> from resnet8doc.runtimes import TFLITE_REFERENCE
    >>> x, one, two, zero = np.array([-3, 3, 5], np.int8), np.float32(1), np.float32(2), np.int8(0)
    >>> requantize(x, one, zero, two, zero, runtime=TFLITE_REFERENCE)
    array([-1,  2,  3], dtype=int8)
    """
    inputs = (x, x_scale, x_zero_point, y_scale, y_zero_point)
    return np.asarray(_own("QUANTIZE", runtime).function(*inputs, runtime=runtime))


def requantize_element(index: tuple[int, ...], *inputs: Any, runtime: Runtime = ONNXRUNTIME_X86, **named: Any) -> Trace:
    """Write down how ``requantize(...)[index]`` comes about."""
    return _own("QUANTIZE", runtime).element(index, *_in_order(inputs, named), runtime=runtime)


def relu_requantize(
    x: Array, x_scale: Number, x_zero_point: Number | None, y_scale: Number, y_zero_point: Number | None = None, *,
    runtime: Runtime = ONNXRUNTIME_X86,
) -> Array:  # fmt: skip
    r"""Bring codes to another scale, real numbers below 0 to 0: :math:`y = \max(x - z_x, 0) s_x / s_y + z_y`.

    Raises
    ------
    UserError
        If the runtime has no such operator.

    Examples
    --------
    >>> from resnet8doc.runtimes import TFLITE_REFERENCE
    >>> x, one, two, zero = np.array([-3, 3, 5], np.int8), np.float32(1), np.float32(2), np.int8(0)
    >>> relu_requantize(x, one, zero, two, np.int8(4), runtime=TFLITE_REFERENCE)
    array([4, 6, 7], dtype=int8)
    """
    inputs = (x, x_scale, x_zero_point, y_scale, y_zero_point)
    return np.asarray(_own("RELU", runtime).function(*inputs, runtime=runtime))


def relu_requantize_element(
    index: tuple[int, ...], *inputs: Any, runtime: Runtime = ONNXRUNTIME_X86, **named: Any
) -> Trace:
    """Write down how ``relu_requantize(...)[index]`` comes about."""
    return _own("RELU", runtime).element(index, *_in_order(inputs, named), runtime=runtime)


def loops(element: Any) -> Any:
    """Return the slow twin: one element after another."""

    def one_by_one(*inputs: Any, runtime: Runtime = ONNXRUNTIME_X86) -> Array:
        codes = [np.asarray(value) for value in inputs if np.ndim(value)]
        y = np.empty(np.broadcast_shapes(*(array.shape for array in codes)), codes[0].dtype)
        for index in np.ndindex(y.shape):
            y[index] = element(index, *inputs, runtime=runtime).output
        return y

    return one_by_one


def _in_order(inputs: tuple[Any, ...], named: dict[str, Any]) -> tuple[Any, ...]:
    names = ("x", "x_scale", "x_zero_point", "y_scale", "y_zero_point")
    return inputs or tuple(named.get(name) for name in names)


def _own(op_type: str, runtime: Runtime) -> Functions:
    runtime.refuse_others(op_type, PARTS)
    functions = runtime.own(op_type)
    if functions is None:
        raise UserError(
            f"{runtime.title} has no {op_type} of TensorFlow Lite", "a runtime of TensorFlow Lite",
            "Run it as tflite_reference, tflite_micro, tflite_builtin or xnnpack.",
        )  # fmt: skip
    return functions


_UNARY = {"x": Codes("x_scale", "x_zero_point"), "y": Codes("y_scale", "y_zero_point")}

SUB = Operator(
    "SUB", TFLITE, subtract, ("C",), (1,), "codes", loops=loops(subtract_element), element=subtract_element,
    parts=PARTS,
    codes={"A": Codes("A_scale", "A_zero_point"), "B": Codes("B_scale", "B_zero_point"),
           "C": Codes("C_scale", "C_zero_point")},
    optional=frozenset({"A_zero_point", "B_zero_point"}),
)  # fmt: skip
QUANTIZE = Operator(
    "QUANTIZE", TFLITE, requantize, ("y",), (1,), "codes", loops=loops(requantize_element), element=requantize_element,
    parts=PARTS, codes=_UNARY, optional=frozenset({"x_zero_point"}),
)  # fmt: skip
RELU = Operator(
    "RELU", TFLITE, relu_requantize, ("y",), (1,), "codes", loops=loops(relu_requantize_element),
    element=relu_requantize_element, parts=PARTS, codes=_UNARY, optional=frozenset({"x_zero_point"}),
)  # fmt: skip
