"""TRANSPOSE_CONV: a convolution that makes an image larger."""

import numpy as np

from ...errors import UserError
from ._activation import emit
from ._build import Build
from ._elementwise import OWN
from ._file import Operation
from ._products import product_inputs, stored_weights
from ._windows import SAME


def transposed(build: Build, op: Operation) -> None:
    """TRANSPOSE_CONV with the weights ``[M, kH, kW, C]`` as ``[M, C, kH, kW]``, and the padding of the spread image."""
    weights = stored_weights(build, op, build.tensor(op, 1), 4, 0)
    x, y = build.codes(op, build.tensor(op, 2)), build.codes(op, build.output(op))
    if len(x.shape) != 4 or len(y.shape) != 4:
        raise UserError(f"{build.where(op)}: {x.name} has the shape {list(x.shape)}", "[N, H, W, C]", "Reshape it.")
    strides = [int(op.options["strideH"]), int(op.options["strideW"])]
    same = int(op.options["padding"]) == SAME
    asked = np.ravel(build.constant(op, build.tensor(op, 0))).tolist()
    edges = []
    for size, out, kernel, stride in zip(x.shape[1:3], y.shape[1:3], weights.shape[1:3], strides, strict=True):
        if kernel < stride:
            raise UserError(
                f"{build.where(op)} has a kernel of {kernel} with a stride of {stride}",
                "a kernel at least as long as the stride", "Make the kernel longer.",
            )  # fmt: skip
        expected = size * stride if same else (size - 1) * stride + kernel
        if out != expected:
            raise UserError(
                f"{build.where(op)} makes {out} rows or columns of {size}", f"{expected}",
                "Leave out output_padding.",
            )  # fmt: skip
        before = (kernel - stride) // 2 if same else 0
        edges.append((kernel - 1 - before, stride - 1 + before if same else kernel - 1))
    if asked[1:] != list(y.shape[1:]):
        raise ValueError(f"asks for {asked}, the output is {list(y.shape)}")
    pads = [edges[0][0], edges[1][0], edges[0][1], edges[1][1]]
    inputs = product_inputs(build, op, x, weights.transpose(0, 3, 1, 2), y, "xw", (1, 3))
    emit(build, op, "TRANSPOSE_CONV", OWN, inputs, {"strides": strides, "pads": pads}, "y")
