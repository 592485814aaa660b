"""TensorFlow Lite Micro: the reference kernels, but for fully connected layers, which are in fixed point too.

Their factor is the product of the two scales, rounded to float32, over the output's scale, in float64. CMSIS-NN's portable C
computes the same, byte for byte; built with ``CMSIS_NN_USE_SINGLE_ROUNDING`` it rounds once, halves up.

Source: TensorFlow Lite Micro, ``micro/kernels/{conv,fully_connected,add,pooling,softmax,quantize}_common.cc``.
"""

from ..arithmetic import Runtime
from ._dense import dense
from ._fixed_point import Fixed
from .tflite_reference import CONVOLUTIONS, REFERENCE_FUNCTIONS

TFLITE_MICRO = Runtime(
    "tflite_micro",
    "TensorFlow Lite Micro",
    second_stage=CONVOLUTIONS,
    functions={**REFERENCE_FUNCTIONS, "QGemm": dense(Fixed("twice_away", single_product=True), CONVOLUTIONS)},
)
"""TensorFlow Lite for microcontrollers."""
