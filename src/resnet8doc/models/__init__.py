"""ResNet8 in Keras, ONNX and PyTorch, each made from the one before and checked against it.

The names below are loaded when they are first used, so that `fold`, which needs numpy alone, does not cost TensorFlow.
"""

import importlib
from typing import TYPE_CHECKING, Any

from ._fold import Weights, fold

if TYPE_CHECKING:
    from ._check import check_is_resnet8, read_onnx
    from ._keras import build_keras, keras_from_weights, load_keras, save_keras, weights_of
    from ._onnx import to_onnx
    from ._pytorch import load_onnx2torch, load_torchscript, to_pytorch

_HOMES = {
    "build_keras": "_keras",
    "check_is_resnet8": "_check",
    "keras_from_weights": "_keras",
    "load_keras": "_keras",
    "load_onnx2torch": "_pytorch",
    "load_torchscript": "_pytorch",
    "read_onnx": "_check",
    "save_keras": "_keras",
    "to_onnx": "_onnx",
    "to_pytorch": "_pytorch",
    "weights_of": "_keras",
}

__all__ = [
    "Weights",
    "build_keras",
    "check_is_resnet8",
    "fold",
    "keras_from_weights",
    "load_keras",
    "load_onnx2torch",
    "load_torchscript",
    "read_onnx",
    "save_keras",
    "to_onnx",
    "to_pytorch",
    "weights_of",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f".{_HOMES[name]}", __name__), name)
