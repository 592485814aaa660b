"""Loop: a graph again and again."""

from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import UserError
from ._body import WITHIN, Body, holds, stacked
from ._operator import Operator

Array = npt.NDArray[Any]

MOST = 1 << 18
"""Turns; a file of a few bytes can ask for any number."""


def loop(M: Array | None, cond: Array | None, *v_initial: Array, body: Body) -> tuple[Array, ...]:
    """Run a graph until it says no, or ``M`` times; each turn reads what the one before it gave.

    Parameters
    ----------
    M
        int64, one element: how many turns at most; no limit without.
    cond
        bool, one element: whether there is a first turn; there is without.
    v_initial
        What the first turn reads.
    body
        The graph, a function of the turn's number, the condition and N tensors. It gives the condition for the next
        turn, N tensors for it, and K more that are collected.

    Returns
    -------
    tuple
        The N tensors of the last turn, then the K collected ones, the turns along the first axis.

    Raises
    ------
    UserError
        If a type does not fit, the collected ones differ in shape, or there are more than :data:`MOST` turns.

    References
    ----------
    ONNX, `Loop <https://onnx.ai/onnx/operators/onnx__Loop.html>`__.

    Examples
    --------
    >>> double = lambda i, go, x: (np.array(i < 2), x + x, x)
    >>> loop(np.array(9), None, np.array([1]), body=double)
    (array([8]), array([[1],
           [2],
           [4]]))
    """
    if M is not None and (M.dtype != np.int64 or M.size != 1):
        raise UserError(f"M is {M.dtype} {list(M.shape)}", "one element of type int64", "Correct M.")
    most = None if M is None else int(M.reshape(-1)[0])
    go, state, turn = cond is None or holds(cond, "cond"), v_initial, 0
    collected: list[tuple[Array, ...]] = []
    while go and (most is None or turn < most):
        if turn == MOST:
            raise UserError(
                f"the graph within asks for more than {MOST:,} turns", "an end", "Limit M, or correct the condition."
            )
        again, *given = body(np.array(turn), np.array(go), *state)
        go, state, turn = holds(again, "the condition for another turn"), tuple(given[: len(state)]), turn + 1
        collected.append(tuple(given[len(state) :]))
    if not collected:
        return state
    return (*state, *(stacked(list(parts), "outputs to collect") for parts in zip(*collected, strict=True)))


OPERATOR = Operator(
    "Loop", "", loop, ("v_final_and_scan_outputs",), (1, 11, 13, 16, 19, 21, 23, 24, 25), "real",
    optional=frozenset({"M", "cond"}), variadic_output=True, exact=WITHIN,
)  # fmt: skip
