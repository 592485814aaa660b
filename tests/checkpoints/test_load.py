"""Every way to name a checkpoint gives the same weights."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from resnet8doc import checkpoints
from resnet8doc.architecture import LAYERS, WEIGHTS
from resnet8doc.checkpoints import Weights, weights_sha256
from resnet8doc.errors import UserError

Writer = Callable[[Path, Weights], None]


def _same(path: Path, weights: Weights) -> None:
    found = checkpoints.load(path)
    assert (found.name, found.licence, found.card) == (path.name, "unknown", None)
    assert list(found.weights) == list(WEIGHTS)
    for name, array in weights.items():
        assert found.weights[name].dtype == np.float32
        np.testing.assert_array_equal(found.weights[name], array)
    assert found.sha256 == weights_sha256(weights)


@pytest.mark.parametrize("name", ["resnet8.keras", "resnet8.h5", "resnet8.weights.h5"])
def test_keras_own_files_come_back_to_the_bit(name: str, keras_files: dict[str, Path], weights: Weights) -> None:
    _same(keras_files[name], weights)


def test_npz_comes_back_to_the_bit(weights: Weights, tmp_path: Path) -> None:
    np.savez(tmp_path / "named.npz", **weights)  # type: ignore[arg-type]  # numpy's stubs take names for its options
    _same(tmp_path / "named.npz", weights)
    np.savez(tmp_path / "in_order.npz", *weights.values())
    _same(tmp_path / "in_order.npz", weights)


def test_keras_2_comes_back_to_the_bit(weights: Weights, write_keras2: Writer, tmp_path: Path) -> None:
    write_keras2(tmp_path / "old.h5", weights)
    _same(tmp_path / "old.h5", weights)


def test_the_shortcut_may_stand_before_the_convolutions_beside_it(weights: Weights, tmp_path: Path) -> None:
    order = [name for name in LAYERS if LAYERS[name].weights]
    for stack in ("stack2", "stack3"):
        order.remove(f"{stack}_shortcut")
        order.insert(order.index(f"{stack}_conv1"), f"{stack}_shortcut")
    np.savez(tmp_path / "x.npz", *(weights[f"{name}/{key}"] for name in order for key in LAYERS[name].weights))
    _same(tmp_path / "x.npz", weights)


def test_other_precisions_are_rounded_to_float32(weights: Weights, tmp_path: Path) -> None:
    np.savez(tmp_path / "x.npz", *(array.astype(np.float64) for array in weights.values()))
    _same(tmp_path / "x.npz", weights)


def test_the_hash_is_of_the_numbers(weights: Weights) -> None:
    shuffled = dict(sorted(weights.items()))
    assert weights_sha256(shuffled) == weights_sha256(weights)
    changed = weights | {"dense/bias": np.nextafter(weights["dense/bias"], np.float32(9))}
    assert weights_sha256(changed) != weights_sha256(weights)


def test_a_checkpoint_can_be_described(weights: Weights, tmp_path: Path) -> None:
    np.savez(tmp_path / "x.npz", *weights.values())
    found = checkpoints.load(tmp_path / "x.npz").describe()
    assert found["name"] == "x.npz"
    assert found["sha256"] == weights_sha256(weights)
    assert "weights" not in found
    assert checkpoints.files_of(tmp_path / "x.npz") == [tmp_path / "x.npz"]


def test_bundled_has_its_card_or_says_that_it_is_missing() -> None:
    weights_path, card_path = checkpoints.files_of("bundled")
    if weights_path.is_file():
        found = checkpoints.load("bundled")
        assert card_path.is_file()
        assert found.card
        assert found.name == "bundled"
    else:
        with pytest.raises(UserError, match=r"no bundled checkpoint; .* Train it \(nox -s train\)"):
            checkpoints.load("bundled")


def test_mlperf_tiny(mlperf_tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for named in (mlperf_tiny, mlperf_tiny / "pretrainedResnet.h5"):
        monkeypatch.setenv(checkpoints.MLPERF_TINY_VARIABLE, str(named))
        found = checkpoints.load("mlperf-tiny")
        assert found.sha256 == "6c327a42fbea4365a99ffe876f6dbce1fdabc4b9a5e080df3c3e8e020be4674a"
        assert (found.name, found.licence) == ("mlperf-tiny", "Apache-2.0")
        assert checkpoints.files_of("mlperf-tiny") == [mlperf_tiny / "pretrainedResnet.h5"]
