"""A filter that died in training: next to no weights, and a bias that outgrows every sum.

The first bundled checkpoint had one in its stem, with these numbers.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from resnet8doc.ops import qlinear_conv, qlinear_conv_loops

SCALE, BIAS = np.float32(9e-10), -249_276_408


def test_it_is_constant_and_equal_to_onnxruntime(compare: Callable[..., Any]) -> None:
    rng = np.random.default_rng(0)
    x = rng.integers(-128, 128, (1, 3, 6, 6)).astype(np.int8)
    w = rng.integers(-128, 128, (2, 3, 3, 3)).astype(np.int8)
    inputs: list[Any] = [
        x, np.float32(1.0), np.int8(-128), w, np.array([SCALE, 0.002], np.float32), np.zeros(2, np.int8),
        np.float32(0.01), np.int8(-128), np.array([BIAS, 300], np.int32),
    ]  # fmt: skip
    ((theirs, ours),) = compare("QLinearConv", inputs, pads=[1, 1, 1, 1])
    np.testing.assert_array_equal(ours, theirs)
    assert len(np.unique(ours[0, 0])) == 1, "whatever the image is"
    assert len(np.unique(ours[0, 1])) > 1
    np.testing.assert_array_equal(qlinear_conv_loops(*inputs, pads=[1, 1, 1, 1]), ours)
    np.testing.assert_array_equal(qlinear_conv(*inputs, pads=[1, 1, 1, 1]), ours)
