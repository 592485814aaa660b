"""The runtime that a model is made for."""

from pathlib import Path
from typing import Any

from ..errors import UserError
from ..files import read_json
from ..graph import lite_runtime
from ..reading.tflite import read


def own_runtime(path: Path) -> str:
    """Return whose arithmetic is meant where none is named.

    Parameters
    ----------
    path
        Of a model or an extraction, as for :func:`load`.

    Returns
    -------
    str
        For a TensorFlow Lite file and what was extracted from one ``tflite_micro``, or the first kernel set that has
        all its operators where that has not (`resnet8doc.graph.lite_runtime`); else ``onnxruntime_x86``. A name in
        `resnet8doc.runtimes.RUNTIMES`.

    Examples
    --------
    >>> own_runtime(Path("keyword_spotting.tflite")), own_runtime(Path("resnet8_int8.onnx"))
    ('tflite_micro', 'onnxruntime_x86')
    """
    file, described = path.name, None
    if path.suffix == ".json" and path.is_file():
        described = read_json(path)
        about = described.get("model", {}) if isinstance(described, dict) else {}
        file = str(about.get("file", "")) if isinstance(about, dict) else ""
    if not file.endswith(".tflite"):
        return "onnxruntime_x86"
    return lite_runtime(_read(path) if described is None else described)


def _read(path: Path) -> dict[str, Any]:
    """Return the extraction of a TensorFlow Lite file; whoever loads a file that cannot be read says why."""
    try:
        return read(path).operations
    except UserError:
        return {}
