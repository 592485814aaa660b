"""PyTorch's x86 engine, the default on x86-64 with AVX-512 VNNI: onednn's convolutions, fbgemm's linear layers.

Convolutions of more than 100 groups are fbgemm's. Without AVX-512 VNNI all are: then its arithmetic is
``fbgemm_avx2``.

Source: PyTorch, ``aten/src/ATen/native/quantized/cpu/OnednnUtils.h``, ``should_use_onednn_quant``.
"""

from ..arithmetic import Functions, Runtime
from . import fbgemm, onednn
from ._pytorch_aten import ATEN
from ._pytorch_layer import by_shape, layers

MOST_GROUPS = 100
"""Of more, onednn gets no convolution."""


def _kernel(w: tuple[int, ...], group: int) -> Functions:
    return fbgemm.CONV2D if group > MOST_GROUPS else onednn.CONV2D


CONV2D = by_shape(_kernel)

X86 = Runtime("x86", "PyTorch, x86 with VNNI", functions={**ATEN, **layers(CONV2D, fbgemm.LINEAR)})
"""PyTorch's x86."""
