"""The rule of near ties."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from resnet8doc.models import NEAR_TIE, ConversionError, compare_predictions


@given(seed=st.integers(0, 2**32 - 1), count=st.integers(1, 50))
def test_a_model_agrees_with_itself(seed: int, count: int) -> None:
    answers = np.random.default_rng(seed).dirichlet(np.ones(10), count).astype(np.float32)
    found = compare_predictions(answers, answers.copy())
    assert found["same_prediction"] == found["images"] == count
    assert found["max_abs_difference"] == 0
    assert found["different_near_ties"] == 0


@given(seed=st.integers(0, 2**32 - 1), gap=st.floats(2 * NEAR_TIE, 0.5))
def test_a_changed_prediction_is_an_error_unless_it_was_a_near_tie(seed: int, gap: float) -> None:
    rng = np.random.default_rng(seed)
    one, other = rng.choice(10, 2, replace=False)
    far, near = (np.zeros((1, 10), np.float32) for _ in range(2))
    far[0, one], far[0, other] = 0.5 + gap / 2, 0.5 - gap / 2
    near[0, one], near[0, other] = 0.5 + NEAR_TIE / 4, 0.5 - NEAR_TIE / 4
    swap = np.arange(10)
    swap[[one, other]] = swap[[other, one]]
    with pytest.raises(ConversionError, match=rf"A and B: 1 images .* image 0: class {one} against {other}"):
        compare_predictions(far, far[:, swap], "A and B")
    found = compare_predictions(near, near[:, swap])
    assert (found["same_prediction"], found["near_ties"], found["different_near_ties"]) == (0, 1, 1)


def test_different_numbers_of_images_are_an_error() -> None:
    with pytest.raises(ConversionError, match=r"shapes \(2, 10\) and \(3, 10\)"):
        compare_predictions(np.zeros((2, 10), np.float32), np.zeros((3, 10), np.float32))
