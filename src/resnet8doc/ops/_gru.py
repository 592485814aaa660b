"""GRU: gated recurrent units."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from ._operator import Operator
from ._recurrent import DIRECTIONS, SUMS, States, biases, check_weights, cutter, functions_of, walk

Array = npt.NDArray[Any]


def gru(
    X: Array,
    W: Array,
    R: Array,
    B: Array | None = None,
    sequence_lens: Array | None = None,
    initial_h: Array | None = None,
    *,
    activations: Sequence[str] | None = None,
    clip: float | None = None,
    direction: str = "forward",
    hidden_size: int | None = None,
    layout: int = 0,
    linear_before_reset: int = 0,
) -> tuple[Array, Array]:
    r"""Return the states of gated recurrent units along sequences.

    .. math::
       z &= \sigma(x W_z^T + h R_z^T + b_z + c_z), \qquad r = \sigma(x W_r^T + h R_r^T + b_r + c_r), \\
       n &= \tanh(x W_n^T + (r \odot h) R_n^T + b_n + c_n) \quad \text{or} \quad
       \tanh(x W_n^T + b_n + r \odot (h R_n^T + c_n)), \\
       h' &= (1 - z) \odot n + z \odot h.

    The second form of n is that of ``linear_before_reset``; PyTorch and Keras export it.

    Parameters
    ----------
    X
        float32 ``[T, N, I]``: steps, sequences, features.
    W, R, B
        float32 ``[D, 3H, I]``, ``[D, 3H, H]``, ``[D, 6H]``: of each direction the weights of z, r, n in this order;
        first the biases b, then the biases c.
    sequence_lens
        int32 ``[N]``: each sequence's own length; T without.
    initial_h
        float32 ``[D, N, H]``; 0 without.
    activations
        For each direction the functions of the gates z and r, and of n: ``Sigmoid``, ``Tanh`` or ``Relu``.
    clip
        Where what enters an activation is cut off, on both sides of 0; nowhere without.
    direction
        ``forward``, ``reverse`` or ``bidirectional``.
    hidden_size, layout
        H; 0, the only layout that runtimes compute.

    Returns
    -------
    tuple
        ``Y``, every state, ``[T, D, N, H]``; ``Y_h``, the last ones, ``[D, N, H]``.

    Raises
    ------
    UserError
        If a type or shape does not fit, or an activation is not known.

    References
    ----------
    ONNX, `GRU <https://onnx.ai/onnx/operators/onnx__GRU.html>`__.

    Examples
    --------
    >>> one = np.ones((1, 3, 1), np.float32)
    >>> gru(np.zeros((1, 1, 1), np.float32), one, one, initial_h=np.ones((1, 1, 1), np.float32))[1].round(4)
    array([[[0.8988]]], dtype=float32)
    """
    size = check_weights(X, W, R, 3, hidden_size, direction, layout)
    functions = functions_of(activations, ("Sigmoid", "Tanh"), len(DIRECTIONS[direction]))
    bias, cut = biases(B, 6, size), cutter(clip)

    def step(d: int, x: Array, states: States) -> States:
        (h,), (f, g), b = states, functions[d], bias[d]
        w, r = W[d].reshape(3, size, -1), R[d].reshape(3, size, size)
        update = f(cut(x @ w[0].T + h @ r[0].T + b[0] + b[3]))
        reset = f(cut(x @ w[1].T + h @ r[1].T + b[1] + b[4]))
        if linear_before_reset:
            new = g(cut(x @ w[2].T + b[2] + reset * (h @ r[2].T + b[5])))
        else:
            new = g(cut(x @ w[2].T + (reset * h) @ r[2].T + b[2] + b[5]))
        return ((np.float32(1) - update) * new + update * h,)

    Y, last = walk(X, sequence_lens, [initial_h], size, direction, step)
    return Y, last


OPERATOR = Operator("GRU", "", gru, ("Y", "Y_h"), (7, 14, 22), "real", exact=SUMS)
