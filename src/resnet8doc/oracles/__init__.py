"""Real runtimes, asked for every tensor of a model or of one operator: what the engine is compared with."""

from ._network import TfliteNetwork
from ._operator import OPTIONS, Spec, operator_file, pack
from ._pytorch import ENGINES, PytorchNetwork, arithmetic, current, quantized
from ._tflite import KERNELS, Interpreted, interpret, version

__all__ = [
    "ENGINES",
    "KERNELS",
    "OPTIONS",
    "Interpreted",
    "PytorchNetwork",
    "Spec",
    "TfliteNetwork",
    "arithmetic",
    "current",
    "interpret",
    "operator_file",
    "pack",
    "quantized",
    "version",
]
