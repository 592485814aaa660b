"""The cache heals itself, never serves what is not CIFAR-10, and says why when it cannot be used."""

import json
import logging
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from resnet8doc import dataset
from resnet8doc.dataset._user import fingerprint
from resnet8doc.errors import UserError

from .conftest import assert_same, own

Arrays = dict[str, np.ndarray]


def truncate(path: Path) -> None:
    with path.open("r+b") as stream:
        stream.truncate(1000)


def alter(path: Path) -> None:
    with path.open("r+b") as stream:
        stream.seek(5000)
        byte = stream.read(1)
        stream.seek(5000)
        stream.write(bytes([byte[0] ^ 255]))


def poison(path: Path) -> None:
    """Put a pickle into the .npy."""
    np.save(path, np.array([{"an": "object"}], object), allow_pickle=True)


def swap(path: Path) -> None:
    """Write a whole array of CIFAR-10's shape, but not its bytes."""
    np.save(path, np.zeros((10_000, 32, 32, 3), np.uint8))


def delete(path: Path) -> None:
    path.unlink()


@pytest.mark.parametrize("spoil", [truncate, alter, poison, swap, delete])
def test_spoiled_cache_is_never_served(
    spoil: Callable[[Path], None],
    warm_cache: Path,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """It says that it was filled from a path that the user names; by now, nothing can be read there."""
    source = folder / "cifar10.npz"
    source.write_bytes(b"no longer an archive")
    stamp = json.loads((warm_cache / "stamp.json").read_text())
    (warm_cache / "stamp.json").write_text(json.dumps({**stamp, "fingerprint": fingerprint(source)}))
    monkeypatch.setenv(dataset.CIFAR10_VARIABLE, str(source))
    spoiled = own(warm_cache / "test_images.npy")
    assert len(dataset.load("test", progress=False).labels) == 10_000  # while it is whole, it is served
    spoil(spoiled)
    with pytest.raises(UserError, match=r"cifar10\.npz cannot be read"):
        dataset.load("test", progress=False)
    if spoil is not delete:
        assert f"{spoiled} is damaged: its bytes are not CIFAR-10's; removing it" in caplog.text
    assert not spoiled.exists()


def test_spoiled_cache_is_made_again(
    warm_cache: Path, folder: Path, arrays: Arrays, make: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    alter(own(warm_cache / "test_images.npy"))
    monkeypatch.setenv(dataset.CIFAR10_VARIABLE, str(make.npz(folder / "cifar10.npz", arrays)))
    assert_same(dataset.load("test").images, arrays["test_images"])


def test_describe_finds_damage_that_size_and_time_hide(warm_cache: Path, no_network: None) -> None:
    path = own(warm_cache / "train_images.npy")
    times = path.stat()
    alter(path)
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
    dataset.load("train")  # the cheap check cannot see it
    with pytest.raises(UserError, match="none of the sources of CIFAR-10 works"):
        dataset.describe(progress=False)
    assert not path.exists()


def test_touched_files_are_hashed_and_kept(warm_cache: Path, no_network: None, arrays: Arrays) -> None:
    for path in warm_cache.glob("*.npy"):
        os.utime(own(path), ns=(1, 1))
    before = json.loads((warm_cache / "stamp.json").read_text())
    assert_same(dataset.load("test").images, arrays["test_images"])
    after = json.loads((warm_cache / "stamp.json").read_text())
    assert after["source"] == before["source"]
    assert after["files"] != before["files"]


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"sha256": {}}'])
def test_spoiled_stamp_costs_only_a_hash(text: str, warm_cache: Path, no_network: None, arrays: Arrays) -> None:
    (warm_cache / "stamp.json").write_text(text)
    np.testing.assert_array_equal(dataset.load("test").labels, arrays["test_labels"])
    assert json.loads((warm_cache / "stamp.json").read_text())["sha256"] == dataset.SHA256


def test_left_overs_of_an_interrupted_build_are_removed(
    warm_cache: Path, no_network: None, caplog: pytest.LogCaptureFixture
) -> None:
    (warm_cache / ".partial-abc").mkdir()
    (warm_cache / ".partial-abc" / "half.tgz").write_bytes(b"half")
    (warm_cache / ".train_images.xyz.npy").write_bytes(b"half")
    (warm_cache / "stamp.json").unlink()
    with caplog.at_level(logging.WARNING):
        dataset.load("test")
    assert sorted(path.name for path in warm_cache.iterdir() if path.name != "lock") == [
        "stamp.json",
        "test_images.npy",
        "test_labels.npy",
        "train_images.npy",
        "train_labels.npy",
    ]
    assert "left by an interrupted build" in caplog.text


def test_cache_that_cannot_be_made_is_named(folder: Path, no_network: None, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "file").write_text("in the way")
    monkeypatch.setenv(dataset.CACHE_VARIABLE, str(folder / "file" / "cache"))
    with pytest.raises(
        UserError, match=r"the cache .*file/cache cannot be written .*name another folder with RESNET8DOC_CACHE"
    ):
        dataset.load("test", progress=False)


def test_full_disk_is_named_and_leaves_nothing_half_written(
    empty_cache: Path, folder: Path, arrays: Arrays, make: SimpleNamespace
) -> None:
    """The kernel refuses to let this process write files over 50 MB, as a full disk would; the images have 153."""
    path = make.npz(folder / "cifar10.npz", arrays)
    program = """
import resource
from resnet8doc.dataset import load
resource.setrlimit(resource.RLIMIT_FSIZE, (50_000_000, 50_000_000))
load("test")
"""
    environment = os.environ | {dataset.CIFAR10_VARIABLE: str(path), dataset.CACHE_VARIABLE: str(empty_cache)}
    ended = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=False
    )
    assert "UserError: cannot write" in ended.stderr
    assert "train_images.npy" in ended.stderr
    assert "Free some space" in ended.stderr
    assert [file.name for file in empty_cache.iterdir()] == ["lock"]
