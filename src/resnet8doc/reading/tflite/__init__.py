"""A TensorFlow Lite file in the same open format as an ONNX model."""

from ._build import FORMALS, VARIADIC
from ._operations import Place, Reading, model_name, read, read_content

__all__ = ["FORMALS", "VARIADIC", "Place", "Reading", "model_name", "read", "read_content"]
