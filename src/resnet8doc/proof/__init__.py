"""The proof: equality with ONNX Runtime, counted value by value, never a tolerance."""

from ._fusion import compare_fusion
from ._machine import Machine, machine
from ._prove import failure, prove

__all__ = ["Machine", "compare_fusion", "failure", "machine", "prove"]
