"""CIFAR-10 in every format it can be given in, made from the real arrays, and caches to spoil."""

import io
import os
import pickle
import shutil
import tarfile
from collections.abc import Callable, Iterator, Mapping
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


@pytest.fixture(scope="module")
def cache_copy(real_cache: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Copy the real data, times included: 184 MB, so once, and no test may write into it."""
    copy = tmp_path_factory.mktemp("copy")
    files = [real_cache / "stamp.json", *(real_cache / f"{name}.npy" for name in dataset.SHA256)]
    made = [Path(shutil.copy2(path, copy)).stat().st_mtime_ns for path in files]
    yield copy
    assert [(copy / path.name).stat().st_mtime_ns for path in files] == made, "a test wrote into the copy of all tests"
    shutil.rmtree(copy)


@pytest.fixture
def warm_cache(cache_copy: Path, empty_cache: Path) -> Path:
    """Give a filled cache whose arrays are links: a test that writes into one takes its own copy of it first."""
    empty_cache.mkdir()
    for path in cache_copy.glob("*.npy"):
        os.link(path, empty_cache / path.name)
    shutil.copy2(cache_copy / "stamp.json", empty_cache)
    return empty_cache


def own(path: Path) -> Path:
    """Put a copy in the place of a link, times included."""
    copy = shutil.copy2(path, path.with_suffix(".copy"))
    return Path(copy).replace(path)


def pieces(images: np.ndarray[Any, Any]) -> Iterator[slice]:
    """Take images a thousand at a time: for all of them at once, numpy makes gigabytes of temporary arrays."""
    for start in range(0, len(images), 1000):
        yield slice(start, start + 1000)


def assert_same(found: np.ndarray[Any, Any], expected: np.ndarray[Any, Any]) -> None:
    """Compare each pixel of each image."""
    assert (found.shape, found.dtype) == (expected.shape, expected.dtype)
    for piece in pieces(expected):
        assert np.array_equal(found[piece], expected[piece]), f"images from {piece.start} on differ"


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
    planes = np.stack([images[..., channel] for channel in range(3)], axis=1)
    return planes.reshape(-1, 3072), arrays[f"{name}_labels"][part]


def python2_pickle(value: Any) -> bytes:
    """Pickle as Python 2 with numpy 1 did when the official archive was made: plain byte strings, old module names."""
    pure_python: Any = pickle._Pickler  # the pure Python one, whose opcodes can be changed

    class Python2Pickler(pure_python):
        dispatch: ClassVar[dict[Any, Any]] = dict(pure_python.dispatch)

        def save_bytes(self, data: bytes) -> None:
            self.write(pickle.BINSTRING + len(data).to_bytes(4, "little") + data)
            self.memoize(data)

        def save_list(self, labels: list[int]) -> None:
            """Write what ``save`` would; of 10,000 labels, one by one in Python, it takes a fifth of a second."""
            self.write(pickle.EMPTY_LIST)
            self.memoize(labels)
            self.write(pickle.MARK + b"".join(pickle.BININT1 + bytes([label]) for label in labels) + pickle.APPENDS)

        dispatch[bytes] = save_bytes
        dispatch[list] = save_list

    stream = io.BytesIO()
    Python2Pickler(stream, protocol=2).dump(value)
    return stream.getvalue().replace(b"cnumpy._core.multiarray\n", b"cnumpy.core.multiarray\n")


def write_archive(path: Path, files: Mapping[str, Path]) -> Path:
    """Pack files or folders under other names."""
    with tarfile.open(path, "w:gz", compresslevel=0) as archive:
        for name, file in files.items():
            archive.add(file, name)
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


@pytest.fixture(scope="module")
def batches(arrays: Arrays, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SimpleNamespace]:
    """Write the real data once, as its authors publish them: a folder of python batches, one of the binary version."""
    folder = tmp_path_factory.mktemp("batches")
    python, binary = folder / "data" / "cifar-10-batches-py", folder / "cifar-10-batches-bin"
    python.mkdir(parents=True)
    binary.mkdir()
    for number, name in enumerate(BATCHES):
        planes, labels = batch_arrays(arrays, number)
        batch = {b"data": planes, b"labels": labels.tolist(), b"batch_label": name.encode()}
        (python / name).write_bytes(python2_pickle(batch))
        np.concatenate([labels[:, None], planes], axis=1).tofile(binary / f"{name}.bin")
    yield SimpleNamespace(python=python, binary=binary)
    shutil.rmtree(folder)


Writer = Callable[[Path, SimpleNamespace, Arrays], Path]
FORMATS: dict[str, Writer] = {
    "python folder": lambda f, b, a: b.python.parent,
    "python archive": lambda f, b, a: write_archive(f / "c.tar.gz", {"cifar-10-batches-py": b.python}),
    "binary folder": lambda f, b, a: b.binary,
    "binary archive": lambda f, b, a: write_archive(f / "c.tar.gz", {"./cifar-10-batches-bin": b.binary}),
    "npz": lambda f, b, a: write_npz(f / "cifar10.npz", a),
    "keras npz": lambda f, b, a: write_keras_npz(f / "cifar10.npz", a),
}


@pytest.fixture(params=FORMATS)
def written(request: pytest.FixtureRequest, batches: SimpleNamespace, arrays: Arrays, folder: Path) -> Path:
    """Give the real data in one of the formats."""
    return FORMATS[request.param](folder, batches, arrays)


@pytest.fixture(scope="session")
def make() -> SimpleNamespace:
    """Give the functions above to tests that spoil one file before it is read."""
    return SimpleNamespace(archive=write_archive, npz=write_npz, python2_pickle=python2_pickle)
