"""Scan: a graph along an axis."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import UserError
from ._body import WITHIN, Body, stacked
from ._operator import Operator

Array = npt.NDArray[Any]


def scan(
    *initial_state_and_scan_inputs: Array,
    body: Body,
    num_scan_inputs: int,
    scan_input_axes: Sequence[int] | None = None,
    scan_input_directions: Sequence[int] | None = None,
    scan_output_axes: Sequence[int] | None = None,
    scan_output_directions: Sequence[int] | None = None,
) -> tuple[Array, ...]:
    """Run a graph on one slice of tensors after another; each turn reads the state that the one before it gave.

    Parameters
    ----------
    initial_state_and_scan_inputs
        The N states that the first turn reads, then the M tensors that are cut into slices.
    body
        The graph, a function of N states and M slices. It gives N states and K results.
    num_scan_inputs
        M.
    scan_input_axes, scan_output_axes
        The axis of each of the M tensors along which the turns go, and of each of the K outputs; the first without.
    scan_input_directions, scan_output_directions
        1 for those that are read, or written, from the end.

    Returns
    -------
    tuple
        The N states of the last turn, then the K results of all turns.

    Raises
    ------
    UserError
        If the tensors differ in how many slices they have, or an axis is none of theirs.

    References
    ----------
    ONNX, `Scan <https://onnx.ai/onnx/operators/onnx__Scan.html>`__.

    Examples
    --------
    >>> so_far = lambda s, x: (s + x, s + x)
    >>> scan(np.array([0]), np.array([[1, 2, 3]]), body=so_far, num_scan_inputs=1, scan_input_axes=[1])
    (array([6]), array([[1],
           [3],
           [6]]))
    """
    count = len(initial_state_and_scan_inputs) - num_scan_inputs
    state, cut = initial_state_and_scan_inputs[:count], []
    axes, backward = scan_input_axes or [0] * num_scan_inputs, scan_input_directions or [0] * num_scan_inputs
    for x, axis, reverse in zip(initial_state_and_scan_inputs[count:], axes, backward, strict=True):
        if not -x.ndim <= axis < x.ndim:
            raise UserError(
                f"an input axis is {axis} of {list(x.shape)}", "one of its axes", "Correct scan_input_axes."
            )
        slices = np.moveaxis(x, axis, 0)
        cut.append(slices[::-1] if reverse else slices)
    lengths = {len(slices) for slices in cut}
    if len(lengths) > 1:
        raise UserError(f"the inputs have {sorted(lengths)} slices", "one number for all", "Correct what is fed.")
    results: list[tuple[Array, ...]] = []
    for turn in range(lengths.pop()):
        given = body(*state, *(slices[turn] for slices in cut))
        state = given[:count]
        results.append(given[count:])
    if not results:
        stacked([], "outputs")
    parts = [list(each) for each in zip(*results, strict=True)]
    where, reversed_ = scan_output_axes or [0] * len(parts), scan_output_directions or [0] * len(parts)
    return (*state, *(
        stacked(each[::-1] if reverse else each, "outputs", axis)
        for each, axis, reverse in zip(parts, where, reversed_, strict=True)
    ))  # fmt: skip


OPERATOR = Operator(
    "Scan", "", scan, ("final_state_and_scan_outputs",), (9, 11, 16, 19, 21, 23, 24, 25), "real",
    variadic_output=True, exact=WITHIN,
)  # fmt: skip
