"""How a quantized model's answers differ from those of the float model that it was made from."""

from typing import Any

import numpy as np

from ..errors import UserError
from ._evaluation import Evaluation, percent


def changes(model: Evaluation, baseline: Evaluation) -> dict[str, Any]:
    """Count what changed between two evaluations of the same images.

    Returns
    -------
    dict
        ``changed`` (images with another prediction), of them ``lost`` (right before, wrong now) and ``gained`` (wrong
        before, right now), ``delta`` in points and ``per_class_delta``, ten deltas in points of the class.

    Raises
    ------
    UserError
        If the two did not see the same images.

    Examples
    --------
    >>> labels = np.arange(10, dtype=np.uint8)
    >>> right, other = np.eye(10, dtype=np.float32), np.eye(10, dtype=np.float32)[[0, 1, 2, 3, 4, 5, 6, 7, 9, 9]]
    >>> about = ("", "onnxruntime", "1.32.0", {}, "")
    >>> before = Evaluation("float.onnx", 2, *about, labels, right, 0.1)
    >>> found = changes(Evaluation("int8.onnx", 1, *about, labels, other, 0.1), before)
    >>> found["changed"], found["lost"], found["gained"], found["delta"], found["per_class_delta"][8]
    (1, 1, 0, -10.0, -100.0)
    """
    if model.images_sha256 != baseline.images_sha256 or not np.array_equal(model.labels, baseline.labels):
        raise UserError(
            f"{model.model} and {baseline.model} were evaluated on different images",
            "the same images in the same order",
            "Evaluate both again: python -m resnet8doc evaluate.",
        )
    right, was_right = model.predictions == model.labels, baseline.predictions == baseline.labels
    return {
        "delta": percent(model.correct - baseline.correct, model.total),
        "changed": int(np.count_nonzero(model.predictions != baseline.predictions)),
        "lost": int(np.count_nonzero(was_right & ~right)),
        "gained": int(np.count_nonzero(right & ~was_right)),
        "per_class_delta": [
            percent(int(row[label]) - int(was[label]), int(row.sum()))
            for label, (row, was) in enumerate(zip(model.confusion, baseline.confusion, strict=True))
        ],
    }
