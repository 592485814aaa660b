"""An executable, proven specification of a quantized neural network: ResNet8 on CIFAR-10.

Importing this package costs numpy and nothing else. The layers, lowest first:

1. `resnet8doc.arithmetic`, `resnet8doc.ops`, `resnet8doc.runtimes`, `resnet8doc.faults`, `resnet8doc.graph`: the
   specification, numpy alone.
2. `resnet8doc.analysis`, `resnet8doc.figures`, `resnet8doc.hardware`: what follows from it.
3. `resnet8doc.dataset`, `resnet8doc.checkpoints`, `resnet8doc.models`, `resnet8doc.quantize`,
   `resnet8doc.extract`, `resnet8doc.evaluate`: what the frameworks make.
4. `resnet8doc.pipeline`, `resnet8doc.cli`: which stage makes which file from which files.
"""

__version__ = "0.1.0"
