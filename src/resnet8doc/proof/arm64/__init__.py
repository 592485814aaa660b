"""ONNX Runtime on 64-bit ARM, run under emulation on another processor: ``python -m resnet8doc.proof.arm64``."""

from ._record import RECORD, read_record
from ._run import MODELS, OPERATORS, run_under_emulation

__all__ = ["MODELS", "OPERATORS", "RECORD", "read_record", "run_under_emulation"]
