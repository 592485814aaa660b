"""What an evaluation found, and its file."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..architecture import CLASSES
from ..errors import UserError
from ..files import read_json, replacing, sha256, write_json
from ..schemas import validate

NEAR_TIE = 1e-4
"""Two best classes closer than this may change places on another processor, whose kernels sum in another order."""


@dataclass(frozen=True)
class Evaluation:
    """One model's answers to a set of images.

    Attributes
    ----------
    model
        File name of the model.
    model_bytes, model_sha256
        The file's size in bytes and its hash.
    backend, backend_version, options
        What ran it, and every setting that can change a number.
    images_sha256
        Hash of the uint8 images as they were given, in C order.
    labels
        uint8 ``[N]``, the true classes.
    probabilities
        float32 ``[N, 10]``, the model's output.
    seconds
        Wall-clock time from opening the model's file to the last answer.

    Examples
    --------
    >>> answers = np.eye(10, dtype=np.float32)[[3, 5, 5, 9]]
    >>> labels = np.array([3, 3, 5, 9], np.uint8)
    >>> found = Evaluation("m.onnx", 1, "", "onnxruntime", "1.32.0", {}, "", labels, answers, 0.1)
    >>> found.correct, found.total, found.accuracy
    (3, 4, 75.0)
    >>> int(found.confusion[3, 5])
    1
    """

    model: str
    model_bytes: int
    model_sha256: str
    backend: str
    backend_version: str
    options: Mapping[str, str]
    images_sha256: str
    labels: NDArray[np.uint8]
    probabilities: NDArray[np.float32] = field(repr=False)
    seconds: float

    @property
    def predictions(self) -> NDArray[np.uint8]:
        """The most probable class of each image, uint8 ``[N]``; of equal ones the first."""
        best: NDArray[np.uint8] = self.probabilities.argmax(axis=1).astype(np.uint8)
        return best

    @property
    def total(self) -> int:
        """How many images were evaluated."""
        return len(self.labels)

    @property
    def correct(self) -> int:
        """How many images were classified correctly."""
        return int(np.count_nonzero(self.predictions == self.labels))

    @property
    def accuracy(self) -> float:
        """Correct images in percent of all."""
        return percent(self.correct, self.total)

    @property
    def confusion(self) -> NDArray[np.int64]:
        """How many images of each true class (row) were taken for each class (column), ``[10, 10]``."""
        size = len(CLASSES)
        pairs = self.labels.astype(np.int64) * size + self.predictions
        return np.bincount(pairs, minlength=size * size).reshape(size, size)

    @property
    def near_ties(self) -> int:
        """How many images have their two most probable classes within `NEAR_TIE`."""
        best = np.partition(self.probabilities, -2, axis=1)[:, -2:]
        return int(np.count_nonzero(np.abs(best[:, 1] - best[:, 0]) < NEAR_TIE))

    def as_json(self) -> dict[str, Any]:
        """Return the evaluation as ``evaluation.schema.json`` describes it, without the probabilities."""
        confusion = self.confusion
        return {
            "schema": "evaluation",
            "model": {"file": self.model, "bytes": self.model_bytes, "sha256": self.model_sha256},
            "backend": {"name": self.backend, "version": self.backend_version, "options": dict(self.options)},
            "images_sha256": self.images_sha256,
            "total": self.total,
            "correct": self.correct,
            "accuracy": self.accuracy,
            "near_ties": self.near_ties,
            "per_class": [
                {
                    "class": name,
                    "correct": int(row[label]),
                    "total": int(row.sum()),
                    "accuracy": percent(int(row[label]), int(row.sum())),
                }
                for label, (name, row) in enumerate(zip(CLASSES, confusion, strict=True))
            ],
            "confusion": confusion.tolist(),
            "seconds": round(self.seconds, 3),
        }


def percent(part: int, whole: int) -> float:
    """Return ``part`` in percent of ``whole``, to 1e-9 points; 0 of 0 are 0 %.

    Examples
    --------
    >>> percent(8719, 10000)
    87.19
    """
    return round(100 * part / whole, 9) if whole else 0.0


def save(evaluation: Evaluation, folder: Path) -> Path:
    """Write ``<model>.json`` and, beside it, ``<model>.npz`` with the probabilities and labels.

    Each file is replaced at once and the JSON, which holds the hash of the other, comes last.

    Returns
    -------
    Path
        The JSON file.

    Raises
    ------
    UserError
        If the folder cannot be written.
    """
    arrays = folder / f"{evaluation.model}.npz"
    with replacing(arrays) as temporary:
        np.savez_compressed(temporary, probabilities=evaluation.probabilities, labels=evaluation.labels)
    value = evaluation.as_json() | {"arrays": {"file": arrays.name, "sha256": sha256(arrays)}}
    validate(value, "evaluation")
    path = folder / f"{evaluation.model}.json"
    write_json(path, value)
    return path


def load(path: Path) -> Evaluation:
    """Read an evaluation that `save` wrote, checking it against its schema and its arrays.

    Parameters
    ----------
    path
        The JSON file; the ``.npz`` lies beside it.

    Raises
    ------
    UserError
        If a file is missing, is not by the schema, or the two do not belong together.

    Examples
    --------
    >>> import tempfile
    >>> labels, answers = np.array([3, 5], np.uint8), np.eye(10, dtype=np.float32)[[3, 3]]
    >>> found = Evaluation("m.onnx", 1, "0" * 64, "onnxruntime", "1.32.0", {}, "1" * 64, labels, answers, 0.1)
    >>> path = save(found, Path(tempfile.mkdtemp()))
    >>> path.name, load(path).accuracy
    ('m.onnx.json', 50.0)
    """
    value = read_json(path)
    validate(value, "evaluation", path)
    arrays = path.parent / value["arrays"]["file"]
    if not arrays.is_file() or sha256(arrays) != value["arrays"]["sha256"]:
        raise UserError(
            f"{arrays} is missing or not the file that {path.name} was written with",
            f"sha256 {value['arrays']['sha256']}",
            "Evaluate the model again: python -m resnet8doc evaluate.",
        )
    with np.load(arrays, allow_pickle=False) as stored:
        labels, probabilities = stored["labels"], stored["probabilities"]
    backend, model = value["backend"], value["model"]
    evaluation = Evaluation(
        model["file"], model["bytes"], model["sha256"], backend["name"], backend["version"], backend["options"],
        value["images_sha256"], labels, probabilities, value["seconds"],
    )  # fmt: skip
    if evaluation.as_json() | {"arrays": value["arrays"]} != value:
        raise UserError(
            f"{path} does not agree with its own probabilities",
            "figures computed from them",
            "The file was edited: evaluate the model again.",
        )
    return evaluation
