"""Mod: what is left of a division."""

from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import UserError
from ._operator import Operator

Array = npt.NDArray[Any]


def mod(A: Array, B: Array, *, fmod: int = 0) -> Array:
    """Return the remainder of ``A / B``, broadcast (ONNX, `Mod <https://onnx.ai/onnx/operators/onnx__Mod.html>`__).

    Parameters
    ----------
    A, B
        Numbers of one type; real ones need ``fmod``.
    fmod
        The remainder has the sign of ``A``, as C has it; without it that of ``B``, as Python has it.

    Raises
    ------
    UserError
        If the types differ, real numbers come without ``fmod``, or an integer is divided by 0.

    Examples
    --------
    >>> mod(np.array([-7, 7]), np.array([3])), mod(np.array([-7, 7]), np.array([3]), fmod=1)
    (array([2, 1]), array([-1,  1]))
    """
    if A.dtype != B.dtype or (A.dtype.kind == "f" and not fmod):
        raise UserError(
            f"A is {A.dtype}, B {B.dtype}, fmod {fmod}", "one type for both, and fmod 1 for real numbers",
            "Correct the node.",
        )  # fmt: skip
    if A.dtype.kind in "iu" and not np.all(B):
        raise UserError("B holds 0", "integers other than 0", "An integer cannot be divided by 0: correct B.")
    with np.errstate(invalid="ignore"):
        return np.asarray(np.fmod(A, B) if fmod else np.mod(A, B))


OPERATOR = Operator("Mod", "", mod, ("C",), (10, 13), "real")
