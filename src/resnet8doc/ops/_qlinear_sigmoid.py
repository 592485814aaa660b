"""QLinearSigmoid: the logistic function of codes; ONNX Runtime's own."""

from typing import Any

import numpy as np
import numpy.typing as npt

from ..arithmetic import ONNXRUNTIME_X86, Number, Runtime
from ..trace import Trace
from ._look_up import PARTS, look_up, look_up_element
from ._mlas import logistic
from ._operator import MICROSOFT, Codes, Operator

Array = npt.NDArray[Any]


def qlinear_sigmoid(
    X: Array,
    X_scale: Number,
    X_zero_point: Number | None,
    Y_scale: Number,
    Y_zero_point: Number | None = None,
    *,
    runtime: Runtime = ONNXRUNTIME_X86,
) -> Array:
    r"""Return the logistic function of codes.

    .. math:: y = \mathrm{saturate}\left(\mathrm{round}\left(\frac{f((x - z_x) s_x)}{s_y}\right) + z_y\right), \qquad
       f(v) = \frac{1}{1 + e^{-v}}

    every step rounded to float32, ties to even. The runtime computes it once for each of the 256 codes and looks it up.

    Parameters
    ----------
    X
        int8 or uint8, any shape.
    X_scale, Y_scale
        float32 scalars.
    X_zero_point, Y_zero_point
        Scalars of ``X``'s type, or None for 0.
    runtime
        Whose arithmetic.

    Raises
    ------
    UserError
        If types or shapes do not fit, or a scale is not finite, or an output's is 0.

    References
    ----------
    ONNX Runtime, ``contrib_ops/cpu/quantization/qlinear_lookup_table.cc``.

    Examples
    --------
    >>> X, one, zero = np.array([-100, 0, 2], np.int8), np.float32(1), np.int8(0)
    >>> qlinear_sigmoid(X, one, zero, np.float32(1 / 128), zero)
    array([  0,  64, 113], dtype=int8)
    """
    runtime.refuse_others("QLinearSigmoid", PARTS)
    functions = runtime.own("QLinearSigmoid")
    if functions is not None:
        return np.asarray(functions.function(X, X_scale, X_zero_point, Y_scale, Y_zero_point, runtime=runtime))
    return look_up(X, X_scale, X_zero_point, Y_scale, Y_zero_point, logistic, runtime)


def qlinear_sigmoid_element(
    index: tuple[int, ...],
    X: Array,
    X_scale: Number,
    X_zero_point: Number | None,
    Y_scale: Number,
    Y_zero_point: Number | None = None,
    *,
    runtime: Runtime = ONNXRUNTIME_X86,
) -> Trace:
    """Write down how ``qlinear_sigmoid(...)[index]`` comes about.

    Examples
    --------
    >>> X, one, zero = np.array([-100, 0, 2], np.int8), np.float32(1), np.int8(0)
    >>> qlinear_sigmoid_element((0,), X, one, zero, np.float32(1 / 128), zero).output
    0
    """
    runtime.refuse_others("QLinearSigmoid", PARTS)
    given = (X, X_scale, X_zero_point, Y_scale, Y_zero_point)
    functions = runtime.own("QLinearSigmoid")
    if functions is not None:
        return functions.element(index, *given, runtime=runtime)
    return look_up_element("QLinearSigmoid", index, *given, logistic, "sigmoid", runtime)


def qlinear_sigmoid_loops(*inputs: Any, runtime: Runtime = ONNXRUNTIME_X86, **attributes: Any) -> Array:
    """Compute what :func:`qlinear_sigmoid` does, one output after another (the slow twin).

    Examples
    --------
    >>> X, one, zero = np.array([-100, 0, 2], np.int8), np.float32(1), np.int8(0)
    >>> qlinear_sigmoid_loops(X, one, zero, np.float32(1 / 128), zero)
    array([  0,  64, 113], dtype=int8)
    """
    y: Array = np.empty_like(inputs[0])
    for index in np.ndindex(y.shape):
        y[index] = qlinear_sigmoid_element(index, *inputs, runtime=runtime, **attributes).output
    return y


OPERATOR = Operator(
    "QLinearSigmoid", MICROSOFT, qlinear_sigmoid, ("Y",), (1,), "codes", loops=qlinear_sigmoid_loops,
    element=qlinear_sigmoid_element, parts=PARTS,
    codes={"X": Codes("X_scale", "X_zero_point"), "Y": Codes("Y_scale", "Y_zero_point")},
    optional=frozenset({"X_zero_point"}),
)  # fmt: skip
