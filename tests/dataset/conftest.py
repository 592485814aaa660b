"""CIFAR-10 in every format it can be given in, made from the real arrays, and caches to spoil."""

import io
import pickle
import shutil
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, ClassVar

import numpy as np
import pytest

from resnet8doc import dataset

Arrays = dict[str, np.ndarray[Any, np.dtype[np.uint8]]]
BATCHES = [*(f"data_batch_{number}" for number in range(1, 6)), "test_batch"]


@pytest.fixture(scope="session")
def arrays() -> Arrays:
    """Give the real data, through the public function; they are fetched if this machine's cache is empty."""
    train, test = dataset.load("train"), dataset.load("test")
    return {
        "train_images": train.images,
        "train_labels": train.labels,
        "test_images": test.images,
        "test_labels": test.labels,
    }


@pytest.fixture(scope="session")
def real_cache(arrays: Arrays) -> Path:
    """Give this machine's cache, filled; asked for before any test names another one."""
    return dataset.cache_folder()


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """Give a folder that is removed after the test: pytest would keep gigabytes."""
    yield tmp_path
    shutil.rmtree(tmp_path)


@pytest.fixture
def empty_cache(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(dataset.CACHE_VARIABLE, str(folder / "cache"))
    monkeypatch.delenv(dataset.CIFAR10_VARIABLE, raising=False)
    return folder / "cache"


@pytest.fixture
def warm_cache(real_cache: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Copy the real cache, times included."""
    shutil.copytree(real_cache, folder / "cache", ignore=shutil.ignore_patterns("lock", ".*"))
    monkeypatch.setenv(dataset.CACHE_VARIABLE, str(folder / "cache"))
    monkeypatch.delenv(dataset.CIFAR10_VARIABLE, raising=False)
    return folder / "cache"


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing listens on the port that npm and HTTP are sent to."""
    nowhere = "http://127.0.0.1:9/"
    monkeypatch.setenv("npm_config_registry", nowhere)
    monkeypatch.setenv("npm_config_prefer_online", "true")  # else npm may serve its own cache's copy
    monkeypatch.setenv("npm_config_fetch_retries", "0")
    monkeypatch.setenv("HTTPS_PROXY", nowhere)
    monkeypatch.setenv("https_proxy", nowhere)


def batch_arrays(arrays: Arrays, batch: int) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Planes [10000, 3072] and labels of batch 0 to 4 (train) or 5 (test)."""
    name = "test" if batch == 5 else "train"
    part = slice(None) if batch == 5 else slice(batch * 10_000, (batch + 1) * 10_000)
    images = arrays[f"{name}_images"][part]
    return images.transpose(0, 3, 1, 2).reshape(-1, 3072), arrays[f"{name}_labels"][part]


def python2_pickle(value: Any) -> bytes:
    """Pickle as Python 2 with numpy 1 did when the official archive was made: plain byte strings, old module names."""
    pure_python: Any = pickle._Pickler  # the pure Python one, whose opcodes can be changed

    class Python2Pickler(pure_python):
        dispatch: ClassVar[dict[Any, Any]] = dict(pure_python.dispatch)

        def save_bytes(self, data: bytes) -> None:
            self.write(pickle.BINSTRING + len(data).to_bytes(4, "little") + data)
            self.memoize(data)

        dispatch[bytes] = save_bytes

    stream = io.BytesIO()
    Python2Pickler(stream, protocol=2).dump(value)
    return stream.getvalue().replace(b"cnumpy._core.multiarray\n", b"cnumpy.core.multiarray\n")


def python_files(arrays: Arrays) -> dict[str, bytes]:
    files = {}
    for number, name in enumerate(BATCHES):
        planes, labels = batch_arrays(arrays, number)
        batch = {b"data": np.ascontiguousarray(planes), b"labels": labels.tolist(), b"batch_label": name.encode()}
        files[name] = python2_pickle(batch)
    return files


def binary_files(arrays: Arrays) -> dict[str, bytes]:
    files = {}
    for number, name in enumerate(BATCHES):
        planes, labels = batch_arrays(arrays, number)
        files[f"{name}.bin"] = np.concatenate([labels[:, None], planes], axis=1).tobytes()
    return files


def write_folder(folder: Path, files: dict[str, bytes]) -> Path:
    folder.mkdir(parents=True)
    for name, data in files.items():
        (folder / name).write_bytes(data)
    return folder


def write_archive(path: Path, files: dict[str, bytes], prefix: str = "") -> Path:
    with tarfile.open(path, "w:gz", compresslevel=0) as archive:
        for name, data in files.items():
            member = tarfile.TarInfo(prefix + name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return path


def write_npz(path: Path, arrays: Arrays) -> Path:
    np.savez(path, allow_pickle=False, **arrays)
    return path


def write_keras_npz(path: Path, arrays: Arrays) -> Path:
    """As Keras gives the arrays: its names, labels as a column of int64."""
    np.savez(
        path,
        allow_pickle=False,
        x_train=arrays["train_images"],
        y_train=arrays["train_labels"].astype(np.int64)[:, None],
        x_test=arrays["test_images"],
        y_test=arrays["test_labels"].astype(np.int64)[:, None],
    )
    return path


Writer = Callable[[Path, Arrays], Path]
FORMATS: dict[str, Writer] = {
    "python folder": lambda f, a: write_folder(f / "data" / "cifar-10-batches-py", python_files(a)).parent,
    "python archive": lambda f, a: write_archive(f / "c.tar.gz", python_files(a), "cifar-10-batches-py/"),
    "binary folder": lambda f, a: write_folder(f / "cifar-10-batches-bin", binary_files(a)),
    "binary archive": lambda f, a: write_archive(f / "c.tar.gz", binary_files(a), "./cifar-10-batches-bin/"),
    "npz": lambda f, a: write_npz(f / "cifar10.npz", a),
    "keras npz": lambda f, a: write_keras_npz(f / "cifar10.npz", a),
}


@pytest.fixture(params=FORMATS)
def written(request: pytest.FixtureRequest, arrays: Arrays, folder: Path) -> Path:
    """Write the real data in one of the formats."""
    return FORMATS[request.param](folder, arrays)


@pytest.fixture(scope="session")
def make() -> SimpleNamespace:
    """Give the functions above to tests that spoil one file before it is read."""
    return SimpleNamespace(
        archive=write_archive,
        binary_files=binary_files,
        folder=write_folder,
        npz=write_npz,
        python2_pickle=python2_pickle,
        python_files=python_files,
    )
