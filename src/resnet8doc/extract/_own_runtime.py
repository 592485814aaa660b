"""The runtime that a model is made for."""

from pathlib import Path

from ..files import read_json


def own_runtime(path: Path) -> str:
    """Return whose arithmetic is meant where none is named.

    Parameters
    ----------
    path
        Of a model or an extraction, as for :func:`load`.

    Returns
    -------
    str
        ``tflite_micro`` for a TensorFlow Lite file and what was extracted from one, else ``onnxruntime_x86``; a name in
        `resnet8doc.runtimes.RUNTIMES`.

    Examples
    --------
    >>> own_runtime(Path("keyword_spotting.tflite")), own_runtime(Path("resnet8_int8.onnx"))
    ('tflite_micro', 'onnxruntime_x86')
    """
    file = path.name
    if path.suffix == ".json" and path.is_file():
        described = read_json(path)
        about = described.get("model", {}) if isinstance(described, dict) else {}
        file = str(about.get("file", "")) if isinstance(about, dict) else ""
    return "tflite_micro" if file.endswith(".tflite") else "onnxruntime_x86"
