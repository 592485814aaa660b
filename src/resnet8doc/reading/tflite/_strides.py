"""STRIDED_SLICE: its masks, read once."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ...errors import UserError
from ._build import Build
from ._file import Operation


@dataclass(frozen=True)
class Part:
    """What is taken along one axis: from ``first``, ``step`` by ``step``, ``length`` times; ``away`` drops the axis."""

    first: int
    step: int
    length: int
    away: bool = False

    @property
    def index(self) -> int | slice:
        """As NumPy indexes: an axis that is dropped by a number."""
        if self.away:
            return self.first
        last = self.first + self.step * self.length
        return slice(self.first, None if last < 0 else last, self.step)


def strided_slices(build: Build, op: Operation, shape: Sequence[int]) -> list[Part]:
    """Return what STRIDED_SLICE takes along each axis.

    A bit of a mask stands for one axis: ``beginMask`` and ``endMask`` leave the limit open, ``shrinkAxisMask`` takes
    one element and drops the axis.
    """
    begin, end, step = (np.ravel(build.constant(op, build.tensor(op, i))).astype(int).tolist() for i in (1, 2, 3))
    for mask in ("ellipsisMask", "newAxisMask"):
        if op.options.get(mask, 0):
            raise UserError(f"{build.where(op)} has an {mask}", "0", "Name every axis in the slice.")
    if op.options.get("offset", False):
        raise UserError(f"{build.where(op)} gives its ends as offsets", "ends", "Convert the model again.")
    if not len(begin) == len(end) == len(step) <= len(shape) or 0 in step:
        raise ValueError(f"begin {begin}, end {end}, strides {step} of a tensor of {len(shape)} axes")
    parts = [Part(0, 1, size) for size in shape]
    for axis, (first, last, stride) in enumerate(zip(begin, end, step, strict=True)):
        open_begin, open_end, away = (
            bool(int(op.options.get(mask, 0)) >> axis & 1) for mask in ("beginMask", "endMask", "shrinkAxisMask")
        )
        if away:
            at = 0 if open_begin else first
            if not -shape[axis] <= at < shape[axis]:
                raise ValueError(f"element {at} of {shape[axis]}")
            parts[axis] = Part(at % shape[axis], 1, 1, away=True)
            continue
        taken = range(*slice(None if open_begin else first, None if open_end else last, stride).indices(shape[axis]))
        parts[axis] = Part(taken.start, stride if len(taken) > 1 else 1, len(taken))
    return parts
