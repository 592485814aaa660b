"""Stored scales and zero points, checked before anything runs."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import UserError
from ._model import Node

Array = npt.NDArray[Any]

CODES = {
    "x_zero_point": "x", "w_zero_point": "w", "a_zero_point": "a", "b_zero_point": "b", "A_zero_point": "A",
    "B_zero_point": "B",
}  # fmt: skip
RANKS = {("QLinearConv", "w"): 4, ("Conv", "W"): 4, ("QGemm", "B"): 2}


def check_parameters(nodes: Sequence[Node], parameters: Mapping[str, Array]) -> None:
    """Refuse a scale that is not a finite number above 0, a zero point of the wrong type, a kernel of the wrong rank.

    Raises
    ------
    UserError
        Naming the node, the input and the number.
    """
    for node in nodes:
        stored = {entry.formal: parameters[entry.tensor] for entry in node.inputs if entry.parameter}
        for formal, array in stored.items():
            if formal.endswith("scale"):
                _scale(node, formal, array)
            wanted = RANKS.get((node.op_type, formal))
            if wanted is not None and array.ndim != wanted:
                raise UserError(
                    f"node {node.name}: {formal} has shape {list(array.shape)}", f"{wanted} axes", "Mend the model."
                )
        for formal, array in stored.items():
            codes = stored.get(CODES.get(formal, ""))
            if codes is not None and codes.dtype != array.dtype:
                raise UserError(
                    f"node {node.name}: {formal} is {array.dtype} and {CODES[formal]} is {codes.dtype}",
                    "one type for both",
                    "Mend the model.",
                )
            if formal.endswith("zero_point") and array.dtype.kind not in "iu":
                raise UserError(f"node {node.name}: {formal} is {array.dtype}", "an integer type", "Mend the model.")


def _scale(node: Node, formal: str, array: Array) -> None:
    if array.dtype != np.float32:
        raise UserError(f"node {node.name}: {formal} is {array.dtype}", "float32", "Mend the model.")
    good = np.isfinite(array) & (array > 0)
    if not good.all():
        at = f"[{int(np.argmin(good))}]" if array.ndim else ""
        raise UserError(
            f"node {node.name}: {formal}{at} is {array[~good].flat[0]}", "a finite number above 0", "Mend the model."
        )
