"""Means of squares, as float32 holds them: what is too large for it is infinite, what is too small is 0."""

from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]


def mean_square(x: Array, axes: int | tuple[int, ...]) -> Array:
    """Return the means of squares over axes, which stay with length 1.

    The squares and their sum are rounded to float32; they are added up in float64.

    Parameters
    ----------
    x
        float32.
    axes
        Over which to take the mean.

    Examples
    --------
    >>> mean_square(np.array([1, 7], np.float32), 0)
    array([25.], dtype=float32)
    >>> mean_square(np.array([1e30, 1e-30], np.float32).reshape(2, 1), 1).ravel()
    array([inf,  0.], dtype=float32)
    """
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        squares = np.square(x)
        total = np.asarray(squares.sum(axis=axes, keepdims=True, dtype=np.float64)).astype(np.float32)
        return np.asarray(total / np.float32(squares.size / max(total.size, 1)))


def moments(x: Array, axes: int | tuple[int, ...], epsilon: float) -> tuple[Array, Array]:
    r"""Return the means over axes and :math:`1 / \sqrt{\sigma^2 + \epsilon}`, each float32 with lengths of 1.

    Examples
    --------
    >>> moments(np.array([1, 3], np.float32), 0, 0.0)
    (array([2.], dtype=float32), array([1.], dtype=float32))
    """
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        mean = x.mean(axis=axes, keepdims=True, dtype=np.float64).astype(np.float32)
        return mean, np.asarray(1 / np.sqrt(mean_square(x - mean, axes) + np.float32(epsilon)))
