"""A quantized PyTorch model, as TorchScript, in the same open format as an ONNX model."""

from ._read import Reading, model_name, read
from ._script import Call, Ref, Script

__all__ = ["Call", "Reading", "Ref", "Script", "model_name", "read"]
