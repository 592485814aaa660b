"""If: one of two graphs, as a condition says."""

from typing import Any

import numpy.typing as npt

from ._body import WITHIN, Body, holds
from ._operator import Operator

Array = npt.NDArray[Any]


def if_(cond: Array, *, then_branch: Body, else_branch: Body) -> tuple[Array, ...]:
    """Return what one of two graphs gives; the other is not run.

    Parameters
    ----------
    cond
        bool, one element.
    then_branch, else_branch
        The graphs, as functions without an argument.

    Raises
    ------
    UserError
        If ``cond`` is something else.

    References
    ----------
    ONNX, `If <https://onnx.ai/onnx/operators/onnx__If.html>`__.

    Examples
    --------
    >>> import numpy as np
    >>> if_(np.array(True), then_branch=lambda: (np.array(1),), else_branch=lambda: (np.array(2),))
    (array(1),)
    """
    return then_branch() if holds(cond, "cond") else else_branch()


OPERATOR = Operator(
    "If", "", if_, ("outputs",), (1, 11, 13, 16, 19, 21, 23, 24, 25), "real", variadic_output=True, exact=WITHIN
)
