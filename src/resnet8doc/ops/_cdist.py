"""CDist: the distances of all pairs; ONNX Runtime's own."""

from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import UserError
from ._checks import float32
from ._operator import MICROSOFT, Operator

Array = npt.NDArray[Any]


def cdist(A: Array, B: Array, *, metric: str = "sqeuclidean") -> Array:
    r"""Return :math:`\max(|a|^2 - 2 a \cdot b + |b|^2, 0)` of all pairs of rows, or its root.

    Where two rows are close, little is left of the difference: so the runtime computes it too.

    Source: ONNX Runtime, ``contrib_ops/cpu/cdist.cc``.

    Parameters
    ----------
    A, B
        float32 ``[M, K]`` and ``[N, K]``.
    metric
        ``sqeuclidean``, or ``euclidean`` for the root.

    Returns
    -------
    numpy.ndarray
        float32 ``[M, N]``.

    Raises
    ------
    UserError
        If types or shapes do not fit, or the metric is another.

    Examples
    --------
    >>> cdist(np.array([[0, 0]], np.float32), np.array([[3, 4]], np.float32), metric="euclidean")
    array([[5.]], dtype=float32)
    """
    a, b = float32(A, "A"), float32(B, "B")
    if a.ndim != 2 or b.ndim != 2 or a.shape[1] != b.shape[1] or metric not in ("sqeuclidean", "euclidean"):
        raise UserError(
            f"A has shape {list(a.shape)}, B {list(b.shape)} and metric is {metric!r}",
            "[M, K], [N, K], and sqeuclidean or euclidean", "Correct them.",
        )  # fmt: skip
    squares = (a * a).sum(axis=1)[:, None] - 2 * (a @ b.T) + (b * b).sum(axis=1)
    distance = np.maximum(squares, np.float32(0))
    return np.asarray(np.sqrt(distance) if metric == "euclidean" else distance)


OPERATOR = Operator(
    "CDist", MICROSOFT, cdist, ("C",), (1,), "real",
    exact="the order in which a real sum is added up is left to each implementation, and what cancels with it",
)  # fmt: skip
