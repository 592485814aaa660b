"""Measure what MLPerf Tiny's index files point into; see `_published.py`.

Run with ``python -m resnet8doc.dataset._measure_published FOLDER``, the folder holding the benchmark's files.
"""

import sys
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .._tensorflow import keras, schema
from ..architecture import CLASSES, LAYERS
from ..files import sha256, write_json
from ._load import load
from ._preprocess import preprocess
from ._published import FILE

_COMMIT = "1afd2c9820f795965a6134facd0b4dfae41ef23f"
_FILES = (
    "calibration_samples_idxs.npy",
    "perf_samples_idxs.npy",
    "pretrainedResnet.h5",
    "pretrainedResnet_quant.tflite",
)


def measure(folder: Path) -> dict[str, Any]:
    """Return the facts as `published_indices` gives them."""
    calibration = np.load(folder / _FILES[0])
    return {
        "repository": "mlcommons/tiny",
        "commit": _COMMIT,
        "folder": "benchmark/training/image_classification",
        "files": {name: sha256(folder / name) for name in _FILES},
        "command": "python -m resnet8doc.dataset._measure_published FOLDER",
        "calibration": _counts(calibration),
        "performance": _counts(np.load(folder / _FILES[1])),
        "maxima": _maxima(folder, calibration),
    }


def _counts(indices: NDArray[np.int64]) -> dict[str, Any]:
    facts: dict[str, Any] = {"count": len(indices), "min": int(indices.min()), "max": int(indices.max())}
    for split in ("test", "train"):
        labels = load("test" if split == "test" else "train").labels[indices]
        facts[f"per_class_if_{split}"] = np.bincount(labels, minlength=len(CLASSES)).tolist()
    return facts


def _maxima(folder: Path, indices: NDArray[np.int64]) -> list[dict[str, Any]]:
    model = keras.models.load_model(folder / "pretrainedResnet.h5", compile=False)
    relus = keras.Model(
        model.inputs, [layer.output for layer in model.layers if isinstance(layer, keras.layers.Activation)]
    )
    test = relus.predict(preprocess(load("test").images[indices]), verbose=0)
    train = relus.predict(preprocess(load("train").images[indices]), verbose=0)
    names = [layer.name for layer in LAYERS.values() if layer.kind == "relu"]
    stored = _int8_maxima(folder / "pretrainedResnet_quant.tflite")
    return [
        {"layer": name, "int8_model": s, "test_images": float(e.max()), "training_images": float(r.max())}
        for name, s, e, r in zip(names, stored, test, train, strict=True)
    ]


def _int8_maxima(path: Path) -> list[float]:
    """Return the largest value that each ReLU's int8 output stands for: ``(127 - zero_point) * scale``.

    In the graph's order; a ReLU's output is a feature map whose smallest value is 0, that is, zero point -128. Average
    pooling keeps its input's scale, so the pooled map is left out.
    """
    graph = schema.Model.GetRootAsModel(path.read_bytes(), 0).Subgraphs(0)
    maxima = []
    for index in range(graph.OperatorsLength()):
        tensor = graph.Tensors(graph.Operators(index).Outputs(0))
        shape = tensor.ShapeAsNumpy()
        quantization = tensor.Quantization()
        if len(shape) == 4 and shape[1] > 1 and quantization.ZeroPoint(0) == -128 and shape[3] > 3:
            maxima.append((127 + 128) * float(quantization.Scale(0)))
    return maxima


if __name__ == "__main__":
    write_json(Path(sys.argv[2]) if len(sys.argv) > 2 else Path(__file__).with_name(FILE), measure(Path(sys.argv[1])))
