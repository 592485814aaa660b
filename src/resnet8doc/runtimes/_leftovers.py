"""What is left over of whole vectors: loops that treat the end of a tensor otherwise than the rest.

LiteRT's wheel for x86 runs kernels that were written for ARM's vectors. The elements that fill no whole vector any
more are computed by the scalar code after the loop, which rounds otherwise.
"""

import numpy as np

from ..arithmetic import Array


def with_leftover(vector: Array, scalar: Array, block: int, run: int = 0) -> Array:
    """Return ``vector``, but its last elements, fewer than a block, from ``scalar``.

    Parameters
    ----------
    vector, scalar
        The same tensor, computed in both ways. Four axes are ``[N, C, H, W]``; the runtime's order is channels last.
    block
        Elements of a whole vector.
    run
        Elements of one loop, as ``loop_of`` says; 0: all of them.

    Examples
    --------
    >>> with_leftover(np.zeros(10, int), np.ones(10, int), 8)
    array([0, 0, 0, 0, 0, 0, 0, 0, 1, 1])
    >>> with_leftover(np.zeros(10, int), np.ones(10, int), 4, 5)
    array([0, 0, 0, 0, 1, 0, 0, 0, 0, 1])
    """
    run = run or vector.size
    whole = run // block * block
    if whole == run:
        return vector
    ours, theirs = (np.moveaxis(v, 1, -1) if v.ndim == 4 else v for v in (vector, scalar))
    flat = ours.reshape(-1, run).copy()
    flat[:, whole:] = theirs.reshape(-1, run)[:, whole:]
    made = flat.reshape(ours.shape)
    return np.moveaxis(made, -1, 1) if vector.ndim == 4 else made


def loop_of(a: tuple[int, ...], b: tuple[int, ...]) -> tuple[int, bool]:
    """Return how many elements the innermost loop over two operands has, and whether one of them is one number there.

    It runs over the last axes in which both are as long; where there are none, over those in which one has length 1.

    Examples
    --------
    >>> loop_of((2, 3, 4), (3, 4)), loop_of((2, 3, 4), (2, 1, 1)), loop_of((2, 3), (2, 3))
    ((12, False), (12, True), (6, False))
    >>> loop_of((1, 24, 5, 7), (1, 24, 1, 1))
    (24, False)
    """
    rank = max(len(a), len(b))
    a, b = ((1,) * (rank - len(shape)) + shape for shape in (a, b))
    if a == b:
        return int(np.prod(a, dtype=int)), False
    order = (0, 2, 3, 1) if rank == 4 else tuple(range(rank))
    pairs = [(a[axis], b[axis]) for axis in reversed(order)]
    run = 1
    while pairs and pairs[0][0] == pairs[0][1]:
        run *= pairs.pop(0)[0]
    if run > 1 or not pairs:
        return run, False
    one = 0 if pairs[0][0] == 1 else 1
    for pair in pairs:
        if pair[one] != 1:
            break
        run *= pair[1 - one]
    return run, True


def is_left_over(index: tuple[int, ...], shape: tuple[int, ...], block: int, run: int = 0) -> bool:
    """Tell whether an element is one of the last that fill no whole vector.

    Examples
    --------
    >>> [is_left_over((i,), (10,), 8) for i in (0, 7, 8)], is_left_over((0, 0, 0, 1), (1, 2, 1, 2), 4)
    ([False, False, True], False)
    """
    if len(shape) == 4:
        order = (0, 2, 3, 1)
        index, shape = tuple(index[axis] for axis in order), tuple(shape[axis] for axis in order)
    run = run or int(np.prod(shape))
    return int(np.ravel_multi_index(index, shape)) % run >= run // block * block
