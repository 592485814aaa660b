"""What a tensor's codes can hold, and what lies beyond."""

from typing import Any

import numpy as np
import numpy.typing as npt

from ._run import Run

Array = npt.NDArray[Any]


def limits(run: Run, tensor: str) -> tuple[float, float] | None:
    """Return the least and the greatest real number that a tensor's codes can stand for."""
    quantization = run.graph.quantization(tensor)
    if quantization is None or np.asarray(quantization.scale).ndim:
        return None
    zero = np.asarray(quantization.zero_point)
    bounds = np.iinfo(zero.dtype)
    ends = (np.array([bounds.min, bounds.max], float) - float(zero)) * float(quantization.scale)
    return float(ends[0]), float(ends[1])


def clipped_share(values: Array, ends: tuple[float, float]) -> float:
    """Return the share of values beyond what the codes can hold, by more than half of a step.

    A ReLU's zeros lie on the lower end and are not clipped.

    Examples
    --------
    >>> clipped_share(np.array([0.0, 1.0, 2.0, 3.0]), (0.0, 2.0))
    0.25
    """
    step = (ends[1] - ends[0]) / 255
    return float(((values < ends[0] - step / 2) | (values > ends[1] + step / 2)).mean())
