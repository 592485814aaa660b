"""DynamicQuantizeLSTM: an LSTM whose matrix products are of codes; ONNX Runtime's own."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from ..arithmetic import ONNXRUNTIME_X86, Runtime
from ..errors import UserError
from . import _checks as check
from ._dynamic_quantize_linear import dynamic_quantize_linear
from ._matmul_integer import PARTS, sums
from ._operator import MICROSOFT, Operator
from ._recurrent import DIRECTIONS, States, biases, check_sizes, cutter, functions_of, walk

Array = npt.NDArray[Any]

GATES = 4


def dynamic_quantize_lstm(
    X: Array,
    W: Array,
    R: Array,
    B: Array | None,
    sequence_lens: Array | None,
    initial_h: Array | None,
    initial_c: Array | None,
    P: Array | None,
    W_scale: Array,
    W_zero_point: Array,
    R_scale: Array,
    R_zero_point: Array,
    *,
    activations: Sequence[str] | None = None,
    clip: float | None = None,
    direction: str = "forward",
    hidden_size: int | None = None,
    input_forget: int = 0,
    runtime: Runtime = ONNXRUNTIME_X86,
) -> tuple[Array, Array, Array]:
    r"""Return the states of an LSTM whose inputs and states are quantized on the way.

    The formula is that of LSTM. Of both products the left factor is quantized by its own range,
    as :func:`~resnet8doc.ops.dynamic_quantize_linear` does: all steps of ``X`` at once, and in each step the states
    :math:`h` of all sequences at once.

    .. math:: x W = \mathrm{float32}\Bigl(\sum (q_x - z_x)(w - z_w)\Bigr) (s_x s_w), \qquad
       a = (x W + h R) + (b_W + b_R)

    with every operation rounded to float32.

    Parameters
    ----------
    X
        float32 ``[T, N, I]``: steps, sequences, features.
    W, R
        int8 or uint8 ``[D, I, 4H]``, ``[D, H, 4H]``: of each direction the weights of i, o, f, c in this order.
    B, initial_h, initial_c, P, activations, direction, hidden_size
        As for LSTM.
    sequence_lens
        int32 ``[N]``, the same number N times; T without.
    W_scale, R_scale
        float32 ``[D]`` or ``[D, 4H]``.
    W_zero_point, R_zero_point
        Of the codes' type and the scale's shape.
    clip
        Where what enters an activation is cut off, on both sides of 0; nowhere without.
    input_forget
        Whether the forget gate is 1 less the input gate.
    runtime
        Whose arithmetic: how sums are held.

    Returns
    -------
    tuple
        ``Y``, every h, ``[T, D, N, H]``; ``Y_h`` and ``Y_c``, the last states, ``[D, N, H]``.

    Raises
    ------
    UserError
        If a type or shape does not fit, an activation is not known, or sequences are of unequal length.

    References
    ----------
    ONNX Runtime, ``contrib_ops/cpu/quantization/dynamic_quantize_lstm.cc`` and
    ``core/providers/cpu/rnn/uni_directional_lstm.cc``, in one thread: several may quantize the states of large batches
    in parts.

    Examples
    --------
    >>> one, scale = np.full((1, 1, 4), 100, np.int8), np.array([0.01], np.float32)
    >>> x, zero, nothing = np.ones((1, 1, 1), np.float32), np.zeros(1, np.int8), [None] * 5
    >>> dynamic_quantize_lstm(x, one, one, *nothing, scale, zero, scale, zero)[2].round(4)
    array([[[0.5568]]], dtype=float32)
    """
    runtime.refuse_others("DynamicQuantizeLSTM", PARTS)
    x, ways = check.float32(X, "X"), len(DIRECTIONS.get(direction, ()))
    size = check_sizes(x, W.transpose(0, 2, 1), R.transpose(0, 2, 1), GATES, hidden_size, direction)
    functions = functions_of(activations, ("Sigmoid", "Tanh", "Tanh"), ways)
    of_x = [Product(W, W_scale, W_zero_point, "W", d, runtime) for d in range(ways)]
    of_h = [Product(R, R_scale, R_zero_point, "R", d, runtime) for d in range(ways)]
    both, peephole = biases(B, 2 * GATES, size), biases(P, 3, size)
    bias = both[:, :GATES] + both[:, GATES:]
    cut = cutter(clip)

    def step(d: int, entering: Array, states: States) -> States:
        (h, c), (f, g, last), b, p = states, functions[d], bias[d], peephole[d]
        i, o, forget, cell = np.moveaxis((entering[:, d] + of_h[d].of(h)).reshape(-1, GATES, size), 1, 0)
        i = f(cut(i + p[0] * c + b[0]))
        forget = np.float32(1) - i if input_forget else f(cut(forget + p[2] * c + b[2]))
        new = np.asarray(c * forget + i * g(cut(cell + b[3])))
        return np.asarray(f(cut(o + p[1] * new + b[1])) * last(new)), new

    walked = _walked(x, sequence_lens)
    entering = np.zeros((x.shape[0], x.shape[1], ways, GATES * size), np.float32)
    for d in range(ways):
        entering[:walked, :, d] = of_x[d].of(x[:walked])
    Y, Y_h, Y_c = walk(entering, sequence_lens, [initial_h, initial_c], size, direction, step)
    return Y, Y_h, Y_c


def _walked(x: Array, sequence_lens: Array | None) -> int:
    """Return how many steps are taken: what lies behind them is not quantized with the others."""
    lengths = sorted(set(np.asarray(sequence_lens).reshape(-1).tolist())) if sequence_lens is not None else []
    if len(lengths) > 1:
        raise UserError(
            f"sequence_lens are {lengths}",
            "one length for all sequences: what one that has ended leaves behind takes part in how the others are "
            "quantized, and it is not known what that is", "Run sequences of unequal length one by one.",
        )  # fmt: skip
    return int(lengths[0]) if lengths else int(x.shape[0])


class Product:
    """The products with the weights of one direction."""

    def __init__(self, codes: Array, scale: Array, zero: Array, name: str, direction: int, runtime: Runtime) -> None:
        channels = codes.shape[2]
        self.codes, self.runtime = check.codes(codes[direction], name), runtime
        self.scale = check.scale(np.asarray(scale)[direction], f"{name}_scale", channels)
        self.zero = check.zero_point(np.asarray(zero)[direction], f"{name}_zero_point", codes.dtype, name, channels)

    def of(self, x: Array) -> Array:
        """Return the product with real numbers ``[..., K]``, quantized all at once: float32 ``[..., 4H]``."""
        codes, scale, zero = dynamic_quantize_linear(x)
        total = sums(codes.reshape(-1, x.shape[-1]), self.codes, zero, self.zero, self.runtime)
        return np.asarray(total.astype(np.float32) * (scale * self.scale)).reshape(*x.shape[:-1], -1)


OPERATOR = Operator(
    "DynamicQuantizeLSTM", MICROSOFT, dynamic_quantize_lstm, ("Y", "Y_h", "Y_c"), (1,), "boundary", parts=PARTS,
    optional=frozenset({"B", "sequence_lens", "initial_h", "initial_c", "P"}),
)  # fmt: skip
