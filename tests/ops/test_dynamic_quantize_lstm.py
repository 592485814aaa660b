"""DynamicQuantizeLSTM against ONNX Runtime, to the bit: every direction, type of weights and optional input."""

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from resnet8doc.errors import UserError
from resnet8doc.ops import OPERATORS
from resnet8doc.proof._tally import differs

Array = np.ndarray[Any, Any]
Compare = Callable[..., list[tuple[Array, Array]]]

OPERATOR = OPERATORS["com.microsoft", "DynamicQuantizeLSTM"]


def inputs(
    rng: np.random.Generator, ways: int, kind: type[np.integer[Any]], *, channels: bool, optional: bool
) -> list[Any]:
    """Return every input, the optional ones as None unless they are asked for."""
    steps, items, features, size = (int(rng.integers(1, high)) for high in (7, 4, 9, 20))
    limits = np.iinfo(kind)

    def real(*shape: int) -> Array:
        return rng.normal(0, 0.7, shape).astype(np.float32)

    def codes(*shape: int) -> Array:
        return rng.integers(limits.min, limits.max, shape, endpoint=True).astype(kind)

    def scale_and_zero() -> list[Any]:
        shape = (ways, 4 * size) if channels else (ways,)
        middle = np.full(shape, 0 if limits.min else 128, kind)  # the runtime demands it of a zero for each channel
        return [rng.uniform(0.001, 0.02, shape).astype(np.float32), middle if channels else codes(ways)]

    given: list[Any] = [real(steps, items, features), codes(ways, features, 4 * size), codes(ways, size, 4 * size)]
    extra = [
        real(ways, 8 * size), np.full(items, max(1, steps - 1), np.int32), real(ways, items, size),
        real(ways, items, size), real(ways, 3 * size),
    ]  # fmt: skip
    return given + (extra if optional else [None] * 5) + scale_and_zero() + scale_and_zero()


@pytest.mark.parametrize("kind", [np.int8, np.uint8])
@pytest.mark.parametrize("direction", ["forward", "reverse", "bidirectional"])
@pytest.mark.parametrize("optional", [False, True])
def test_no_bit_differs(compare: Compare, direction: str, kind: type[np.integer[Any]], optional: bool) -> None:
    attributes = {"clip": 0.8, "input_forget": 1} if optional else {}
    for seed in range(12):
        rng = np.random.default_rng(seed)
        given = inputs(rng, 1 + (direction == "bidirectional"), kind, channels=bool(seed % 2), optional=optional)
        size = given[2].shape[1]
        pairs = compare(
            "DynamicQuantizeLSTM", given, domain="com.microsoft", opset=17, outputs=3, direction=direction,
            hidden_size=size, **attributes,
        )  # fmt: skip
        assert len(pairs) == 3
        for expected, found in pairs:
            assert (found.dtype, found.shape) == (expected.dtype, expected.shape)
            assert not differs(found, expected).any(), f"seed {seed}"


@pytest.mark.parametrize(
    ("place", "value", "message"),
    [
        (1, np.zeros((1, 2, 4)), "W is float64; expected int8 or uint8."),
        (1, np.zeros((1, 9, 4), np.int8), "W has shape [1, 4, 9]; expected"),
        (4, np.array([1, 2], np.int32), "sequence_lens are [1, 2]; expected one length for all sequences"),
        (8, np.zeros((1, 3), np.float32), "W_scale has shape [3]; expected a scalar or shape"),
        (9, np.zeros(1, np.uint8), "W_zero_point is uint8 and W is int8; expected one type for both."),
    ],
)
def test_what_does_not_fit_is_said(place: int, value: Array, message: str) -> None:
    scale, zero = np.ones(1, np.float32), np.zeros(1, np.int8)
    given = [
        np.ones((2, 2, 2), np.float32), np.ones((1, 2, 4), np.int8), np.ones((1, 1, 4), np.int8), *[None] * 5,
        scale, zero, scale, zero,
    ]  # fmt: skip
    given[place] = value
    with pytest.raises(UserError, match=re.escape(message)):
        OPERATOR.function(*given, hidden_size=1)
