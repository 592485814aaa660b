"""From the bytes of a file to what the engine takes: numpy and two readers in plain Python, as a browser runs them."""

from . import feeds, onnx, tflite
from ._read import MODELS, read_model

__all__ = ["MODELS", "feeds", "onnx", "read_model", "tflite"]
