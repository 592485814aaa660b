"""TensorFlow Lite Micro: the reference kernels, but for fully connected layers, which requantize as convolutions do.

CMSIS-NN's portable C computes the same, byte for byte; built with ``CMSIS_NN_USE_SINGLE_ROUNDING`` it rounds once,
halves up.

Source: TensorFlow Lite Micro, ``micro/kernels/{conv,fully_connected,add,pooling,softmax,quantize}_common.cc``.
"""

from ..arithmetic import Runtime
from .tflite_reference import CONVOLUTIONS, REFERENCE_FUNCTIONS

TFLITE_MICRO = Runtime(
    "tflite_micro",
    "TensorFlow Lite Micro",
    second_stage=CONVOLUTIONS,
    functions={name: own for name, own in REFERENCE_FUNCTIONS.items() if name != "QGemm"},
)
"""TensorFlow Lite for microcontrollers."""
