"""PyTorch's onednn engine without VNNI: pairs of products saturate at 16 bits.

All else is as with VNNI. In convolutions the input channels of each tap are filled up to a multiple of 4, so that a
pair never holds products of two taps, and what lies outside the image takes part in no pair. Channels of groups are not
filled up: where a group has a multiple of 4 of them, going in and out, pairs are formed as without groups, else none,
nor in depthwise convolutions. The default configuration's activations have 8 bits, and saturate.

Source: oneDNN, ``src/cpu/x64/jit_uni_x8s8s32x_conv_kernel.cpp``, ``compute_ker`` and ``init_conf``.
"""

from dataclasses import replace

from ..arithmetic import FirstStage
from .onednn import ONEDNN

ONEDNN_AVX2 = replace(
    ONEDNN, name="onednn_avx2", title="PyTorch, onednn without VNNI",
    first_stage=FirstStage(pairs=True, pairs_outside=False, pairs_of_one_channel=True),
)  # fmt: skip
"""PyTorch's onednn without VNNI."""
