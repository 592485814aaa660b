"""PyTorch's x86 engine, the default on x86-64 with AVX-512 VNNI: onednn's convolutions, fbgemm's linear layers.

Without AVX-512 VNNI, and for more than 100 groups, it hands convolutions to fbgemm too: then its arithmetic is
``fbgemm``.

Source: PyTorch, ``aten/src/ATen/native/quantized/cpu/OnednnUtils.h``, ``should_use_onednn_quant``.
"""

from ..arithmetic import Runtime
from . import fbgemm, onednn
from ._pytorch_aten import ATEN
from ._pytorch_layer import of_integers

X86 = Runtime(
    "x86", "PyTorch, x86 with VNNI",
    functions={
        **ATEN, **of_integers(onednn.CONV2D, fbgemm.LINEAR), "conv2d": onednn.CONV2D, "linear": fbgemm.LINEAR,
    },
)  # fmt: skip
"""PyTorch's x86."""
