"""The runtimes whose arithmetic is known to the bit: one file each, numpy alone.

A file has what one runtime does wherever the standard leaves a choice, from top to bottom: its second stage, and whole
functions where it has its own formula. ``graph.run(..., runtime=RUNTIMES["onnxruntime_arm64"])`` computes so.
"""

from ..arithmetic import Runtime
from ..errors import UserError
from .fbgemm import FBGEMM
from .fbgemm_avx2 import FBGEMM_AVX2
from .onednn import ONEDNN
from .onednn_avx2 import ONEDNN_AVX2
from .onnx_reference import ONNX_REFERENCE
from .onnxruntime_arm64 import ONNXRUNTIME_ARM64
from .onnxruntime_x86 import ONNXRUNTIME_X86
from .onnxruntime_x86_avx2 import ONNXRUNTIME_X86_AVX2
from .qnnpack import QNNPACK
from .tflite_builtin import TFLITE_BUILTIN
from .tflite_builtin_arm import TFLITE_BUILTIN_ARM
from .tflite_micro import TFLITE_MICRO
from .tflite_reference import TFLITE_REFERENCE
from .x86 import X86
from .xnnpack import XNNPACK

__all__ = [
    "FBGEMM", "FBGEMM_AVX2", "ONEDNN", "ONEDNN_AVX2", "ONNXRUNTIME_ARM64", "ONNXRUNTIME_X86", "ONNXRUNTIME_X86_AVX2",
    "ONNX_REFERENCE", "QNNPACK", "RUNTIMES", "TFLITE_BUILTIN", "TFLITE_BUILTIN_ARM", "TFLITE_MICRO",
    "TFLITE_REFERENCE", "X86", "XNNPACK", "runtime",
]  # fmt: skip

_ALL = (
    ONNXRUNTIME_X86, ONNXRUNTIME_X86_AVX2, ONNXRUNTIME_ARM64, TFLITE_REFERENCE, TFLITE_MICRO, TFLITE_BUILTIN,
    TFLITE_BUILTIN_ARM, XNNPACK, FBGEMM, FBGEMM_AVX2, QNNPACK, ONEDNN, ONEDNN_AVX2, X86, ONNX_REFERENCE,
)  # fmt: skip
RUNTIMES = {known.name: known for known in _ALL}
"""Every runtime by its name."""


def runtime(name: str) -> Runtime:
    """Return the runtime of that name.

    Raises
    ------
    UserError
        If none is known by it.

    Examples
    --------
    >>> runtime("onnxruntime_arm64").title
    'ONNX Runtime, 64-bit ARM'
    """
    if name not in RUNTIMES:
        raise UserError(f"there is no runtime {name!r}", f"one of {', '.join(RUNTIMES)}", "Choose one of these.")
    return RUNTIMES[name]
