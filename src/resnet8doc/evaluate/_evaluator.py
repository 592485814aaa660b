"""The evaluator: the same images and the same preprocessing for every backend."""

import hashlib
import time
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from ..architecture import CLASSES, IMAGE_SHAPE
from ..dataset import preprocess
from ..errors import UserError
from ..files import sha256
from ._evaluation import Evaluation
from ._runners import open_model

BATCH_SIZE = 200
"""Images given to the backend at once."""

BASELINE = 85.0
"""What a float model has to reach, in percent."""


def evaluate(
    model_path: Path,
    images: NDArray[np.uint8],
    labels: NDArray[np.uint8],
    *,
    batch_size: int = BATCH_SIZE,
    progress: bool = True,
) -> Evaluation:
    """Run a model on every image and count.

    The backend follows from the file's suffix: ``.keras``, ``.onnx``, ``.pt`` (TorchScript) or ``.tflite``.

    Parameters
    ----------
    model_path
        The model's file.
    images
        uint8 ``[N, 32, 32, 3]``; they pass through `resnet8doc.dataset.preprocess` and nothing else.
    labels
        uint8 ``[N]``, 0 to 9.
    batch_size
        Images given to the backend at once.
    progress
        Show a progress bar on standard error.

    Raises
    ------
    UserError
        If the model cannot be run on such images, or images and labels do not fit each other.

    Examples
    --------
    A model that tells which of the first ten pixels is the reddest:

    >>> import tempfile
    >>> import onnx
    >>> path = Path(tempfile.mkdtemp()) / "reddest.onnx"
    >>> onnx.save(onnx.parser.parse_model('''<ir_version: 10, opset_import: ["": 18]>
    ... reddest (float[batch, 32, 32, 3] input) => (float[batch, 10] softmax)
    ... <int64 zero = {0}, int64[10] ten = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9}> {
    ...   row = Gather <axis = 1> (input, zero)
    ...   red = Gather <axis = 2> (row, zero)
    ...   first = Gather <axis = 1> (red, ten)
    ...   softmax = Softmax (first)
    ... }'''), path)
    >>> images = np.zeros((2, 32, 32, 3), np.uint8)
    >>> images[0, 0, 4, 0] = images[1, 0, 7, 0] = 255
    >>> found = evaluate(path, images, np.array([4, 3], np.uint8), progress=False)
    >>> found.backend, found.correct, found.total, int(found.confusion[3, 7])
    ('onnxruntime', 1, 2, 1)
    """
    _check(images, labels, batch_size)
    start = time.perf_counter()
    runner = open_model(model_path)
    probabilities = np.empty((len(images), len(CLASSES)), np.float32)
    with tqdm(total=len(images), desc=model_path.name, unit=" images", disable=not progress) as bar:
        for first in range(0, len(images), batch_size):
            batch = images[first : first + batch_size]
            probabilities[first : first + batch_size] = runner.run(preprocess(batch))
            bar.update(len(batch))
    seconds = time.perf_counter() - start
    if not np.isfinite(probabilities).all():
        raise UserError(
            f"{model_path} returns NaN or infinity", "ten probabilities for each image", "Use another checkpoint."
        )
    return Evaluation(
        model=model_path.name,
        model_bytes=model_path.stat().st_size,
        model_sha256=sha256(model_path),
        backend=runner.backend,
        backend_version=runner.version,
        options=runner.options,
        images_sha256=hashlib.sha256(np.ascontiguousarray(images).data).hexdigest(),
        labels=labels,
        probabilities=probabilities,
        seconds=seconds,
    )


def require_baseline(evaluation: Evaluation, minimum: float = BASELINE) -> None:
    """Stop the build if a float model is not good enough to be worth quantizing.

    Raises
    ------
    UserError
        If its accuracy is below ``minimum`` percent.

    Examples
    --------
    >>> wrong = Evaluation("m.onnx", 1, "", "", "", {}, "", np.ones(2, np.uint8), np.eye(2, 10, dtype=np.float32), 0.1)
    >>> require_baseline(wrong, 60)  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    ...
    resnet8doc.errors.UserError: m.onnx classifies 1 of 2 images correctly (50.00 %); expected at least 60 %. Use ...
    """
    if evaluation.accuracy < minimum:
        raise UserError(
            f"{evaluation.model} classifies {evaluation.correct} of {evaluation.total} images correctly "
            f"({evaluation.accuracy:.2f} %)",
            f"at least {minimum:g} %",
            "Use another checkpoint, or check that it was trained on raw pixels from 0 to 255.",
        )


def _check(images: NDArray[np.uint8], labels: NDArray[np.uint8], batch_size: int) -> None:
    if images.dtype != np.uint8 or images.shape[1:] != IMAGE_SHAPE or not len(images):
        raise UserError(
            f"images are {images.dtype} {images.shape}", "uint8 (N, 32, 32, 3), N above 0", "Give CIFAR-10's images."
        )
    if labels.shape != images.shape[:1] or labels.dtype != np.uint8 or labels.max() >= len(CLASSES):
        raise UserError(
            f"labels are {labels.dtype} {labels.shape}, the largest {labels.max(initial=0)}",
            f"uint8 ({len(images)},), each below {len(CLASSES)}",
            "Give the labels of the same images.",
        )
    if batch_size < 1:
        raise UserError(f"the batch size is {batch_size}", "1 or more", f"Leave it at {BATCH_SIZE}.")
