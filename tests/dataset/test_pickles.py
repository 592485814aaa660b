"""Python batches are pickles: the genuine ones are read, and nothing that a pickle asks for is run."""

import pickle
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from resnet8doc.dataset._pickles import read_batch
from resnet8doc.errors import UserError


class Attack:
    """Unpickles to a call of open(path, "w")."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return open, (str(self.path), "w")


def batch(rows: int = 3) -> dict[bytes, Any]:
    rng = np.random.default_rng(rows)
    return {b"data": rng.integers(0, 256, (rows, 3072), np.uint8), b"labels": rng.integers(0, 10, rows).tolist()}


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_batches_of_every_protocol_are_read(protocol: int) -> None:
    value = batch()
    planes, labels = read_batch(pickle.dumps(value, protocol), "batch")
    np.testing.assert_array_equal(planes, value[b"data"])
    assert labels.tolist() == value[b"labels"]


def test_batches_as_python_2_wrote_them_are_read(make: SimpleNamespace) -> None:
    value = batch()
    data = make.python2_pickle(value)
    assert b"cnumpy.core.multiarray\n_reconstruct" in data
    planes, labels = read_batch(data, "batch")
    np.testing.assert_array_equal(planes, value[b"data"])
    assert labels.tolist() == value[b"labels"]


@pytest.mark.parametrize("protocol", [0, 2, 5])
def test_attack_is_refused_and_not_run(protocol: int, tmp_path: Path) -> None:
    data = pickle.dumps(batch() | {b"labels": Attack(tmp_path / "owned")}, protocol)
    with pytest.raises(
        UserError, match=r"data_batch_1 is not a python batch .* it names \S*\.open\).*so it was not run"
    ):
        read_batch(data, "data_batch_1")
    assert not (tmp_path / "owned").exists()
    with pickle.loads(data)[b"labels"]:  # noqa: S301 - shows that the attack is real: pickle itself runs it
        assert (tmp_path / "owned").exists()


def test_array_of_objects_is_refused() -> None:
    data = pickle.dumps({b"data": np.array([[1, "two"]], object), b"labels": [0]})
    with pytest.raises(UserError, match="an array is not uint8"):
        read_batch(data, "batch")


@given(st.binary(max_size=200))
def test_noise_is_refused_with_the_files_name(noise: bytes) -> None:
    with pytest.raises(UserError, match="batch is not a python batch"):
        read_batch(noise, "batch")


@given(st.integers(0, 3000))
def test_truncated_batch_is_refused(length: int) -> None:
    with pytest.raises(UserError, match="batch is not a python batch"):
        read_batch(pickle.dumps(batch(), 2)[:length], "batch")
