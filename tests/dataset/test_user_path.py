"""A copy that the user names: every format is read to the same bits, and every mistake is named."""

import io
import json
import tarfile
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from resnet8doc import dataset
from resnet8doc.dataset._sources import fetch
from resnet8doc.errors import UserError

from .conftest import assert_same

Arrays = dict[str, np.ndarray]


@pytest.fixture(autouse=True)
def _alone(empty_cache: Path, no_network: None) -> None:
    """No cache and no network: only the named path can answer."""


def read(path: Path, monkeypatch: pytest.MonkeyPatch) -> dataset.Split:
    monkeypatch.setenv(dataset.CIFAR10_VARIABLE, str(path))
    return dataset.load("test", progress=False)


def test_every_format_gives_the_same_arrays(written: Path, arrays: Arrays, folder: Path) -> None:
    """That a cache gives what is written into it is the next test's: to write it takes as long as to read a format."""
    source, found = fetch(folder, written, progress=False)
    assert source.endswith(f" at {written}")
    for name in dataset.SHA256:
        assert_same(found[name], arrays[name])


@pytest.mark.parametrize("form", ["npz", "binary folder"])
def test_cache_filled_from_the_path_serves_it_until_its_files_change(
    form: str,
    batches: SimpleNamespace,
    arrays: Arrays,
    folder: Path,
    make: SimpleNamespace,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if form == "npz":
        path = file = make.npz(folder / "cifar10.npz", arrays)
    else:
        whole = (batches.binary / "test_batch.bin").read_bytes()
        path = with_one_spoiled(folder / "binary", batches.binary, "test_batch.bin", whole)
        file = path / "test_batch.bin"
    assert_same(read(path, monkeypatch).images, arrays["test_images"])
    assert_same(dataset.load("train").images, arrays["train_images"])
    stamp = folder / "cache" / "stamp.json"
    assert json.loads(stamp.read_text())["source"].endswith(f" at {path}")
    written = stamp.stat().st_mtime_ns
    read(path, monkeypatch)
    assert stamp.stat().st_mtime_ns == written
    file.write_bytes(b"no longer an archive")
    with pytest.raises(
        UserError, match=r"cifar10\.npz cannot be read|test_batch\.bin has 20 bytes; expected 30,730,000"
    ):
        read(path, monkeypatch)


def test_wrong_path_is_an_error_even_with_a_warm_cache(
    warm_cache: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(UserError, match=r"RESNET8DOC_CIFAR10 names .*nothing, which does not exist.*unset"):
        read(folder / "nothing", monkeypatch)


def test_folder_without_the_files_is_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = folder / "pictures"
    path.mkdir()
    (path / "cat.jpg").touch()
    (path / "data_batch_1").touch()
    with pytest.raises(UserError, match=r"pictures holds 2 files \(cat\.jpg, data_batch_1\); expected all files of .*"):
        read(path, monkeypatch)


def with_one_spoiled(folder: Path, whole: Path, name: str, data: bytes) -> Path:
    """Make a folder with links to all files of another, but for one, which holds other bytes."""
    folder.mkdir()
    for path in whole.iterdir():
        if path.name != name:
            (folder / path.name).symlink_to(path)
    (folder / name).write_bytes(data)
    return folder


def test_one_altered_pixel_is_found(batches: SimpleNamespace, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    altered = bytearray((batches.binary / "data_batch_3.bin").read_bytes())
    altered[5_000_000] ^= 1
    path = with_one_spoiled(folder / "binary", batches.binary, "data_batch_3.bin", bytes(altered))
    message = (
        rf"binary: the bytes of train_images have sha256 [0-9a-f]{{64}}; expected {dataset.SHA256['train_images']}"
    )
    with pytest.raises(UserError, match=message):
        read(path, monkeypatch)
    assert not (folder / "cache" / "stamp.json").exists()
    assert not list((folder / "cache").glob("*.npy"))


def test_truncated_batch_is_named_with_its_size(
    batches: SimpleNamespace, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cut = (batches.binary / "test_batch.bin").read_bytes()[:-1]
    path = with_one_spoiled(folder / "binary", batches.binary, "test_batch.bin", cut)
    with pytest.raises(UserError, match=r"test_batch\.bin has 30,729,999 bytes; expected 30,730,000"):
        read(path, monkeypatch)


def test_truncated_archive_is_refused(
    batches: SimpleNamespace, folder: Path, make: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It ends within its second file."""
    files = {f"cifar-10-batches-bin/{name}": batches.binary / name for name in ("data_batch_1.bin", "data_batch_2.bin")}
    path = make.archive(folder / "cifar.tar.gz", files)
    with path.open("r+b") as stream:
        stream.truncate(50_000_000)
    with pytest.raises(UserError, match=r"cifar\.tar\.gz cannot be read as an archive .*truncated"):
        read(path, monkeypatch)


def test_file_that_is_no_archive_is_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "cifar.tar.gz").write_text("<html>Moved</html>")
    with pytest.raises(UserError, match=r"cifar\.tar\.gz cannot be read as an archive"):
        read(folder / "cifar.tar.gz", monkeypatch)


def test_archive_that_climbs_out_writes_nothing(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = folder / "deep" / "down"
    place.mkdir(parents=True)
    with tarfile.open(place / "evil.tar.gz", "w:gz") as archive:
        for name in ("../../escaped", str(folder / "absolute"), "../data_batch_1"):
            member = tarfile.TarInfo(name)
            member.size = 4
            archive.addfile(member, io.BytesIO(b"evil"))
        for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE):
            link = tarfile.TarInfo("cifar-10-batches-py/data_batch_1")
            link.type, link.linkname = kind, "/etc/passwd"
            archive.addfile(link)
    before = set(folder.rglob("*"))
    with pytest.raises(UserError, match=r"evil\.tar\.gz holds 5 files .*expected all files of the python batches"):
        read(place / "evil.tar.gz", monkeypatch)
    assert {path for path in folder.rglob("*") if folder / "cache" not in (path, *path.parents)} == before


def test_archive_member_far_too_large_is_not_read(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    member = tarfile.TarInfo("cifar-10-batches-py/data_batch_1")
    member.size = 10**12
    (folder / "bomb.tar").write_bytes(member.tobuf() + bytes(10_240))
    with pytest.raises(UserError, match=r"data_batch_1 has 1,000,000,000,000 bytes; expected at most 40,000,000"):
        read(folder / "bomb.tar", monkeypatch)


def test_npz_of_something_else_is_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    np.savez(folder / "other.npz", weights=np.zeros(3))
    with pytest.raises(UserError, match=r"other\.npz has the arrays \['weights'\]; expected an \.npz with .*x_train"):
        read(folder / "other.npz", monkeypatch)


def test_npz_with_a_pickle_inside_is_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    np.savez(folder / "objects.npz", x_train=np.array([{"an": "object"}], object), y_train=0, x_test=0, y_test=0)
    with pytest.raises(UserError, match=r"objects\.npz cannot be read \(Object arrays cannot be loaded"):
        read(folder / "objects.npz", monkeypatch)


def test_npz_with_scaled_images_is_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    labels = np.zeros(4, np.uint8)
    images = np.zeros((4, 32, 32, 3), np.float32)
    np.savez(folder / "scaled.npz", x_train=images, y_train=labels, x_test=images, y_test=labels)
    with pytest.raises(
        UserError, match=r"train_images is float32 \(4, 32, 32, 3\); expected uint8 \(50000, 32, 32, 3\)"
    ):
        read(folder / "scaled.npz", monkeypatch)


def test_npz_with_labels_of_a_hundred_classes_is_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    images, labels = np.zeros((4, 32, 32, 3), np.uint8), np.array([0, 1, 99, 3])
    np.savez(folder / "hundred.npz", x_train=images, y_train=labels, x_test=images, y_test=labels)
    with pytest.raises(UserError, match=r"train_labels is int64 \(4,\); expected integers 0 to 9"):
        read(folder / "hundred.npz", monkeypatch)
