"""One table of every model: what it is, how good, how large."""

from collections.abc import Iterable, Mapping
from typing import Any

from ..architecture import CLASSES
from ..errors import UserError
from ..schemas import validate
from ._changes import changes
from ._evaluation import Evaluation
from ._recommendation import recommend
from ._variants import Variant, variants

DROP = 5.0
"""A model that loses more than this many points against its float baseline is flagged."""

FRAMEWORKS = {"keras": "Keras", "onnxruntime": "ONNX Runtime", "pytorch": "PyTorch", "tflite": "TensorFlow Lite"}
"""How the table names each backend, in the table's order."""


def compare(
    evaluations: Iterable[Evaluation], reports: Iterable[Mapping[str, Any]], *, checkpoint: Mapping[str, str]
) -> dict[str, Any]:
    """Make the comparison from results alone.

    What a quantized model is (types, format, granularity, calibration) comes from the report of the quantizer that
    made it; every other model is a float baseline, one for each backend. A delta is accuracy minus that of the float
    model *of the same backend*, in percentage points.

    Parameters
    ----------
    evaluations
        The evaluations of all models, float and quantized, in any order.
    reports
        The contents of ``build/results/quantization/*.json``.
    checkpoint
        ``name`` and ``sha256`` of the checkpoint that all the models were made from.

    Returns
    -------
    dict
        By ``comparison.schema.json``: ``rows`` (float baselines first, then the quantized models, each framework
        sorted by accuracy), ``recommendation`` and, for each framework, ``recommendations``.

    Raises
    ------
    UserError
        If a backend has no float baseline or two, or a model of a report was not evaluated.

    Examples
    --------
    >>> import numpy as np
    >>> about = ("0" * 64, "onnxruntime", "1.32.0", {}, "1" * 64, np.arange(10, dtype=np.uint8))
    >>> right, worse = np.eye(10, dtype=np.float32), np.eye(10, dtype=np.float32)[[0, 1, 2, 3, 4, 5, 6, 7, 8, 8]]
    >>> models = [Evaluation("float.onnx", 400, *about, right, 0.1), Evaluation("int8.onnx", 100, *about, worse, 0.1)]
    >>> report = {"variants": [{
    ...     "file": "int8.onnx", "weights": "int8", "activations": "int8", "format": "QDQ",
    ...     "granularity": "per channel", "calibration": "MinMax", "samples": 1000, "engine": None,
    ...     "asked": {"reduce_range": "none"},
    ... }]}
    >>> comparison = compare(models, [report], checkpoint={"name": "made up", "sha256": "2" * 64})
    >>> for row in comparison["rows"]:
    ...     print(row["file"], row["accuracy"], row["delta"], row["flagged"], row["size_ratio"])
    float.onnx 100.0 0.0 False 1.0
    int8.onnx 90.0 -10.0 True 4.0
    """
    found = {evaluation.model: evaluation for evaluation in evaluations}
    described = {variant.file: variant for report in reports for variant in variants(report)}
    if missing := sorted(set(described) - set(found)):
        raise UserError(
            f"{', '.join(missing)} not evaluated", "an evaluation of every quantized model",
            "Evaluate them first: python -m resnet8doc evaluate.",
        )  # fmt: skip
    baselines = _baselines(evaluation for name, evaluation in found.items() if name not in described)
    rows = []
    for name, evaluation in found.items():
        if evaluation.backend not in baselines:
            raise UserError(
                f"{name} has no float model of its backend ({evaluation.backend}) to compare with",
                "one float model for each backend",
                "Evaluate the float model too.",
            )
        rows.append(_row(evaluation, baselines[evaluation.backend], described.get(name)))
    order = list(FRAMEWORKS.values())
    rows.sort(key=lambda row: (order.index(row["framework"]), row["quantized"], -row["correct"], row["file"]))
    per_framework = {name: recommend([row for row in rows if row["framework"] == name]) for name in order}
    comparison = {
        "schema": "comparison",
        "checkpoint": {"name": checkpoint["name"], "sha256": checkpoint["sha256"]},
        "classes": list(CLASSES),
        "drop": DROP,
        "rows": rows,
        "recommendation": recommend(rows),
        "recommendations": {name: value for name, value in per_framework.items() if value is not None},
    }
    validate(comparison, "comparison")
    return comparison


def is_drop(delta: float) -> bool:
    """Tell whether a delta in points is flagged: a loss of more than `DROP`.

    Examples
    --------
    >>> is_drop(-5.01), is_drop(-5.0), is_drop(6.0)
    (True, False, False)
    """
    return delta < -DROP


def _baselines(evaluations: Iterable[Evaluation]) -> dict[str, Evaluation]:
    baselines: dict[str, Evaluation] = {}
    for evaluation in evaluations:
        other = baselines.setdefault(evaluation.backend, evaluation)
        if other is not evaluation:
            raise UserError(
                f"{other.model} and {evaluation.model} both run on {evaluation.backend} and no quantization report "
                "names them",
                "one float model for each backend, every other one named by a report",
                "Remove the results of models that are no longer made.",
            )
    return baselines


def _row(evaluation: Evaluation, baseline: Evaluation, variant: Variant | None) -> dict[str, Any]:
    changed = changes(evaluation, baseline)
    return {
        "file": evaluation.model,
        "framework": FRAMEWORKS[evaluation.backend],
        "quantized": variant is not None,
        **(variant or Variant.unquantized(evaluation.model)).attributes(),
        "correct": evaluation.correct,
        "total": evaluation.total,
        "accuracy": evaluation.accuracy,
        "baseline": baseline.model,
        **changed,
        "flagged": is_drop(changed["delta"]),
        "near_ties": evaluation.near_ties,
        "bytes": evaluation.model_bytes,
        "size_ratio": round(baseline.model_bytes / evaluation.model_bytes, 4),
        "per_class": [row["accuracy"] for row in evaluation.as_json()["per_class"]],
    }
