"""Tan, Asin, Acos, Atan, Sinh, Cosh, Asinh, Acosh, Atanh: the nearest float32 of each."""

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from ._checks import float32
from ._operator import Operator
from ._sin_cos import LIBRARY

Array = npt.NDArray[Any]


def _nearest(function: Callable[..., Any], name: str) -> Callable[[Array], Array]:
    def nearest(input: Array) -> Array:
        with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
            return np.asarray(function(float32(input, "input"), dtype=np.float64).astype(np.float32))

    nearest.__doc__ = f"""Return the nearest float32 (ONNX, `{name} <https://onnx.ai/onnx/operators/onnx__{name}.html>`__).

    Raises
    ------
    UserError
        If the type is not float32.
    """
    nearest.__module__, nearest.__name__ = __name__, name.lower()
    return nearest


TAN, ASIN, ACOS, ATAN, SINH, COSH, ASINH, ACOSH, ATANH = (
    Operator(name, "", _nearest(function, name), ("output",), (first, 22), "real", exact=LIBRARY)
    for name, function, first in (
        ("Tan", np.tan, 7), ("Asin", np.arcsin, 7), ("Acos", np.arccos, 7), ("Atan", np.arctan, 7),
        ("Sinh", np.sinh, 9), ("Cosh", np.cosh, 9), ("Asinh", np.arcsinh, 9), ("Acosh", np.arccosh, 9),
        ("Atanh", np.arctanh, 9),
    )
)  # fmt: skip
