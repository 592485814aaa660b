"""RNN: plain recurrent units."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from ._operator import Operator
from ._recurrent import DIRECTIONS, SUMS, States, biases, check_weights, cutter, functions_of, walk

Array = npt.NDArray[Any]


def rnn(
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
) -> tuple[Array, Array]:
    r"""Return the states of plain recurrent units along sequences: :math:`h' = \tanh(x W^T + h R^T + b + c)`.

    Parameters
    ----------
    X
        float32 ``[T, N, I]``: steps, sequences, features.
    W, R, B
        float32 ``[D, H, I]``, ``[D, H, H]``, ``[D, 2H]``: of each direction the weights; the biases b, then c.
    sequence_lens
        int32 ``[N]``: each sequence's own length; T without.
    initial_h
        float32 ``[D, N, H]``; 0 without.
    activations
        For each direction the function: ``Tanh``, ``Sigmoid`` or ``Relu``.
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
    ONNX, `RNN <https://onnx.ai/onnx/operators/onnx__RNN.html>`__.

    Examples
    --------
    >>> one = np.ones((1, 1, 1), np.float32)
    >>> rnn(np.ones((2, 1, 1), np.float32), one, one, activations=["Relu"])[1]
    array([[[2.]]], dtype=float32)
    """
    size = check_weights(X, W, R, 1, hidden_size, direction, layout)
    functions = functions_of(activations, ("Tanh",), len(DIRECTIONS[direction]), ACTIVATIONS)
    bias, cut = biases(B, 2, size), cutter(clip)

    def step(d: int, x: Array, states: States) -> States:
        return (functions[d][0](cut(x @ W[d].T + states[0] @ R[d].T + bias[d, 0] + bias[d, 1])),)

    Y, Y_h = walk(X, sequence_lens, [initial_h], size, direction, step)
    return Y, Y_h


def _sigmoid(x: Array) -> Array:
    """Return :math:`1 / (1 + e^{-x})`, below 0 as :math:`e^x / (1 + e^x)`: the exponential rounded to float32."""
    small, one = np.exp(-np.abs(x), dtype=np.float64).astype(np.float32), np.float32(1)
    return np.asarray(np.where(x >= 0, one, small) / (one + small))


def _tanh(x: Array) -> Array:
    """Return the hyperbolic tangent as :math:`2 / (1 + e^{-2x}) - 1`, which is 0 where x is small."""
    return np.asarray(np.float32(2) * _sigmoid(np.float32(2) * x) - np.float32(1))


ACTIVATIONS: dict[str, Callable[[Array], Array]] = {
    "Sigmoid": _sigmoid, "Tanh": _tanh, "Relu": lambda x: np.maximum(x, np.float32(0)),
}  # fmt: skip
"""What RNN computes by itself; GRU and LSTM have the polynomials of the runtime's own library."""

OPERATOR = Operator("RNN", "", rnn, ("Y", "Y_h"), (7, 14, 22), "real", exact=SUMS)
