"""Which nodes need an operator that not every kernel set of TensorFlow Lite has."""

from ...ops.kernels import kernel_of
from ._build import Build
from ._file import Operation


def name_kernel(build: Build, op: Operation, first: int) -> None:
    """Say in the nodes from ``first`` on, which an operator became, what it is called where a kernel set lacks it."""
    x, y = build.tensor(op, 0), build.file.tensors[op.outputs[0]]
    kernel = kernel_of(op.kind, len(x.shape), x.dtype, y.dtype)
    for node in build.nodes[first:] if kernel else ():
        node["kernel"] = kernel
