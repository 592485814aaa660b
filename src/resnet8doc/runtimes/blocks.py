"""SPACE_TO_BATCH_ND in TensorFlow Lite's kernel sets: the border is the zero point, in Micro whatever lay in memory.

Micro's kernel never sets the code that it puts there: two runs of one file can give two borders. So a dilated
convolution that a converter wrote as SPACE_TO_BATCH_ND, CONV_2D and BATCH_TO_SPACE_ND has no defined border on a
microcontroller. With a fixed batch, converters write one CONV_2D.

Source: TensorFlow Lite, ``kernels/space_to_batch_nd.cc``; TensorFlow Lite Micro,
``micro/kernels/space_to_batch_nd.cc``, seen in the package's output.
"""

from typing import Any

import numpy as np

from ..arithmetic import Array, Functions, Number, Runtime
from ..errors import UserError
from ..ops.parts import check
from ..trace import Trace

PARTS = frozenset({"overflow", "relu"})


def space_to_batch(border_is_set: bool) -> Functions:
    """Return the operator, whose border is the zero point or not set at all."""

    def given(
        x: Array, x_scale: Number, x_zero_point: Number | None, block_shape: Array, paddings: Array
    ) -> tuple[Array, tuple[int, int], Array, int]:
        codes = check.codes(x, "x")
        check.rank(codes, "x", "[N, C, H, W]")
        zero = check.zero_point(x_zero_point, "x_zero_point", codes.dtype, "x")
        blocks, edges = np.ravel(block_shape).astype(int).tolist(), np.asarray(paddings, np.int64)
        if len(blocks) != 2 or edges.shape != (2, 2) or min(blocks) < 1 or edges.min() < 0:
            raise UserError(f"blocks {blocks}, edges {edges.tolist()}", "two blocks, two pairs of edges", "Give both.")
        grown = np.array(codes.shape[2:]) + edges.sum(axis=1)
        if (grown % blocks).any():
            raise UserError(f"{grown.tolist()} rows and columns", f"multiples of {blocks}", "Add to the edges.")
        if edges.any() and not border_is_set:
            raise UserError(
                "TensorFlow Lite Micro does not set the border of SPACE_TO_BATCH_ND: it is whatever lay in memory",
                "no border", "Convert the model with a fixed batch, so that a dilated convolution is one CONV_2D.",
            )  # fmt: skip
        return codes, (blocks[0], blocks[1]), edges, int(zero)

    def function(*inputs: Any, runtime: Runtime) -> Array:
        codes, (high, wide), edges, border = given(*inputs)
        x = np.pad(codes, ((0, 0), (0, 0), *map(tuple, edges.tolist())), constant_values=border)
        n, c, h, w = x.shape
        apart = x.reshape(n, c, h // high, high, w // wide, wide)
        return apart.transpose(3, 5, 0, 1, 2, 4).reshape(high * wide * n, c, h // high, w // wide)

    def element(index: tuple[int, ...], *inputs: Any, runtime: Runtime, **named: Any) -> Trace:
        known = ("x", "x_scale", "x_zero_point", "block_shape", "paddings")
        codes, (high, wide), edges, border = given(*(inputs or (named.get(name) for name in known)))
        place, image = divmod(index[0], codes.shape[0])
        row = index[2] * high + place // wide - int(edges[0, 0])
        column = index[3] * wide + place % wide - int(edges[1, 0])
        trace = Trace("SPACE_TO_BATCH_ND", tuple(index))
        if 0 <= row < codes.shape[2] and 0 <= column < codes.shape[3]:
            where = f"image {image}, row {row}, column {column}"
            trace.step("moved", where, int(codes[image, index[1], row, column]), str(codes.dtype))
        else:
            trace.step("border", "the zero point", border, str(codes.dtype))
        return trace

    return Functions(function, element, PARTS)


TO_ZERO_POINT, NOT_SET = space_to_batch(border_is_set=True), space_to_batch(border_is_set=False)
