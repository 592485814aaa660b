"""An ONNX model as an extraction, without the onnx package's compiled half: its messages' definition is enough."""

from ._model import parse, quant_format, read, refuse_sequence
from ._nodes import Infer, Types
from ._prepare import Stored
from ._since import since_versions
from ._tensor import NARROW

__all__ = ["NARROW", "Infer", "Stored", "Types", "parse", "quant_format", "read", "refuse_sequence", "since_versions"]
