"""The proof: equality with ONNX Runtime, counted value by value, never a tolerance."""

from ._cases import GENERATORS
from ._fusion import compare_fusion
from ._machine import Machine, machine
from ._operators import compare_operators
from ._prove import failure, prove
from ._single import Case
from ._speed import measure_speed

__all__ = [
    "GENERATORS",
    "Case",
    "Machine",
    "compare_fusion",
    "compare_operators",
    "failure",
    "machine",
    "measure_speed",
    "prove",
]
