"""What is left over of whole vectors: loops that treat the end of a tensor otherwise than the rest.

LiteRT's wheel for x86 runs kernels that were written for ARM's vectors. The elements that fill no whole vector any
more are computed by the scalar code after the loop, which rounds otherwise.
"""

import numpy as np

from ..arithmetic import Array


def with_leftover(vector: Array, scalar: Array, block: int) -> Array:
    """Return ``vector``, but its last elements, fewer than a block, from ``scalar``.

    Parameters
    ----------
    vector, scalar
        The same tensor, computed in both ways. Four axes are ``[N, C, H, W]``; the runtime's order is channels last.
    block
        Elements of a whole vector.

    Examples
    --------
    >>> with_leftover(np.zeros(10, int), np.ones(10, int), 8)
    array([0, 0, 0, 0, 0, 0, 0, 0, 1, 1])
    """
    whole = vector.size // block * block
    if whole == vector.size:
        return vector
    ours, theirs = (np.moveaxis(v, 1, -1) if v.ndim == 4 else v for v in (vector, scalar))
    flat = ours.reshape(-1).copy()
    flat[whole:] = theirs.reshape(-1)[whole:]
    made = flat.reshape(ours.shape)
    return np.moveaxis(made, -1, 1) if vector.ndim == 4 else made


def is_left_over(index: tuple[int, ...], shape: tuple[int, ...], block: int) -> bool:
    """Tell whether an element is one of the last that fill no whole vector.

    Examples
    --------
    >>> [is_left_over((i,), (10,), 8) for i in (0, 7, 8)], is_left_over((0, 0, 0, 1), (1, 2, 1, 2), 4)
    ([False, False, True], False)
    """
    if len(shape) == 4:
        order = (0, 2, 3, 1)
        index, shape = tuple(index[axis] for axis in order), tuple(shape[axis] for axis in order)
    size = int(np.prod(shape))
    return int(np.ravel_multi_index(index, shape)) >= size // block * block
