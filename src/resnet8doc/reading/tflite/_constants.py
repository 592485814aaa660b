"""Arithmetic on shapes: what converters write to allow any batch is computed once, while the file is read.

The batch counts as the file has it, which is one: what follows takes its shape from the tensors, not from here.
"""

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from ...errors import UserError
from ._build import Build
from ._file import Operation
from ._strides import strided_slices

Array = npt.NDArray[Any]
Fold = Callable[[Build, Operation, Sequence[Array]], Array]

INTEGERS = ("int32", "int64")

OF_INDICES = ("RESHAPE", "SQUEEZE", "EXPAND_DIMS", "CAST")
"""Operators that are read of indices that a run computes."""


def fold(build: Build, op: Operation) -> bool:
    """Compute an operator whose inputs are known and whose output is int32 or int64; tell whether it was one.

    What only shapes or casts computed indices is none of them.
    """
    if len(op.outputs) != 1 or op.kind not in FOLDED:
        return False
    y = build.output(op)
    if y.dtype not in INTEGERS:
        return False
    known = [build.known(index) for index in op.inputs]
    if op.kind == "SHAPE":
        known = [np.asarray(build.tensor(op, 0).shape)]
    if any(value is None for value in known):
        if op.kind in OF_INDICES and build.tensor(op, 0).index in build.values:
            return False
        raise UserError(
            f"{build.where(op)} computes {y.dtype} from what only a run knows", "numbers that follow from shapes",
            "Export the model with fixed shapes.",
        )  # fmt: skip
    made = FOLDED[op.kind](build, op, [value for value in known if value is not None])
    build.folded[y.index] = np.asarray(made, y.dtype).reshape(y.shape if math.prod(y.shape) == np.size(made) else -1)
    return True


def _strided_slice(build: Build, op: Operation, given: Sequence[Array]) -> Array:
    slices = strided_slices(build, op, given[0].shape)
    return given[0][tuple(part.index for part in slices)]


def _axis(op: Operation) -> int:
    return int(op.options.get("axis", 0))


FOLDED: dict[str, Fold] = {
    "SHAPE": lambda build, op, given: given[0],
    "STRIDED_SLICE": _strided_slice,
    "PACK": lambda build, op, given: np.stack(given, _axis(op)),
    "CONCATENATION": lambda build, op, given: np.concatenate([np.atleast_1d(v) for v in given], _axis(op)),
    "GATHER": lambda build, op, given: np.take(given[0], given[1], _axis(op)),
    "REDUCE_PROD": lambda build, op, given: np.prod(
        given[0], axis=tuple(np.ravel(given[1]).tolist()), keepdims=bool(op.options.get("keepDims", False))
    ),
    "RESHAPE": lambda build, op, given: given[0],
    "EXPAND_DIMS": lambda build, op, given: given[0],
    "SQUEEZE": lambda build, op, given: given[0],
    "CAST": lambda build, op, given: given[0],
    "ADD": lambda build, op, given: given[0] + given[1],
    "SUB": lambda build, op, given: given[0] - given[1],
    "MUL": lambda build, op, given: given[0] * given[1],
    "MAXIMUM": lambda build, op, given: np.maximum(given[0], given[1]),
    "MINIMUM": lambda build, op, given: np.minimum(given[0], given[1]),
}
"""What is computed while a file is read, where it makes int32 or int64."""
