"""What If, Loop and Scan share: a graph within a node is a function to them."""

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import UserError

Array = npt.NDArray[Any]

Body = Callable[..., tuple[Array, ...]]
"""From what the node feeds to the graph to what the graph gives. What it reads of other tensors it has with it."""

WITHIN = "the graph within may hold operators whose results are not exact"


def holds(condition: Array, name: str) -> bool:
    """Return a condition's truth.

    Raises
    ------
    UserError
        If it is not one element of type bool.
    """
    if condition.dtype != bool or condition.size != 1:
        raise UserError(
            f"{name} is {condition.dtype} {list(condition.shape)}", "one element of type bool", f"Correct {name}."
        )
    return bool(condition.reshape(-1)[0])


def stacked(parts: list[Array], name: str, axis: int = 0) -> Array:
    """Return what each turn gave, along an axis of its own.

    Raises
    ------
    UserError
        If there was no turn, or the shapes differ.
    """
    if not parts:
        raise UserError(
            f"the graph within was not run once, and it gives {name}", "one turn at least",
            "Feed more, or export the model without this output.",
        )  # fmt: skip
    if len({part.shape for part in parts}) > 1:
        shapes = ", ".join(str(list(part.shape)) for part in parts[:3])
        raise UserError(f"the turns give {name} of shapes {shapes}", "one shape", "Correct the graph within.")
    rank = parts[0].ndim + 1
    if not -rank <= axis < rank:
        raise UserError(f"an output axis is {axis}", f"one of {rank} axes", "Correct scan_output_axes.")
    return np.stack(parts, axis)
