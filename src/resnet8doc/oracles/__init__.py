"""Real runtimes, asked for every tensor of a model or of one operator: what the engine is compared with."""

from ._network import TfliteNetwork, read_stateless
from ._operator import OPTIONS, Spec, Step, network_file, operator_file, pack
from ._tflite import KERNELS, Interpreted, interpret, version

__all__ = [
    "KERNELS",
    "OPTIONS",
    "Interpreted",
    "Spec",
    "Step",
    "TfliteNetwork",
    "interpret",
    "network_file",
    "operator_file",
    "pack",
    "read_stateless",
    "version",
]
