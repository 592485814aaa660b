"""Whether a file that was written for one image computes the same for several at once."""

from collections.abc import Callable, Sequence

import numpy as np

from ._build import COMPARISONS
from ._file import File, Operation, Tensor

Keeps = Callable[[Operation, Sequence[Tensor | None], Tensor], bool]


def keeps_batch(file: File) -> bool:
    """Tell whether every operator leaves the first axis where it is and whole.

    A file says one length for each axis, and 1 for a batch. What moves, joins or cuts the first axis means something
    else with two images, so that such a file is run one image at a time.
    """
    places: set[int] = set()
    for op in file.operations:
        given = [file.tensors[index] if index >= 0 else None for index in op.inputs]
        follows = op.inputs[:1] and op.inputs[0] in places
        if op.kind in PLACES or follows:
            places.update(index for index in op.outputs if file.tensors[index].scale is None)
        for index in op.outputs:
            y = file.tensors[index]
            try:
                kept = KEEPS.get(op.kind, _same_length)(op, given, y)
            except (IndexError, TypeError, ValueError):  # damage, which the translation says
                kept = False
            if follows and given[0] is not None and y.shape[:1] != given[0].shape[:1]:
                return False
            if (y.scale is not None or y.dtype == "bool" or index in places) and not kept:
                return False
    return True


def _axes(tensor: Tensor | None, rank: int) -> list[int]:
    """Return stored axes, those from the end counted from the front; none of what is computed."""
    return [] if tensor is None or tensor.data is None else [int(v) % rank for v in np.ravel(tensor.data)]


def _rank(given: Sequence[Tensor | None], position: int = 0) -> int:
    x = given[position]
    return 1 if x is None else max(1, len(x.shape))


def _same_length(op: Operation, given: Sequence[Tensor | None], y: Tensor) -> bool:
    """Tell whether the first axis keeps its length."""
    computed = [x for x in given if x is not None and x.data is None and x.scale is not None and x.shape]
    return not y.shape or all(x.shape[:1] == y.shape[:1] for x in computed)


def _transpose(op: Operation, given: Sequence[Tensor | None], y: Tensor) -> bool:
    return _axes(given[1], _rank(given))[:1] == [0]


def _other_axis(op: Operation, given: Sequence[Tensor | None], y: Tensor) -> bool:
    rank = max(1, len(y.shape)) if op.kind == "PACK" else _rank(given)
    return int(op.options.get("axis", 0)) % rank != 0 and _same_length(op, given, y)


def _expand(op: Operation, given: Sequence[Tensor | None], y: Tensor) -> bool:
    return 0 not in _axes(given[1], max(1, len(y.shape))) and _same_length(op, given, y)


def _squeeze(op: Operation, given: Sequence[Tensor | None], y: Tensor) -> bool:
    dropped = op.options.get("squeezeDims")
    if dropped is None or not len(dropped):
        return False
    return 0 not in [int(axis) % _rank(given) for axis in dropped] and _same_length(op, given, y)


def _strided(op: Operation, given: Sequence[Tensor | None], y: Tensor) -> bool:
    """Tell it of a first axis that is neither dropped nor turned round."""
    step = given[3]
    turned = step is not None and step.data is not None and bool((np.ravel(step.data)[:1] < 0).any())
    away = int(op.options.get("shrinkAxisMask", 0)) & 1
    return not away and (not turned or y.shape[:1] == (1,)) and _same_length(op, given, y)


def _split(op: Operation, given: Sequence[Tensor | None], y: Tensor) -> bool:
    axis, x = (0, 1) if op.kind == "SPLIT" else (2, 0)
    return 0 not in _axes(given[axis], _rank(given, x)) and _same_length(op, given, y)


def _reduce(op: Operation, given: Sequence[Tensor | None], y: Tensor) -> bool:
    return 0 not in _axes(given[1], _rank(given)) and _same_length(op, given, y)


def _truth(op: Operation, given: Sequence[Tensor | None], y: Tensor) -> bool:
    """Tell it of codes and truth values together; stored ones are the same for every image."""
    every = [x for x in given if x is not None and x.shape]
    alone = all(x.shape[:1] == (1,) or len(x.shape) < len(y.shape) for x in every if x.data is not None)
    return alone and all(x.shape[:1] == y.shape[:1] for x in every if x.data is None)


def _transposed(op: Operation, given: Sequence[Tensor | None], y: Tensor) -> bool:
    """Tell it of an output whose shape is computed: a stored one says how many images there are."""
    asked = given[0]
    return asked is not None and asked.data is None and _same_length(op, given, y)


def _row(op: Operation, given: Sequence[Tensor | None], y: Tensor) -> bool:
    """Tell it of the last axis taken as a whole: it is the first where there is no other."""
    return len(y.shape) > 1 and _same_length(op, given, y)


PLACES = ("ARG_MAX", "ARG_MIN", "TOPK_V2")
"""Operators of codes that make indices, which have no scale."""


def _spread(op: Operation, given: Sequence[Tensor | None], y: Tensor) -> bool:
    """Tell it of a tensor that gets no axis before the first."""
    x = given[0]
    return x is not None and len(x.shape) == len(y.shape) and _same_length(op, given, y)


def _never(op: Operation, given: Sequence[Tensor | None], y: Tensor) -> bool:
    """Tell it of coordinates, which count the first axis too."""
    return False


KEEPS: dict[str, Keeps] = {
    "TRANSPOSE_CONV": _transposed,
    "TRANSPOSE": _transpose,
    "EXPAND_DIMS": _expand,
    "SQUEEZE": _squeeze,
    "STRIDED_SLICE": _strided,
    **dict.fromkeys(("CONCATENATION", "PACK", "UNPACK", "GATHER"), _other_axis),
    **dict.fromkeys(("SPLIT", "SPLIT_V"), _split),
    **dict.fromkeys(("SOFTMAX", "LOG_SOFTMAX", "L2_NORMALIZATION", "TOPK_V2"), _row),
    **dict.fromkeys(("GATHER_ND", "SCATTER_ND"), _never),
    "BROADCAST_TO": _spread,
    **dict.fromkeys((*COMPARISONS, "SELECT", "SELECT_V2"), _truth),
    **dict.fromkeys(("MEAN", "SUM", "REDUCE_MAX", "REDUCE_MIN", "REVERSE_V2", "ARG_MAX", "ARG_MIN"), _reduce),
}
"""Of the operators that can touch the first axis; of the others its length tells."""
