"""ResNet8 in Keras, ONNX, PyTorch and TensorFlow Lite, each made from one before and checked against it.

The names below are loaded when they are first used, so that `fold`, which needs numpy alone, does not cost TensorFlow.
"""

import importlib
from typing import TYPE_CHECKING, Any

from ._compare import NEAR_TIE, ConversionError, compare_predictions
from ._fold import Weights, fold
from ._log import ConversionLog, log_summary, logged

if TYPE_CHECKING:
    from ._check import check_is_resnet8, read_onnx
    from ._conversion import convert, verify_conversion
    from ._folding import folding_differences
    from ._keras import build_keras, keras_from_weights, load_keras, save_keras, weights_of
    from ._onnx import to_onnx
    from ._pytorch import load_onnx2torch, load_torchscript, to_pytorch
    from ._structure import structure
    from ._tflite import to_tflite

_HOMES = {
    "build_keras": "_keras",
    "check_is_resnet8": "_check",
    "convert": "_conversion",
    "folding_differences": "_folding",
    "keras_from_weights": "_keras",
    "load_keras": "_keras",
    "load_onnx2torch": "_pytorch",
    "load_torchscript": "_pytorch",
    "read_onnx": "_check",
    "save_keras": "_keras",
    "structure": "_structure",
    "to_onnx": "_onnx",
    "to_pytorch": "_pytorch",
    "to_tflite": "_tflite",
    "verify_conversion": "_conversion",
    "weights_of": "_keras",
}

__all__ = [
    "NEAR_TIE",
    "ConversionError",
    "ConversionLog",
    "Weights",
    "build_keras",
    "check_is_resnet8",
    "compare_predictions",
    "convert",
    "fold",
    "folding_differences",
    "keras_from_weights",
    "load_keras",
    "load_onnx2torch",
    "load_torchscript",
    "log_summary",
    "logged",
    "read_onnx",
    "save_keras",
    "structure",
    "to_onnx",
    "to_pytorch",
    "to_tflite",
    "verify_conversion",
    "weights_of",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f".{_HOMES[name]}", __name__), name)


def __dir__() -> list[str]:
    return [*globals(), *_HOMES]
