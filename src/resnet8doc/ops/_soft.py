"""Softplus, Softsign, Selu, Mish: activations that bend softly."""

from typing import Any

import numpy as np
import numpy.typing as npt

from ._checks import float32
from ._operator import Operator

Array = npt.NDArray[Any]


def softplus(X: Array) -> Array:
    r"""Return :math:`\ln(1 + e^x)` (ONNX, `Softplus <https://onnx.ai/onnx/operators/onnx__Softplus.html>`__).

    Raises
    ------
    UserError
        If the type is not float32.

    Examples
    --------
    >>> softplus(np.array([0, 50], np.float32))
    array([ 0.6931472, 50.       ], dtype=float32)
    """
    return np.logaddexp(float32(X, "X").astype(np.float64), 0).astype(np.float32)


def softsign(input: Array) -> Array:
    r"""Return :math:`x \cdot \frac{1}{1 + |x|}`: the fraction is rounded to float32, then the product.

    Source: ONNX, `Softsign <https://onnx.ai/onnx/operators/onnx__Softsign.html>`__; ONNX Runtime,
    ``core/providers/cpu/activation/activations.h``.

    Raises
    ------
    UserError
        If the type is not float32.

    Examples
    --------
    >>> softsign(np.array([-1, 3], np.float32))
    array([-0.5 ,  0.75], dtype=float32)
    """
    x = float32(input, "input")
    return np.asarray(x * (np.float32(1) / (np.float32(1) + np.abs(x))))


def selu(X: Array, *, alpha: float = 1.67326319217681884765625, gamma: float = 1.05070102214813232421875) -> Array:
    r"""Return :math:`\gamma x` above 0, else :math:`\gamma \alpha (e^x - 1)`.

    Source: ONNX, `Selu <https://onnx.ai/onnx/operators/onnx__Selu.html>`__.

    Raises
    ------
    UserError
        If the type is not float32.

    Examples
    --------
    >>> selu(np.array([1, -100], np.float32), alpha=2.0, gamma=1.5)
    array([ 1.5, -3. ], dtype=float32)
    """
    x = float32(X, "X").astype(np.float64)
    return (gamma * np.where(x > 0, x, alpha * np.expm1(np.minimum(x, 0)))).astype(np.float32)


def mish(X: Array) -> Array:
    r"""Return :math:`x \tanh(\ln(1 + e^x))` (ONNX, `Mish <https://onnx.ai/onnx/operators/onnx__Mish.html>`__).

    Raises
    ------
    UserError
        If the type is not float32.

    Examples
    --------
    >>> mish(np.array([0, 50], np.float32))
    array([ 0., 50.], dtype=float32)
    """
    x = float32(X, "X").astype(np.float64)
    return (x * np.tanh(np.logaddexp(x, 0))).astype(np.float32)


ROUNDED_BETWEEN = (
    "the runtime rounds to float32 between its steps, by its own exponential; here the result is rounded once"
)
SOFTPLUS = Operator("Softplus", "", softplus, ("Y",), (1, 22), "real", exact=ROUNDED_BETWEEN)
SOFTSIGN = Operator("Softsign", "", softsign, ("output",), (1, 22), "real")
SELU = Operator("Selu", "", selu, ("Y",), (6, 22), "real", exact=ROUNDED_BETWEEN)
MISH = Operator("Mish", "", mish, ("Y",), (18, 22), "real", exact=ROUNDED_BETWEEN)
