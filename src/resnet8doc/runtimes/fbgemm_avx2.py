"""PyTorch's fbgemm without AVX-512 VNNI, and what its x86 engine is there: pairs of products saturate at 16 bits.

All else is as with VNNI. ``vpmaddubsw`` adds neighbouring products of unsigned activations and signed weights into
int16, saturating; neighbours in the order (kernel row, kernel column, input channel), padding included, as in ONNX
Runtime. So it is within each group of a grouped convolution, a depthwise one included: there neighbours are taps. The
default configuration's activations of 7 bits (``reduce_range``) never saturate.

Source: FBGEMM, ``src/GenerateKernelU8S8S32ACC32.cc``, ``src/FbgemmI8DepthwiseAvx2-inl.h``, ``src/GroupwiseConv.cc``;
PyTorch, ``aten/src/ATen/native/quantized/cpu/OnednnUtils.h``, ``should_use_onednn_quant``.
"""

from dataclasses import replace

from ..arithmetic import FirstStage
from .fbgemm import FBGEMM

FBGEMM_AVX2 = replace(
    FBGEMM, name="fbgemm_avx2", title="PyTorch, fbgemm without VNNI",
    first_stage=FirstStage(pairs=True, pairs_of_one_channel=True),
)  # fmt: skip
"""PyTorch's fbgemm without VNNI."""
