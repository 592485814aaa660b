"""LSTM: long short-term memory."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from ._operator import Operator
from ._recurrent import DIRECTIONS, SUMS, States, biases, check_weights, cutter, functions_of, walk

Array = npt.NDArray[Any]


def lstm(
    X: Array,
    W: Array,
    R: Array,
    B: Array | None = None,
    sequence_lens: Array | None = None,
    initial_h: Array | None = None,
    initial_c: Array | None = None,
    P: Array | None = None,
    *,
    activations: Sequence[str] | None = None,
    clip: float | None = None,
    direction: str = "forward",
    hidden_size: int | None = None,
    input_forget: int = 0,
    layout: int = 0,
) -> tuple[Array, Array, Array]:
    r"""Return the states of cells with a long short-term memory along sequences.

    .. math::
       i &= \sigma(x W_i^T + h R_i^T + b_i + p_i \odot c), \qquad
       f = \sigma(x W_f^T + h R_f^T + b_f + p_f \odot c), \\
       c' &= f \odot c + i \odot \tanh(x W_c^T + h R_c^T + b_c), \\
       o &= \sigma(x W_o^T + h R_o^T + b_o + p_o \odot c'), \qquad h' = o \odot \tanh c'.

    Parameters
    ----------
    X
        float32 ``[T, N, I]``: steps, sequences, features.
    W, R, B
        float32 ``[D, 4H, I]``, ``[D, 4H, H]``, ``[D, 8H]``: of each direction the weights of i, o, f, c in this order;
        of the biases first those of W, then those of R, which are added.
    sequence_lens
        int32 ``[N]``: each sequence's own length; T without.
    initial_h, initial_c
        float32 ``[D, N, H]``; 0 without.
    P
        float32 ``[D, 3H]``, the peepholes of i, o, f; 0 without.
    activations
        For each direction the functions of the gates, of the cell and of its output: ``Sigmoid``, ``Tanh`` or ``Relu``.
    clip
        Where what enters an activation is cut off, on both sides of 0; nowhere without.
    direction
        ``forward``, ``reverse`` or ``bidirectional``.
    hidden_size, layout
        H; 0, the only layout that runtimes compute.
    input_forget
        Whether the forget gate is 1 less the input gate.

    Returns
    -------
    tuple
        ``Y``, every h, ``[T, D, N, H]``; ``Y_h`` and ``Y_c``, the last states, ``[D, N, H]``.

    Raises
    ------
    UserError
        If a type or shape does not fit, or an activation is not known.

    References
    ----------
    ONNX, `LSTM <https://onnx.ai/onnx/operators/onnx__LSTM.html>`__.

    Examples
    --------
    >>> one = np.ones((1, 4, 1), np.float32)
    >>> lstm(np.ones((1, 1, 1), np.float32), one, one)[2].round(4)
    array([[[0.5568]]], dtype=float32)
    """
    size = check_weights(X, W, R, 4, hidden_size, direction, layout)
    functions = functions_of(activations, ("Sigmoid", "Tanh", "Tanh"), len(DIRECTIONS[direction]))
    bias, cut = biases(B, 8, size), cutter(clip)
    peephole = biases(P, 3, size)

    def step(d: int, x: Array, states: States) -> States:
        (h, c), (f, g, last), b, p = states, functions[d], bias[d], peephole[d]
        w, r = W[d].reshape(4, size, -1), R[d].reshape(4, size, size)
        before = [x @ w[n].T + h @ r[n].T + b[n] + b[n + 4] for n in range(4)]
        entering = f(cut(before[0] + p[0] * c))
        forget = np.float32(1) - entering if input_forget else f(cut(before[2] + p[2] * c))
        cell = forget * c + entering * g(cut(before[3]))
        return f(cut(before[1] + p[1] * cell)) * last(cell), cell

    Y, Y_h, Y_c = walk(X, sequence_lens, [initial_h, initial_c], size, direction, step)
    return Y, Y_h, Y_c


OPERATOR = Operator("LSTM", "", lstm, ("Y", "Y_h", "Y_c"), (7, 14, 22), "real", exact=SUMS)
