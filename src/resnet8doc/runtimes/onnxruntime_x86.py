"""ONNX Runtime on x86-64 with VNNI, and on any x86-64 for int8 x int8: what every operator computes by default.

The second stage is a float32 product, rounded to even (:data:`~resnet8doc.arithmetic.FLOAT32`). QLinearAdd is two fused
multiply-adds, pools and softmax have the formulas that stand with their operators in :mod:`resnet8doc.ops`.
"""

from ..arithmetic import ONNXRUNTIME_X86

__all__ = ["ONNXRUNTIME_X86"]
