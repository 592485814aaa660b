"""The whole way: weights to Keras, ONNX and PyTorch, and the proof that it kept what it must."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from ..dataset import preprocess
from ..schemas import validate
from ._compare import compare_predictions
from ._fold import fold
from ._folding import folding_differences
from ._keras import keras_from_weights, load_keras, save_keras, weights_of
from ._log import log_summary
from ._onnx import to_onnx
from ._pytorch import to_pytorch
from ._structure import structure

KERAS, ONNX, PYTORCH = "resnet8.keras", "resnet8.onnx", "resnet8.pt"
ONNX_LOG, PYTORCH_LOG = "keras_to_onnx.log", "onnx_to_pytorch.log"
BATCH_SIZE = 200
FOLDING_IMAGES = 200
"""Test images on which folding is followed layer by layer."""


def convert(weights: Mapping[str, NDArray[np.float32]], models: Path, logs: Path) -> None:
    """Make ``resnet8.keras`` (as trained), ``resnet8.onnx`` (folded) and ``resnet8.pt`` (from the ONNX file).

    Parameters
    ----------
    weights
        The arrays of `resnet8doc.architecture.WEIGHTS`.
    models, logs
        The folders to write to: three models, and ``keras_to_onnx.log`` and ``onnx_to_pytorch.log``.

    Raises
    ------
    UserError
        If the weights are not this network's or a file cannot be written.
    """
    save_keras(keras_from_weights(weights), models / KERAS)
    to_onnx(keras_from_weights(fold(weights)), models / ONNX, logs / ONNX_LOG)
    to_pytorch(models / ONNX, models / PYTORCH, logs / PYTORCH_LOG)


def verify_conversion(
    models: Path,
    logs: Path,
    images: NDArray[np.uint8],
    probabilities: Mapping[str, NDArray[np.float32]],
    *,
    progress: bool = True,
) -> dict[str, Any]:
    """Prove that each format is the one before: in structure, and in its answers to every image.

    Parameters
    ----------
    models, logs
        The folders that `convert` wrote to.
    images
        uint8 ``[N, 32, 32, 3]``, all test images.
    probabilities
        float32 ``[N, 10]`` by file name, for each of the three models: what the evaluator measured on the same images.
        Those of the folded Keras model are computed here.
    progress
        Show a progress bar on standard error.

    Returns
    -------
    dict
        What ``build/results/conversion.json`` holds, by ``conversion.schema.json``:

        - ``structure``: see `structure`.
        - ``comparisons``: a list; ``reference``, ``candidate`` and what `compare_predictions` returns, for Keras and
          Keras folded, Keras folded and ONNX, Keras and ONNX, ONNX and PyTorch.
        - ``folding``: ``images`` and ``layers``, see `folding_differences`.
        - ``logs``: see `log_summary`; Keras to ONNX first.

    Raises
    ------
    UserError
        If a file is missing or is not this network.
    ConversionError
        If anything differs that must not.
    """
    found = structure(models / KERAS, models / ONNX, models / PYTORCH)
    weights = weights_of(load_keras(models / KERAS))
    answers = {
        "Keras": probabilities[KERAS],
        "Keras, folded": _predict(keras_from_weights(fold(weights)), images, progress),
        "ONNX": probabilities[ONNX],
        "PyTorch": probabilities[PYTORCH],
    }
    pairs = (("Keras", "Keras, folded"), ("Keras, folded", "ONNX"), ("Keras", "ONNX"), ("ONNX", "PyTorch"))
    few = images[:FOLDING_IMAGES]
    result = {
        "schema": "conversion",
        "structure": found,
        "comparisons": [
            {"reference": one, "candidate": other}
            | compare_predictions(answers[one], answers[other], f"{one} and {other}")
            for one, other in pairs
        ],
        "folding": {"images": len(few), "layers": folding_differences(weights, preprocess(few))},
        "logs": [log_summary(logs / ONNX_LOG), log_summary(logs / PYTORCH_LOG)],
    }
    validate(result, "conversion")
    return result


def _predict(model: Any, images: NDArray[np.uint8], progress: bool) -> NDArray[np.float32]:
    batches = range(0, len(images), BATCH_SIZE)
    return np.concatenate(
        [
            np.asarray(model(preprocess(images[first : first + BATCH_SIZE]), training=False))
            for first in tqdm(batches, desc="Keras, folded", unit=" batches", disable=not progress)
        ]
    )
