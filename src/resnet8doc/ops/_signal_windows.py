"""HannWindow, HammingWindow, BlackmanWindow: sums of cosines that pieces of a signal are multiplied by."""

from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import UserError
from ._cast import cast
from ._checks import made_size
from ._operator import Operator

Array = npt.NDArray[Any]

PI = 3.14159265
"""As the runtime writes it."""


def hann_window(size: Array, *, output_datatype: int = 1, periodic: int = 1) -> Array:
    r"""Return :math:`\frac12 - \frac12 \cos(2 \pi n / N)`.

    Source: ONNX, `HannWindow <https://onnx.ai/onnx/operators/onnx__HannWindow.html>`__; ONNX Runtime,
    ``core/providers/cpu/signal/window_functions.cc``.

    Parameters
    ----------
    size
        int32 or int64, one number: how many n there are.
    output_datatype
        ONNX's number of the result's type; whole numbers lose their fraction.
    periodic
        Whether N is the size; else the size less one.

    Raises
    ------
    UserError
        If the size is below 1, or N 0.

    Examples
    --------
    >>> hann_window(np.array(4)).round(4)
    array([0. , 0.5, 1. , 0.5], dtype=float32)
    """
    return _cosines(size, output_datatype, periodic, 0.5, 0.5, 0.0)


def hamming_window(size: Array, *, output_datatype: int = 1, periodic: int = 1) -> Array:
    r"""Return :math:`\frac{25}{46} - \frac{21}{46} \cos(2 \pi n / N)`.

    Source: ONNX, `HammingWindow <https://onnx.ai/onnx/operators/onnx__HammingWindow.html>`__.

    Parameters
    ----------
    size, output_datatype, periodic
        As for HannWindow.

    Examples
    --------
    >>> hamming_window(np.array(4)).round(4)
    array([0.087 , 0.5435, 1.    , 0.5435], dtype=float32)
    """
    first = np.float32(25) / np.float32(46)
    return _cosines(size, output_datatype, periodic, float(first), float(np.float32(1) - first), 0.0)


def blackman_window(size: Array, *, output_datatype: int = 1, periodic: int = 1) -> Array:
    r"""Return :math:`0.42 - 0.5 \cos(2 \pi n / N) + 0.08 \cos(4 \pi n / N)`.

    Source: ONNX, `BlackmanWindow <https://onnx.ai/onnx/operators/onnx__BlackmanWindow.html>`__.

    Parameters
    ----------
    size, output_datatype, periodic
        As for HannWindow.

    Examples
    --------
    >>> blackman_window(np.array(4)).round(4)
    array([0.  , 0.34, 1.  , 0.34], dtype=float32)
    """
    last = np.float32(0.16) / np.float32(2)
    return _cosines(size, output_datatype, periodic, float(np.float32(0.5) - last), 0.5, float(last))


def _cosines(size: Array, kind: int, periodic: int, first: float, second: float, third: float) -> Array:
    (count,) = made_size(np.asarray(size).reshape(-1), "size")
    whole = count if periodic else count - 1
    if whole < 1:
        raise UserError(f"size is {count} and periodic {periodic}", "a larger size", "Correct size.")
    step, place = 2 * PI / whole, np.arange(count, dtype=np.float64)
    value = first - second * np.cos(step * place)
    value = value + third * np.cos(2 * step * place) if third else value
    return cast(value, to=kind)


COSINES = "the cosine is left to each implementation"
HANN = Operator("HannWindow", "", hann_window, ("output",), (17,), "real", exact=COSINES)
HAMMING = Operator("HammingWindow", "", hamming_window, ("output",), (17,), "real", exact=COSINES)
BLACKMAN = Operator("BlackmanWindow", "", blackman_window, ("output",), (17,), "real", exact=COSINES)
