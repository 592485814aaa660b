"""What wrong outputs have in common, in words."""

from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]


def describe(found: Array, expected: Array, axes: tuple[str, ...]) -> tuple[str, ...]:
    """Say which channels and places are wrong, and how.

    Parameters
    ----------
    found, expected
        Codes ``[N, H, W, C]`` or ``[N, K]``; they differ somewhere.
    axes
        What each axis but the first counts: ``("row", "column", "channel")``.

    Examples
    --------
    >>> expected = np.zeros((1, 4, 4, 3), np.int8)
    >>> found = expected.copy()
    >>> found[0, 0, :, 1] = 1
    >>> describe(found, expected, ("row", "column", "channel"))
    ('every difference is 1', 'all differences are upward', '1 of 3 channels: 1', 'only at the border of the image')
    """
    difference = found.astype(np.int32) - expected.astype(np.int32)
    wrong = difference != 0
    sizes, signs = np.unique(np.abs(difference[wrong])), np.unique(np.sign(difference[wrong]))
    facts = []
    if len(sizes) == 1:
        facts.append(f"every difference is {sizes[0]}")
    if len(signs) == 1:
        facts.append(f"all differences are {'upward' if signs[0] > 0 else 'downward'}")
    channels = np.flatnonzero(wrong.any(axis=tuple(range(wrong.ndim - 1))))
    total = wrong.shape[-1]
    if len(channels) < total:
        right = np.setdiff1d(np.arange(total), channels)
        few = channels if len(channels) <= len(right) else right
        listed = ", ".join(map(str, few[:8])) + (", ..." if len(few) > 8 else "")
        which = listed if len(channels) <= len(right) else f"all but {listed}"
        facts.append(f"{len(channels)} of {total} channels: {which}")
    image = axes[-3:] == ("row", "column", "channel")
    if image and min(wrong.shape[-3:-1]) > 2 and not wrong[..., 1:-1, 1:-1, :].any():
        facts.append("only at the border of the image")
    if found.min() > expected.min():
        facts.append(f"no output is below {found.min()}, though {expected.min()} is expected")
    return tuple(facts)
