"""Gelu, and ONNX Runtime's own Gelu, BiasGelu, FastGelu and QuickGelu: what is below zero fades out."""

from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import UserError
from . import _mlas
from ._checks import float32
from ._operator import MICROSOFT, Operator

Array = npt.NDArray[Any]

HALF, ONE = np.float32(0.5), np.float32(1)


def gelu(X: Array, *, approximate: str = "none") -> Array:
    r"""Return :math:`x` times the share of a normal distribution below it.

    .. math:: \frac{x}{2} \left(1 + \mathrm{erf} \frac{x}{\sqrt 2}\right), \qquad
       \frac{x}{2} \left(1 + \tanh\bigl(x \, (0.0356774\ldots x^2 + \sqrt{2 / \pi})\bigr)\right) \;(\text{tanh})

    with the runtime's error function and hyperbolic tangent; the cubic as :math:`x ((c x) x + d)`, each step rounded to
    float32.

    Parameters
    ----------
    X
        float32, any shape.
    approximate
        ``none`` or ``tanh``.

    Raises
    ------
    UserError
        If the type or ``approximate`` is another.

    References
    ----------
    ONNX, `Gelu <https://onnx.ai/onnx/operators/onnx__Gelu.html>`__; ONNX Runtime,
    ``core/providers/cpu/tensor/gelu.cc``.

    Examples
    --------
    >>> gelu(np.array([-1, 0, 2], np.float32))
    array([-0.15865526,  0.        ,  1.9544997 ], dtype=float32)
    >>> gelu(np.array([-1, 0, 2], np.float32), approximate="tanh")
    array([-0.15880796,  0.        ,  1.9545977 ], dtype=float32)
    """
    if approximate not in ("none", "tanh"):
        raise UserError(f"approximate is {approximate!r}", "none or tanh", "Export the model with one of these.")
    x = float32(X, "X")
    if approximate == "tanh":
        cubic = x * (np.float32(0.035677408136300125) * x * x + np.float32(0.7978845608028654))
        return np.asarray(HALF * x * (_mlas.tanh(cubic) + ONE))
    return np.asarray(HALF * x * (_mlas.erf(x * np.float32(np.sqrt(0.5))) + ONE))


def gelu_of_onnxruntime(X: Array) -> Array:
    """Return ``gelu(X)``: ONNX Runtime's own, from before the standard had one.

    Source: ONNX Runtime, ``contrib_ops/cpu/activations.h``.

    Examples
    --------
    >>> gelu_of_onnxruntime(np.array([-1, 2], np.float32))
    array([-0.15865526,  1.9544997 ], dtype=float32)
    """
    return gelu(X)


def fast_gelu(X: Array, bias: Array | None = None) -> Array:
    """Return ``gelu(X + bias, approximate="tanh")``; ``bias`` float32, one number for each of the last axis.

    Source: ONNX Runtime, ``contrib_ops/cpu/bert/bias_gelu.cc``.

    Raises
    ------
    UserError
        If the type is another, or ``bias`` does not fit.

    Examples
    --------
    >>> fast_gelu(np.array([[-2, 1]], np.float32), np.array([1, 1], np.float32))
    array([[-0.15880796,  1.9545977 ]], dtype=float32)
    """
    x = float32(X, "X")
    return gelu(x if bias is None else _biased(x, bias), approximate="tanh")


def _biased(x: Array, bias: Array) -> Array:
    if x.ndim == 0 or bias.shape != x.shape[-1:]:
        raise UserError(
            f"bias has shape {list(bias.shape)} and X {list(x.shape)}", "one number for each of X's last axis",
            "Reshape bias.",
        )  # fmt: skip
    return np.asarray(x + float32(bias, "bias"))


def bias_gelu(A: Array, B: Array) -> Array:
    """Return ``gelu(A + B)``; ``B`` float32, one number for each of the last axis.

    Source: ONNX Runtime, ``contrib_ops/cpu/bert/bias_gelu.cc``.

    Raises
    ------
    UserError
        If the type is another, or ``B`` does not fit.

    Examples
    --------
    >>> bias_gelu(np.array([[-2, 1]], np.float32), np.array([1, 1], np.float32))
    array([[-0.15865526,  1.9544997 ]], dtype=float32)
    """
    return gelu(_biased(float32(A, "A"), B))


def quick_gelu(X: Array, *, alpha: float = 1.702) -> Array:
    r"""Return :math:`x \, \sigma(\alpha x)`, with the runtime's logistic function.

    Source: ONNX Runtime, ``contrib_ops/cpu/activations.h``.

    Examples
    --------
    >>> quick_gelu(np.array([-1, 0, 2], np.float32))
    array([-0.15420422,  0.        ,  1.9356587 ], dtype=float32)
    """
    x = float32(X, "X")
    return np.asarray(x * _mlas.logistic(x * np.float32(alpha)))


GELU = Operator("Gelu", "", gelu, ("Y",), (20,), "real")
OWN = Operator("Gelu", MICROSOFT, gelu_of_onnxruntime, ("Y",), (1,), "real")
BIAS = Operator("BiasGelu", MICROSOFT, bias_gelu, ("C",), (1,), "real")
FAST = Operator("FastGelu", MICROSOFT, fast_gelu, ("Y",), (1,), "real")
QUICK = Operator("QuickGelu", MICROSOFT, quick_gelu, ("Y",), (1,), "real")
