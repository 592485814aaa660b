"""Post-training quantization of the folded float model, by ONNX Runtime and by PyTorch.

`VARIANTS` is the table of everything that is made. The two quantizers are
`resnet8doc.quantize.onnxruntime` and `resnet8doc.quantize.pytorch`; both take the same float model and the same
calibration images, write the file atomically with a log beside, and return a report of what was asked and what was
found in the file. Importing this package imports neither.
"""

from ._variants import VARIANTS, Runtime, Variant, of_runtime

__all__ = ["VARIANTS", "Runtime", "Variant", "of_runtime"]
