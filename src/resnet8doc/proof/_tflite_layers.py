"""Random layers of TensorFlow Lite that sum products: convolutions, fully connected layers, products of matrices."""

import numpy as np

from ..oracles import Spec, operator_file
from ._tflite_case import Random, TfliteCase, Ties, draw_bias, draw_codes, draw_scales, draw_weights, draw_zero

RELU = 1
SAME, VALID = 0, 1


def convolution(rng: Random, ties: Ties, kernel: tuple[int, int] = (1, 1), height: int | None = None) -> TfliteCase:
    """CONV_2D, per channel."""
    c, m = int(rng.integers(1, 9 if ties == "wide" else 20)), int(rng.integers(1, 70))
    x, w, y = draw_scales(rng, ties, m)
    stride, size = (1, 20) if kernel == (1, 1) else (int(rng.integers(1, 3)), 16)
    shape = (1, height or size, size + 1, c)
    out = (1, -(-shape[1] // stride), -(-shape[2] // stride), m)
    options = {
        "padding": SAME, "strideH": stride, "strideW": stride, "dilationHFactor": 1, "dilationWFactor": 1,
        "fusedActivationFunction": int(rng.integers(2)) * RELU,
    }  # fmt: skip
    inputs = [
        Spec(shape, scale=x, zero_point=draw_zero(rng)),
        Spec((m, *kernel, c), scale=w, data=draw_weights(rng, ties, m, *kernel, c)),
        Spec((m,), np.int32, x * w, data=draw_bias(rng, x, w, y)),
    ]
    content = operator_file("CONV_2D", inputs, Spec(out, scale=y, zero_point=draw_zero(rng)), options)
    return TfliteCase(content, (draw_codes(rng, *shape),))


def window_convolution(rng: Random, ties: Ties) -> TfliteCase:
    """CONV_2D, 3 x 3."""
    return convolution(rng, ties, (3, 3))


def row_convolution(rng: Random, ties: Ties) -> TfliteCase:
    """CONV_2D, 1 x 5, on one row."""
    return convolution(rng, ties, (1, 5), 1)


def depthwise(rng: Random, ties: Ties, kernel: int = 3, multiple: int | None = None) -> TfliteCase:
    """DEPTHWISE_CONV_2D, with channels that fill no vector, some of one input channel."""
    c = 1 if rng.integers(4) == 0 else int(rng.integers(2, 40))
    many = int(rng.integers(1, 24 if c == 1 else 3)) if multiple is None else multiple
    m = c * many
    x, w, y = draw_scales(rng, ties, m)
    stride, size = int(rng.integers(1, 3)), 24
    shape, out = (1, size, size, c), (1, -(-size // stride), -(-size // stride), m)
    options = {
        "padding": SAME, "strideH": stride, "strideW": stride, "dilationHFactor": 1, "dilationWFactor": 1,
        "depthMultiplier": many, "fusedActivationFunction": int(rng.integers(2)) * RELU,
    }  # fmt: skip
    inputs = [
        Spec(shape, scale=x, zero_point=draw_zero(rng)),
        Spec((1, kernel, kernel, m), scale=w, data=draw_weights(rng, ties, 1, kernel, kernel, m), axis=3),
        Spec((m,), np.int32, x * w, data=draw_bias(rng, x, w, y)),
    ]
    content = operator_file("DEPTHWISE_CONV_2D", inputs, Spec(out, scale=y, zero_point=draw_zero(rng)), options)
    return TfliteCase(content, (draw_codes(rng, *shape),))


def wide_depthwise(rng: Random, ties: Ties) -> TfliteCase:
    """DEPTHWISE_CONV_2D, 5 x 5."""
    return depthwise(rng, ties, 5)


def doubled_depthwise(rng: Random, ties: Ties) -> TfliteCase:
    """DEPTHWISE_CONV_2D, 3 x 3, two outputs of each channel."""
    return depthwise(rng, ties, multiple=2)


def fully_connected(rng: Random, ties: Ties) -> TfliteCase:
    """FULLY_CONNECTED, per tensor or per channel: many outputs, so that the biases reach many accumulators."""
    c, m = int(rng.integers(1, 40)), int(rng.integers(200, 900))
    x, w, y = draw_scales(rng, ties, m if rng.integers(2) else 1)
    shape = (30, c)
    inputs = [
        Spec(shape, scale=x, zero_point=draw_zero(rng)),
        Spec((m, c), scale=w, data=draw_weights(rng, ties, m, c)),
        Spec((m,), np.int32, x * w, data=draw_bias(rng, x, np.broadcast_to(w, (m,)), y)),
    ]
    options = {"fusedActivationFunction": int(rng.integers(2)) * RELU}
    content = operator_file("FULLY_CONNECTED", inputs, Spec((30, m), scale=y, zero_point=draw_zero(rng)), options)
    return TfliteCase(content, (draw_codes(rng, *shape),))


def matrices(rng: Random, ties: Ties) -> TfliteCase:
    """BATCH_MATMUL of two computed tensors; the second is read turned in some."""
    batch, rows, inner, columns = 3, *(int(v) for v in rng.integers(1, 40, 3))
    x, weights, y = draw_scales(rng, ties, 1)
    limit = 4 if ties == "wide" else 128
    zeros, turned = (draw_zero(rng), draw_zero(rng) if rng.integers(2) else 0), bool(rng.integers(2))
    shapes = (1, batch, rows, inner), (1, batch, columns, inner) if turned else (1, batch, inner, columns)
    if ties != "wide":
        y = np.float32(y / (1 if ties == "powers of two" else 4))
    specs = [Spec(shape, scale=scale, zero_point=zero)
             for shape, scale, zero in zip(shapes, (x, weights[0]), zeros, strict=True)]  # fmt: skip
    made = Spec((1, batch, rows, columns), scale=y, zero_point=draw_zero(rng))
    content = operator_file("BATCH_MATMUL", specs, made, {"adjY": turned})
    fed = tuple(
        np.clip(rng.integers(-limit, limit, shape) + (zero if limit < 128 else 0), -128, 127).astype(np.int8)
        for shape, zero in zip(shapes, zeros, strict=True)
    )
    return TfliteCase(content, fed)


def transposed(rng: Random, ties: Ties) -> TfliteCase:
    """TRANSPOSE_CONV, per tensor or per channel, with channels that fill no vector."""
    c, m = int(rng.integers(1, 9)), int(rng.integers(1, 30))
    x, w, y = draw_scales(rng, ties, m if rng.integers(2) else 1)
    strides, same, size = rng.integers(1, 4, 2), bool(rng.integers(2)), rng.integers(1, 12, 2)
    kernel = strides + rng.integers(0, 4, 2)
    out = size * strides if same else (size - 1) * strides + kernel
    shape, made = (1, *map(int, size), c), (1, *map(int, out), m)
    inputs = [
        Spec((4,), np.int32, data=np.array(made, np.int32)),
        Spec((m, *map(int, kernel), c), scale=w, data=draw_weights(rng, ties, m, *kernel, c)),
        Spec(shape, scale=x, zero_point=draw_zero(rng)),
    ]
    if rng.integers(2):
        inputs.append(Spec((m,), np.int32, x * w, data=draw_bias(rng, x, np.broadcast_to(w, (m,)), y)))
    options = {"strideH": int(strides[0]), "strideW": int(strides[1]), "padding": SAME if same else VALID}
    content = operator_file("TRANSPOSE_CONV", inputs, Spec(made, scale=y, zero_point=draw_zero(rng)), options)
    return TfliteCase(content, (draw_codes(rng, *shape),))
