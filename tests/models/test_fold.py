"""Folding is exact but for one rounding of each number."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from resnet8doc.architecture import BATCH_NORMALIZATION_EPSILON, FOLDED_WEIGHTS, LAYERS, WEIGHTS
from resnet8doc.errors import UserError
from resnet8doc.models import Weights, fold

NORMALIZATIONS = [layer for layer in LAYERS.values() if layer.kind == "batch_normalization"]


def _weights(seed: int, magnitude: float) -> Weights:
    rng = np.random.default_rng(seed)
    return {
        name: (np.abs if name.endswith("variance") else np.asarray)(rng.normal(0, magnitude, shape)).astype(np.float32)
        for name, shape in WEIGHTS.items()
    }


@given(seed=st.integers(0, 2**32 - 1), magnitude=st.sampled_from([1e-3, 1.0, 1e3]))
def test_folded_convolution_is_convolution_then_batch_normalization(seed: int, magnitude: float) -> None:
    weights = _weights(seed, magnitude)
    folded = fold(weights)
    rng = np.random.default_rng(seed)
    for normalization in NORMALIZATIONS:
        layer = LAYERS[normalization.inputs[0]]
        gamma, beta, mean, variance = (
            weights[f"{normalization.name}/{name}"].astype(np.float64) for name in normalization.weights
        )
        # Patches of the input make a convolution a matrix product, here in float64.
        patches = rng.normal(0, 10, (4, int(np.prod(layer.kernel_shape[:-1]))))
        unfolded = gamma * (_product(patches, weights, layer.name) - mean)
        unfolded = unfolded / np.sqrt(variance + BATCH_NORMALIZATION_EPSILON) + beta
        # Each folded number is rounded once, by half a unit in the last place at most; float64 adds next to nothing.
        sizes = {name: np.abs(folded[f"{layer.name}/{name}"]) for name in layer.weights}
        bound = _product(np.abs(patches), {f"a/{name}": value for name, value in sizes.items()}, "a") * 2.0**-24
        cancelled = np.abs(gamma / np.sqrt(variance + BATCH_NORMALIZATION_EPSILON)) * np.abs(mean) + np.abs(beta)
        allowed = bound + (np.abs(unfolded) + cancelled) * 1e-12 + 1e-40
        assert (np.abs(_product(patches, folded, layer.name) - unfolded) <= allowed).all()


def _product(patches: NDArray[np.float64], weights: Weights, name: str) -> NDArray[np.float64]:
    kernel = weights[f"{name}/kernel"].astype(np.float64)
    result: NDArray[np.float64] = patches @ kernel.reshape(-1, kernel.shape[-1]) + weights[f"{name}/bias"]
    return result


@given(seed=st.integers(0, 2**32 - 1))
def test_shapes_are_the_architectures_and_what_is_given_is_untouched(seed: int) -> None:
    weights = _weights(seed, 1)
    before = {name: array.copy() for name, array in weights.items()}
    folded = fold(weights)
    assert {name: array.shape for name, array in folded.items()} == FOLDED_WEIGHTS
    assert all(array.dtype == np.float32 for array in folded.values())
    for name in ("stack2_shortcut/kernel", "stack3_shortcut/bias", "dense/kernel"):
        np.testing.assert_array_equal(folded[name], weights[name])
    for array in folded.values():
        array[:] = 0
    for name, array in before.items():
        np.testing.assert_array_equal(weights[name], array)


def test_folded_weights_are_refused() -> None:
    folded = fold(_weights(0, 1))
    with pytest.raises(UserError, match=r"the weights lack stem_bn/gamma; expected the 48 arrays .* cannot be folded"):
        fold(folded)


def test_a_negative_variance_is_refused() -> None:
    weights = _weights(0, 1)
    weights["stack2_bn1/moving_variance"][3] = -1
    with pytest.raises(UserError, match=r"stack2_bn1/moving_variance holds -1\.0; expected variances"):
        fold(weights)
