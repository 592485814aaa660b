"""What GRU, LSTM and RNN share: steps along a sequence, forward and backward, each item to its own length."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import UserError
from . import _mlas
from ._checks import numbers

Array = npt.NDArray[Any]
States = tuple[Array, ...]
Step = Callable[[int, Array, States], States]
"""From the direction's number, one element of each sequence ``[N, I]`` and the states to the new states."""

DIRECTIONS = {"forward": (False,), "reverse": (True,), "bidirectional": (False, True)}
"""For each direction, whether it goes backward."""

ACTIVATIONS: dict[str, Callable[[Array], Array]] = {
    "Sigmoid": _mlas.logistic, "Tanh": _mlas.tanh, "Relu": lambda x: np.maximum(x, np.float32(0)),
}  # fmt: skip

SUMS = "the order in which a matrix product is added up is left to each implementation"


def functions_of(
    given: Sequence[str] | None,
    default: tuple[str, ...],
    count: int,
    known: Mapping[str, Callable[[Array], Array]] = ACTIVATIONS,
) -> list[tuple[Callable[[Array], Array], ...]]:
    """Return the functions of each direction, of those that are known.

    Raises
    ------
    UserError
        If one is not known, or there are not as many as gates ask for.
    """
    names = list(given or default * count)
    for name in names:
        if name not in known:
            raise UserError(f"activation {name}", f"one of {', '.join(known)}", "Export the model with one of these.")
    each = len(default)
    if len(names) != each * count:
        raise UserError(f"there are {len(names)} activations", f"{each * count}", "Name one for each function.")
    return [tuple(known[name] for name in names[d * each : d * each + each]) for d in range(count)]


def cutter(clip: float | None) -> Callable[[Array], Array]:
    """Return what cuts off numbers before an activation, on both sides of 0; None to leave them."""
    if clip is not None and not clip > 0:
        raise UserError(f"clip is {clip:g}", "a number above 0", "Correct clip, or leave it out.")
    limit = np.float32(np.inf if clip is None else clip)
    return lambda x: np.asarray(np.clip(x, -limit, limit))


def check_weights(
    X: Array, W: Array, R: Array, gates: int, hidden_size: int | None, direction: str, layout: int
) -> int:
    """Return the number of states of one direction, or refuse what does not fit together.

    Raises
    ------
    UserError
        If a type is not float32, a shape does not fit, or the direction or layout is another.
    """
    if layout:
        raise UserError(
            "layout is 1", "0: steps along the first axis", "Transpose around the node: ONNX Runtime refuses 1 as well."
        )
    for name, array in (("X", X), ("W", W), ("R", R)):
        if array.dtype != np.float32:
            raise UserError(
                f"{name} is {array.dtype} {list(array.shape)}", "float32 of 3 axes", "Convert the model to float32."
            )
    return check_sizes(X, W, R, gates, hidden_size, direction)


def check_sizes(X: Array, W: Array, R: Array, gates: int, hidden_size: int | None, direction: str) -> int:
    """Return the number of states of one direction, of weights ``[D, gates, features]`` of any type.

    Raises
    ------
    UserError
        If a shape does not fit, or the direction is another.
    """
    if direction not in DIRECTIONS:
        raise UserError(f"direction is {direction!r}", f"one of {', '.join(DIRECTIONS)}", "Correct direction.")
    for name, array in (("X", X), ("W", W), ("R", R)):
        if array.ndim != 3:
            raise UserError(f"{name} is {array.dtype} {list(array.shape)}", "3 axes", f"Reshape {name}.")
    size, count = R.shape[2], len(DIRECTIONS[direction])
    wanted = {"W": (W.shape, (count, gates * size, X.shape[2])), "R": (R.shape, (count, gates * size, size))}
    for name, (found, expected) in wanted.items():
        if found != expected:
            raise UserError(f"{name} has shape {list(found)}", f"{list(expected)}", f"Correct {name}.")
    if hidden_size not in (None, size):
        raise UserError(f"hidden_size is {hidden_size}", f"{size}, as R has", "Correct hidden_size.")
    return int(size)


def biases(B: Array | None, count: int, size: int) -> Array:
    """Return biases ``[D, count, size]``, zeros where there are none."""
    return np.zeros((2, count, size), np.float32) if B is None else B.reshape(-1, count, size)


def walk(
    X: Array, lengths: Array | None, given: Sequence[Array | None], size: int, direction: str, step: Step
) -> tuple[Array, ...]:
    """Take the steps; return what each gives, ``[T, D, N, H]``, and the last of each state, ``[D, N, H]``.

    Behind the end of a sequence that is shorter than the others the result is 0. Backward begins at each sequence's own
    end.
    """
    whole, items = X.shape[:2]
    ends = np.full(items, whole) if lengths is None else np.asarray(lengths).reshape(-1)
    if ends.size != items or (ends < 0).any() or (ends > whole).any():
        raise UserError(
            f"sequence_lens are {ends.tolist()}", f"{items} numbers from 0 to {whole}", "Correct sequence_lens."
        )
    ways, every = DIRECTIONS[direction], np.arange(items)
    Y = np.zeros((whole, len(ways), items, size), np.float32)
    last: list[States] = []
    for d, backward in enumerate(ways):
        states: States = tuple(np.zeros((items, size), np.float32) if s is None else s[d] for s in given)
        for t in range(int(ends.max(initial=0))):
            running = (t < ends)[:, None]
            at = np.maximum(ends - 1 - t, 0) if backward else np.full(items, t)
            made = step(d, X[at, every], states)
            states = tuple(np.where(running, new, old) for new, old in zip(made, states, strict=True))
            Y[at[t < ends], d, every[t < ends]] = states[0][t < ends]
        last.append(states)
    numbers(Y, "what is computed")
    return (Y, *(np.stack([states[n] for states in last]) for n in range(len(given))))
