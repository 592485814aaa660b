"""What a user gets wrong is said: what was found, what was expected."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from resnet8doc import ops
from resnet8doc.errors import UserError

ONE, I8, U8 = np.float32(1), np.int8(0), np.uint8(0)


def conv(**changes: Any) -> Any:
    given: dict[str, Any] = {
        "x": np.zeros((1, 3, 5, 5), np.int8), "x_scale": ONE, "x_zero_point": I8, "w": np.zeros((4, 3, 3, 3), np.int8),
        "w_scale": ONE, "w_zero_point": I8, "y_scale": ONE, "y_zero_point": I8,
    }  # fmt: skip
    return ops.qlinear_conv(**{**given, **changes})


def matmul(**changes: Any) -> Any:
    given: dict[str, Any] = {
        "a": np.zeros((2, 3), np.int8), "a_scale": ONE, "a_zero_point": I8, "b": np.zeros((3, 4), np.int8),
        "b_scale": ONE, "b_zero_point": I8, "y_scale": ONE, "y_zero_point": I8,
    }  # fmt: skip
    return ops.qlinear_matmul(**{**given, **changes})


def gemm(**changes: Any) -> Any:
    given: dict[str, Any] = {
        "A": np.zeros((2, 3), np.int8), "a_scale": ONE, "a_zero_point": I8, "B": np.zeros((3, 4), np.int8),
        "b_scale": ONE, "b_zero_point": I8,
    }  # fmt: skip
    return ops.qgemm(**{**given, **changes})


def add(**changes: Any) -> Any:
    given: dict[str, Any] = {
        "A": np.zeros(4, np.int8), "A_scale": ONE, "A_zero_point": I8, "B": np.zeros(4, np.int8), "B_scale": ONE,
        "B_zero_point": I8, "C_scale": ONE, "C_zero_point": I8,
    }  # fmt: skip
    return ops.qlinear_add(**{**given, **changes})


@pytest.mark.parametrize(
    ("call", "changes", "message"),
    [
        (conv, {"w": np.zeros((4, 16, 3, 3), np.int8)},
         "x has 3 channels; expected 16, as w has 16 a group (group=1)."),
        (conv, {"x": np.zeros((3, 5, 5), np.int8)}, "w has 4 axes and x has 3; expected as many axes as x."),
        (conv, {"x": np.zeros((1, 3, 5, 5))}, "x is float64; expected int8 or uint8."),
        (conv, {"y_scale": np.float32(0)}, "y_scale is 0.0; expected a finite number other than 0."),
        (conv, {"x_scale": np.float32("inf")}, "x_scale is inf; expected a finite number."),
        (conv, {"y_scale": np.float32("nan")}, "y_scale is nan; expected a finite number other than 0."),
        (conv, {"x_scale": np.float64(1)}, "x_scale is float64; expected float32."),
        (conv, {"x_zero_point": U8}, "x_zero_point is uint8 and x is int8; expected one type for both."),
        (conv, {"w_scale": np.ones(3, np.float32)},
         "w_scale has shape [3]; expected a scalar or shape [4], one for each output channel."),
        (conv, {"w_scale": np.array([1, 1, np.nan, 1], np.float32)}, "w_scale[2] is nan; expected a finite number."),
        (conv, {"x_scale": np.ones(3, np.float32)}, "x_scale has shape [3]; expected a scalar."),
        (conv, {"B": np.zeros(4, np.float32)}, "B is float32; expected int32."),
        (conv, {"B": np.zeros(3, np.int32)}, "B has shape [3]; expected [4]."),
        (conv, {"pads": (1, 1)}, "pads are [1, 1]; expected 4 numbers of 0 or more, begins then ends."),
        (conv, {"strides": (0, 1)}, "strides is [0, 1]; expected 2 numbers above 0."),
        (conv, {"auto_pad": "SAME"}, "auto_pad is 'SAME'; expected NOTSET, SAME_UPPER, SAME_LOWER or VALID."),
        (conv, {"kernel_shape": (5, 5)}, "kernel_shape is [5, 5]; expected [3, 3], as w has."),
        (conv, {"group": 3}, "group is 3 and w has 4 filters; expected a group that divides them."),
        (conv, {"dilations": (3, 3)},
         "the kernel spans 7 and the padded axis has 5 elements; expected a kernel no larger than the padded image."),
        (matmul, {"b": np.zeros((4, 4), np.int8)},
         "a has 3 columns and b has 4 rows; expected as many columns as rows."),
        (matmul, {"a": np.zeros((), np.int8)}, "a has shape []; expected 2 or more axes."),
        (matmul, {"b_scale": np.ones(3, np.float32)},
         "b_scale has shape [3]; expected a scalar, or one for each of the 4 columns."),
        (gemm, {"y_scale": ONE}, "y_zero_point is missing; expected both y_scale and y_zero_point, or neither."),
        (gemm, {"C": np.zeros(3, np.int32)}, "C has shape [3]; expected one that broadcasts to [2, 4]."),
        (add, {"B": np.zeros(4, np.uint8), "B_zero_point": U8},
         "A is int8 and B is uint8; expected one type for both."),
        (add, {"B": np.zeros(3, np.int8)}, "A has shape [4] and B [3]; expected shapes that broadcast."),
        (ops.quantize_linear, {"x": np.zeros(2), "y_scale": ONE}, "x is float64; expected float32 or float16."),
        (ops.quantize_linear, {"x": np.zeros(2, np.float32), "y_scale": ONE, "y_zero_point": ONE},
         "y_zero_point is float32; expected int8, uint8, int16 or uint16."),
        (ops.dequantize_linear, {"x": np.zeros(2, np.int8), "x_scale": ONE, "x_zero_point": U8},
         "x_zero_point is uint8 and x is int8; expected one type for both."),
        (ops.transpose, {"data": np.zeros((2, 3)), "perm": (0, 0)}, "perm is [0, 0]; expected an order of 2 axes."),
        (ops.reshape, {"data": np.zeros((2, 3)), "shape": np.array([4, -1])},
         "data has shape [2, 3]; expected 6 elements in shape [4, -1]."),
        (ops.matmul, {"A": np.zeros((2, 3)), "B": np.zeros((2, 3))},
         "A has shape [2, 3] and B [2, 3]; expected [..., M, K] and [..., K, N]."),
    ],
)  # fmt: skip
def test_message(call: Callable[..., Any], changes: dict[str, Any], message: str) -> None:
    with pytest.raises(UserError) as error:
        call(**changes)
    assert str(error.value).startswith(message)
