"""What tests of operators against ONNX Runtime share: cases in several opsets, and how closely results agree."""

from collections.abc import Callable
from typing import Any

import numpy as np

from resnet8doc.ops import OPERATORS
from resnet8doc.proof._tally import differs

Array = np.ndarray[Any, Any]
Compare = Callable[..., list[tuple[Array, Array]]]
Inputs = Callable[[np.random.Generator], list[Any]]
Case = tuple[str, Inputs, dict[str, Any], tuple[int, ...]]
"""An operator, what draws its inputs, its attributes and the opsets in which it is compared."""

SEEDS = 12


def names(cases: list[Case]) -> list[str]:
    return [f"{number}-{case[0]}" for number, case in enumerate(cases)]


def hold_to_bits(compare: Compare, case: Case) -> None:
    """Demand that no bit differs."""
    op_type, generate, attributes, opsets = case
    for opset in opsets:
        for seed in range(SEEDS):
            for expected, found in compare(op_type, generate(np.random.default_rng(seed)), opset=opset, **attributes):
                assert (found.dtype, found.shape) == (expected.dtype, expected.shape)
                assert not differs(found, expected).any(), f"{op_type}, opset {opset}, seed {seed}"


def hold_to_last_bits(compare: Compare, case: Case) -> None:
    """Demand that the results are close, of an operator that says that it is not exact."""
    op_type, generate, attributes, opsets = case
    assert OPERATORS["", op_type].exact is not True
    for opset in opsets:
        for seed in range(SEEDS):
            for expected, found in compare(op_type, generate(np.random.default_rng(seed)), opset=opset, **attributes):
                assert (found.dtype, found.shape) == (expected.dtype, expected.shape)
                np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-5)
