"""QLinearLeakyRelu: codes below 0 are shrunk; ONNX Runtime's own."""

from typing import Any

import numpy as np
import numpy.typing as npt

from ..arithmetic import ONNXRUNTIME_X86, Number, Runtime
from ..trace import Trace
from ._leaky_relu import leaky_relu
from ._look_up import PARTS, look_up, look_up_element
from ._operator import MICROSOFT, Codes, Operator

Array = npt.NDArray[Any]


def qlinear_leaky_relu(
    X: Array,
    X_scale: Number,
    X_zero_point: Number | None,
    Y_scale: Number,
    Y_zero_point: Number | None = None,
    *,
    alpha: float = 0.01,
    runtime: Runtime = ONNXRUNTIME_X86,
) -> Array:
    r"""Shrink what is below 0.

    .. math:: y = \mathrm{saturate}\left(\mathrm{round}\left(\frac{f((x - z_x) s_x)}{s_y}\right) + z_y\right), \qquad
       f(v) = \max(v, 0) + \alpha \min(v, 0)

    every step rounded to float32, ties to even. The runtime computes it once for each of the 256 codes and looks it up.

    Parameters
    ----------
    X
        int8 or uint8, any shape.
    X_scale, Y_scale
        float32 scalars.
    X_zero_point, Y_zero_point
        Scalars of ``X``'s type, or None for 0.
    alpha
        The factor below 0, a float32 number.
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
    >>> qlinear_leaky_relu(X, one, zero, one, zero, alpha=0.5)
    array([-50,   0,   2], dtype=int8)
    """
    runtime.refuse_others("QLinearLeakyRelu", PARTS)
    functions = runtime.own("QLinearLeakyRelu")
    if functions is not None:
        given = (X, X_scale, X_zero_point, Y_scale, Y_zero_point)
        return np.asarray(functions.function(*given, alpha=alpha, runtime=runtime))
    return look_up(X, X_scale, X_zero_point, Y_scale, Y_zero_point, lambda real: leaky_relu(real, alpha=alpha), runtime)


def qlinear_leaky_relu_element(
    index: tuple[int, ...],
    X: Array,
    X_scale: Number,
    X_zero_point: Number | None,
    Y_scale: Number,
    Y_zero_point: Number | None = None,
    *,
    alpha: float = 0.01,
    runtime: Runtime = ONNXRUNTIME_X86,
) -> Trace:
    """Write down how ``qlinear_leaky_relu(...)[index]`` comes about.

    Examples
    --------
    >>> X, one, zero = np.array([-100, 0, 2], np.int8), np.float32(1), np.int8(0)
    >>> qlinear_leaky_relu_element((0,), X, one, zero, one, zero, alpha=0.5).output
    -50
    """
    runtime.refuse_others("QLinearLeakyRelu", PARTS)
    given = (X, X_scale, X_zero_point, Y_scale, Y_zero_point)
    functions = runtime.own("QLinearLeakyRelu")
    if functions is not None:
        return functions.element(index, *given, alpha=alpha, runtime=runtime)
    return look_up_element(
        "QLinearLeakyRelu",
        index,
        *given,
        lambda real: leaky_relu(real, alpha=alpha),
        f"leaky, alpha {alpha}, ",
        runtime,
    )


def qlinear_leaky_relu_loops(*inputs: Any, runtime: Runtime = ONNXRUNTIME_X86, **attributes: Any) -> Array:
    """Compute what :func:`qlinear_leaky_relu` does, one output after another (the slow twin).

    Examples
    --------
    >>> X, one, zero = np.array([-100, 0, 2], np.int8), np.float32(1), np.int8(0)
    >>> qlinear_leaky_relu_loops(X, one, zero, one, zero, alpha=0.5)
    array([-50,   0,   2], dtype=int8)
    """
    y: Array = np.empty_like(inputs[0])
    for index in np.ndindex(y.shape):
        y[index] = qlinear_leaky_relu_element(index, *inputs, runtime=runtime, **attributes).output
    return y


OPERATOR = Operator(
    "QLinearLeakyRelu", MICROSOFT, qlinear_leaky_relu, ("Y",), (1,), "codes", loops=qlinear_leaky_relu_loops,
    element=qlinear_leaky_relu_element, parts=PARTS,
    codes={"X": Codes("X_scale", "X_zero_point"), "Y": Codes("Y_scale", "Y_zero_point")},
    optional=frozenset({"X_zero_point"}),
)  # fmt: skip
