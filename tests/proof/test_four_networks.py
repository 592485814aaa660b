"""The record of MLPerf Tiny's four networks, measured again on a few inputs where the files are at hand."""

from importlib.resources import files
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from resnet8doc.errors import UserError
from resnet8doc.oracles import KERNELS
from resnet8doc.proof.four import NETWORKS, find, measure, read_record

INPUTS = 2


@pytest.fixture(scope="module")
def paths(networks: Path, mlperf_tiny: Path) -> dict[str, Path]:
    return find([networks, mlperf_tiny])


@pytest.mark.parametrize("key", [network.key for network in NETWORKS])
def test_measured_again_it_is_the_same(key: str, paths: dict[str, Path]) -> None:
    recorded, found = read_record()["networks"][key], measure(paths[key], INPUTS)
    counted = ("inputs", "kernels", "c")
    assert {k: v for k, v in found.items() if k not in counted} == {
        k: v for k, v in recorded.items() if k not in counted
    }
    assert found["kernels"].keys() == recorded["kernels"].keys() == set(KERNELS)
    for kernels, proof in found["kernels"].items():
        held = recorded["kernels"][kernels]
        assert (proof["local"], proof["end_to_end"]) == (held["local"], held["end_to_end"]) == (0, 0)
        assert proof["values"] * recorded["inputs"] == held["values"] * INPUTS
    ours, theirs = found["c"], recorded["c"]
    assert ours["mismatches"] == theirs["mismatches"] == 0
    assert ours["values"] * recorded["inputs"] == theirs["values"] * INPUTS
    # The first inputs of a seed are the same however many follow, so that fewer outputs differ.
    assert all(ours["differ"][kernels] <= theirs["differ"][kernels] for kernels in KERNELS)


def test_multiply_accumulates_by_hand() -> None:
    """The two networks whose layers fit in a line, counted from their architectures."""
    found = {key: network["multiply_accumulates"] for key, network in read_record()["networks"].items()}
    widths = (640, 128, 128, 128, 128, 8, 128, 128, 128, 128, 640)
    assert found["ad"] == sum(left * right for left, right in pairwise(widths))
    positions, channels = 25 * 5, 64
    separable = positions * channels * (3 * 3 + channels)
    assert found["kws"] == positions * channels * 10 * 4 + 4 * separable + channels * 12


def test_the_record_is_of_these_files_and_small() -> None:
    record: dict[str, Any] = read_record()
    assert {network.key: network.sha256 for network in NETWORKS} == {
        key: network["sha256"] for key, network in record["networks"].items()
    }
    assert len((files("resnet8doc.proof.four") / "record.json").read_bytes()) < 20_000


def test_files_that_are_missing_are_all_named(tmp_path: Path) -> None:
    (tmp_path / "other.tflite").write_bytes(b"something else")
    with pytest.raises(
        UserError, match=r"Image classification, Keyword spotting, Visual wake words, Anomaly detection"
    ):
        find([tmp_path])
