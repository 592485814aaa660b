"""ONNX Runtime on x86-64 with AVX2 alone: unsigned x signed products are added in pairs that saturate at 16 bits.

All else is as with VNNI. ``vpmaddubsw`` multiplies unsigned bytes by signed bytes and adds neighbouring products into
int16, saturating; ONNX Runtime's documentation advises 7-bit weights (``reduce_range``) there.
"""

from ..arithmetic import FirstStage, Runtime

ONNXRUNTIME_X86_AVX2 = Runtime(
    "onnxruntime_x86_avx2", "ONNX Runtime, x86-64 without VNNI", first_stage=FirstStage(pairs=True)
)
"""ONNX Runtime on x86-64 without VNNI."""
