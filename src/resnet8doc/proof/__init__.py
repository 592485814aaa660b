"""The proof: equality with ONNX Runtime, counted value by value, never a tolerance."""

from ._cases import GENERATORS
from ._fusion import compare_fusion
from ._machine import Machine, machine
from ._operators import compare_operators
from ._prove import failure, prove
from ._single import Case
from ._speed import measure_speed
from ._tally import EngineFaultError
from ._tflite import failure_tflite, prove_tflite
from ._tflite_case import TfliteCase
from ._tflite_cases import TFLITE_GENERATORS
from ._tflite_differences import kernel_differences
from ._tflite_operators import compare_tflite_operators
from ._tflite_uint8 import UINT8_GENERATORS, as_uint8

__all__ = [
    "GENERATORS",
    "TFLITE_GENERATORS",
    "UINT8_GENERATORS",
    "Case",
    "EngineFaultError",
    "Machine",
    "TfliteCase",
    "as_uint8",
    "compare_fusion",
    "compare_operators",
    "compare_tflite_operators",
    "failure",
    "failure_tflite",
    "kernel_differences",
    "machine",
    "measure_speed",
    "prove",
    "prove_tflite",
]
