"""TensorFlow Lite's operators without counterpart in ONNX's domains: SUB, HARD_SWISH, TANH; RELU, RELU6 and QUANTIZE
between two scales.

Each is defined by the runtimes that have it; any other refuses it by name.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from ..arithmetic import ONNXRUNTIME_X86, Functions, Number, Runtime
from ..trace import Trace
from ._operator import Codes, Operator
from .kernels import lacking

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
    return np.asarray(own("SUB", runtime).function(*inputs, runtime=runtime))


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
    return np.asarray(own("QUANTIZE", runtime).function(*inputs, runtime=runtime))


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
    return np.asarray(own("RELU", runtime).function(*inputs, runtime=runtime))


def relu6_requantize(
    x: Array, x_scale: Number, x_zero_point: Number | None, y_scale: Number, y_zero_point: Number | None = None, *,
    runtime: Runtime = ONNXRUNTIME_X86,
) -> Array:  # fmt: skip
    r"""Bring codes to another scale, held from 0 to 6: :math:`y = \min(\max(x - z_x, 0) s_x, 6) / s_y + z_y`.

    TensorFlow Lite Micro holds the codes, and leaves them at the input's scale.

    Raises
    ------
    UserError
        If the runtime has no such operator.

    Examples
    --------
    >>> from resnet8doc.runtimes import TFLITE_MICRO, TFLITE_REFERENCE
    >>> x, one, two, zero = np.array([-3, 3, 9], np.int8), np.float32(1), np.float32(2), np.int8(0)
    >>> relu6_requantize(x, one, zero, two, np.int8(4), runtime=TFLITE_REFERENCE)
    array([4, 6, 7], dtype=int8)
    >>> relu6_requantize(x, one, zero, two, np.int8(4), runtime=TFLITE_MICRO)
    array([0, 3, 6], dtype=int8)
    """
    inputs = (x, x_scale, x_zero_point, y_scale, y_zero_point)
    return np.asarray(own("RELU6", runtime).function(*inputs, runtime=runtime))


def hard_swish_codes(
    x: Array, x_scale: Number, x_zero_point: Number | None, y_scale: Number, y_zero_point: Number | None = None, *,
    runtime: Runtime = ONNXRUNTIME_X86,
) -> Array:  # fmt: skip
    r"""Return :math:`x\,\min(\max(x + 3, 0), 6) / 6` of codes, as a runtime rounds it.

    Raises
    ------
    UserError
        If the runtime has no such operator, or its integers do not hold these scales.

    Examples
    --------
    >>> from resnet8doc.runtimes import TFLITE_REFERENCE
    >>> x, half, zero = np.array([-6, -2, 0, 2, 6], np.int8), np.float32(0.5), np.int8(0)
    >>> hard_swish_codes(x, half, zero, half, zero, runtime=TFLITE_REFERENCE)
    array([ 0, -1,  0,  1,  6], dtype=int8)
    """
    inputs = (x, x_scale, x_zero_point, y_scale, y_zero_point)
    return np.asarray(own("HARD_SWISH", runtime).function(*inputs, runtime=runtime))


def tanh_codes(
    x: Array, x_scale: Number, x_zero_point: Number | None, y_scale: Number, y_zero_point: Number | None = None, *,
    runtime: Runtime = ONNXRUNTIME_X86,
) -> Array:  # fmt: skip
    r"""Return :math:`\tanh` of codes, as a runtime rounds it; the output's scale is 1/128 and its zero point 0.

    Raises
    ------
    UserError
        If the runtime has no such operator, or the output has another scale.

    Examples
    --------
    >>> from resnet8doc.runtimes import TFLITE_REFERENCE
    >>> x, half, zero = np.array([-6, -1, 0, 1, 6], np.int8), np.float32(0.5), np.int8(0)
    >>> tanh_codes(x, half, zero, np.float32(1 / 128), zero, runtime=TFLITE_REFERENCE)
    array([-127,  -59,    0,   59,  127], dtype=int8)
    """
    inputs = (x, x_scale, x_zero_point, y_scale, y_zero_point)
    return np.asarray(own("TANH", runtime).function(*inputs, runtime=runtime))


def loops(element: Any) -> Any:
    """Return the slow twin: one element after another."""

    def one_by_one(*inputs: Any, runtime: Runtime = ONNXRUNTIME_X86, **attributes: Any) -> Array:
        codes = [np.asarray(value) for value in inputs if np.ndim(value)]
        y = np.empty(np.broadcast_shapes(*(array.shape for array in codes)), codes[0].dtype)
        for index in np.ndindex(y.shape):
            y[index] = element(index, *inputs, **attributes, runtime=runtime).output
        return y

    return one_by_one


def _in_order(inputs: tuple[Any, ...], named: dict[str, Any]) -> tuple[Any, ...]:
    names = ("x", "x_scale", "x_zero_point", "y_scale", "y_zero_point")
    return inputs or tuple(named.get(name) for name in names)


def own(op_type: str, runtime: Runtime, parts: frozenset[str] = PARTS) -> Functions:
    """Return a runtime's own function of an operator; refuse one that has none, and a fault in no part of it."""
    runtime.refuse_others(op_type, parts)
    functions = runtime.own(op_type)
    if functions is None:
        raise lacking(runtime.title, op_type)
    return functions


def of_one(op_type: str, function: Callable[..., Array], attributes: tuple[str, ...] = ()) -> Operator:
    """Return the record of an operator from codes of one scale to codes of another."""

    def element(index: tuple[int, ...], *inputs: Any, runtime: Runtime = ONNXRUNTIME_X86, **named: Any) -> Trace:
        chosen = {name: named.pop(name) for name in attributes if name in named}
        return own(op_type, runtime).element(index, *_in_order(inputs, named), **chosen, runtime=runtime)

    return Operator(
        op_type, TFLITE, function, ("y",), (1,), "codes", loops=loops(element), element=element, parts=PARTS,
        codes={"x": Codes("x_scale", "x_zero_point"), "y": Codes("y_scale", "y_zero_point")},
        optional=frozenset({"x_zero_point"}),
    )  # fmt: skip


def of_two(op_type: str, function: Callable[..., Array]) -> Operator:
    """Return the record of an operator that makes a code of two."""

    def element(index: tuple[int, ...], *inputs: Any, runtime: Runtime = ONNXRUNTIME_X86, **named: Any) -> Trace:
        return own(op_type, runtime).element(index, *inputs, **named, runtime=runtime)

    return Operator(
        op_type, TFLITE, function, ("C",), (1,), "codes", loops=loops(element), element=element, parts=PARTS,
        codes={"A": Codes("A_scale", "A_zero_point"), "B": Codes("B_scale", "B_zero_point"),
               "C": Codes("C_scale", "C_zero_point")},
        optional=frozenset({"A_zero_point", "B_zero_point"}),
    )  # fmt: skip


SUB = of_two("SUB", subtract)
QUANTIZE = of_one("QUANTIZE", requantize)
RELU = of_one("RELU", relu_requantize)
RELU6 = of_one("RELU6", relu6_requantize)
HARD_SWISH = of_one("HARD_SWISH", hard_swish_codes)
TANH = of_one("TANH", tanh_codes)
