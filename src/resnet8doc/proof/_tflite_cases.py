"""Random single operators of TensorFlow Lite, with scales that provoke ties."""

from collections.abc import Callable
from typing import Any

import numpy as np

from ..errors import UserError
from ..oracles import Spec, operator_file
from ..runtimes import XNNPACK
from ..runtimes.comparisons import COMPARISONS
from ..runtimes.curves import near_tie
from ..runtimes.logarithms import undecided_rows
from ..runtimes.lookups import OF_BUILTIN, OF_XNNPACK
from ._tflite_case import (
    Random,
    TfliteCase,
    Ties,
    draw_codes,
    draw_zero,
)
from ._tflite_layers import (
    RELU,
    SAME,
    VALID,
    convolution,
    depthwise,
    fully_connected,
    matrices,
    transposed,
    window_convolution,
)


def _pairs(rng: Random, ties: Ties, kind: str) -> TfliteCase:
    """Return a case of every pair of codes, and a few more that fill no vector."""
    single = np.float32
    if ties == "powers of two":
        a, b, c = (single(2.0 ** -rng.integers(low, high)) for low, high in ((2, 5), (1, 6), (0, 5)))
    else:
        a = single(rng.uniform(0.005, 0.1))
        b = single(a * rng.uniform(0.2, 4))
        c = single(a * b * rng.uniform(20, 200) if kind == "MUL" else max(a, b) * rng.uniform(0.6, 3))
    if kind == "SQUARED_DIFFERENCE":
        c = single(max(a, b) ** 2 * (2.0 ** rng.integers(1, 9) if ties == "powers of two" else rng.uniform(5, 300)))
    every = np.arange(-128, 128, dtype=np.int8)
    extra = int(rng.integers(1, 16))
    left = np.concatenate([np.repeat(every, 256), draw_codes(rng, extra)])[None]
    right = np.concatenate([np.tile(every, 256), draw_codes(rng, extra)])[None]
    shape = left.shape
    inputs = [Spec(shape, scale=scale, zero_point=draw_zero(rng)) for scale in (a, b)]
    options = {} if kind == "SQUARED_DIFFERENCE" else {"fusedActivationFunction": int(rng.integers(2)) * RELU}
    return TfliteCase(
        operator_file(kind, inputs, Spec(shape, scale=c, zero_point=draw_zero(rng)), options), (left, right)
    )


def addition(rng: Random, ties: Ties) -> TfliteCase:
    """ADD on every pair of codes."""
    return _pairs(rng, ties, "ADD")


def average_pool(rng: Random, ties: Ties, kind: str = "AVERAGE_POOL_2D") -> TfliteCase:
    """AVERAGE_POOL_2D, with padding in some."""
    kernel, stride = (int(v) for v in rng.integers(1, 9, 2))
    padding = SAME if rng.integers(2) else VALID
    size = int(rng.integers(kernel, 14))
    out = -(-size // stride) if padding == SAME else (size - kernel) // stride + 1
    shape = (1, size, size, 64)
    spec = Spec(shape, scale=np.float32(0.05), zero_point=draw_zero(rng))
    options = {"filterHeight": kernel, "filterWidth": kernel, "strideH": stride, "strideW": stride, "padding": padding}
    content = operator_file(
        kind, [spec], Spec((1, out, out, 64), scale=spec.scale, zero_point=spec.zero_point), options
    )
    middle = rng.integers(-128, 128, (1, 1, 1, 64))
    return TfliteCase(content, (np.clip(middle + rng.integers(-20, 21, shape), -128, 127).astype(np.int8),))


def max_pool(rng: Random, ties: Ties) -> TfliteCase:
    """MAX_POOL_2D, with padding in some."""
    return average_pool(rng, ties, "MAX_POOL_2D")


def softmax(rng: Random, ties: Ties) -> TfliteCase:
    """SOFTMAX of rows of few classes."""
    shape = (4000, int(rng.choice([2, 3, 10, 12, 17, 33])))
    step = np.float32(2.0 ** -rng.integers(2, 7) if ties == "powers of two" else rng.uniform(0.005, 0.4))
    content = operator_file(
        "SOFTMAX", [Spec(shape, scale=step, zero_point=draw_zero(rng))], Spec(shape, scale=1 / 256, zero_point=-128),
        {"beta": 1.0},
    )  # fmt: skip
    return TfliteCase(content, (draw_codes(rng, *shape),))


def log_softmax(rng: Random, ties: Ties) -> TfliteCase:
    """LOG_SOFTMAX of rows of few classes, with scales at which no code depends on the C library."""
    shape = (400, int(rng.choice([2, 3, 5, 10, 17])))
    step = np.float32(2.0 ** -rng.integers(2, 7) if ties == "powers of two" else rng.uniform(0.005, 0.4))
    codes, zero = draw_codes(rng, *shape), draw_zero(rng)
    if ties == "wide":
        codes = np.clip(rng.integers(-128, 128, (shape[0], 1)) + rng.integers(-20, 21, shape), -128, 127)
        codes = codes.astype(np.int8)
    while True:  # rows that the C library decides are drawn again
        wrong = undecided_rows(codes, step)
        if not wrong.any():
            break
        codes[wrong] = draw_codes(rng, int(wrong.sum()), shape[1])
    made = Spec(shape, scale=1 / 16, zero_point=127)
    content = operator_file("LOG_SOFTMAX", [Spec(shape, scale=step, zero_point=zero)], made)
    return TfliteCase(content, (codes,))


def quantize(rng: Random, ties: Ties) -> TfliteCase:
    """QUANTIZE of real numbers, some of which lie between two codes."""
    shape = (1, 40000 + int(rng.integers(1, 8)))
    step = np.float32(2.0 ** -rng.integers(0, 7) if ties == "powers of two" else rng.uniform(0.004, 2))
    steps = rng.integers(-1200, 1200, shape) / 8
    real = steps.astype(np.float32) * (step if ties != "calibrated" else np.float32(step * rng.uniform(0.3, 1)))
    content = operator_file("QUANTIZE", [Spec(shape, np.float32)], Spec(shape, scale=step, zero_point=draw_zero(rng)))
    return TfliteCase(content, (real.astype(np.float32),))


def dequantize(rng: Random, ties: Ties) -> TfliteCase:
    """DEQUANTIZE of all codes."""
    shape = (1, 40000 + int(rng.integers(1, 8)))
    step = np.float32(2.0 ** -rng.integers(0, 7) if ties == "powers of two" else rng.uniform(0.004, 2))
    content = operator_file("DEQUANTIZE", [Spec(shape, scale=step, zero_point=draw_zero(rng))], Spec(shape, np.float32))
    return TfliteCase(content, (draw_codes(rng, *shape),))


def mean(rng: Random, ties: Ties, kind: str = "MEAN") -> TfliteCase:
    """MEAN over the image, with the axes kept in some."""
    height, width = (8, 8) if ties == "powers of two" else (int(v) for v in rng.integers(1, 12, 2))
    step = np.float32(2.0 ** -rng.integers(2, 5) if ties == "powers of two" else rng.uniform(0.005, 0.1))
    out = np.float32(step * (2.0 ** -rng.integers(0, 3) if ties == "powers of two" else rng.uniform(0.15, 1)))
    if kind == "SUM":
        out = np.float32(out * 2.0 ** rng.integers(0, 6))
    channels, keep = int(rng.integers(50, 70)), bool(rng.integers(2))
    shape = (40, height, width, channels)
    axes = Spec((2,), np.int32, data=np.array([1, 2], np.int32))
    made = Spec((40, 1, 1, channels) if keep else (40, channels), scale=out, zero_point=draw_zero(rng))
    content = operator_file(kind, [Spec(shape, scale=step, zero_point=draw_zero(rng)), axes], made, {"keepDims": keep})
    middle = rng.integers(-128, 128, (40, 1, 1, channels))
    return TfliteCase(content, (np.clip(middle + rng.integers(-20, 21, shape), -128, 127).astype(np.int8),))


def subtraction(rng: Random, ties: Ties) -> TfliteCase:
    """SUB on every pair of codes."""
    return _pairs(rng, ties, "SUB")


def product(rng: Random, ties: Ties) -> TfliteCase:
    """MUL on every pair of codes."""
    return _pairs(rng, ties, "MUL")


def _other_scale(rng: Random, ties: Ties, kind: str, **options: Any) -> TfliteCase:
    """Return a case of all codes, many times, from one scale to another."""
    shape = (1, 256 * 40 + int(rng.integers(1, 16)))
    if ties == "powers of two":
        x, ratio = np.float32(2.0 ** -rng.integers(2, 5)), np.float32(2.0 ** rng.integers(-1, 3))
    else:
        x, ratio = np.float32(rng.uniform(0.005, 0.1)), np.float32(rng.uniform(0.3, 3))
    out = {"LOGISTIC": (1 / 256, -128), "TANH": (1 / 128, 0)}.get(kind) or (np.float32(x * ratio), draw_zero(rng))
    zero = draw_zero(rng)
    if kind == "TANH" and near_tie(np.tanh(x * np.arange(-128 - zero, 128 - zero, dtype=np.float32))).any():
        return _other_scale(rng, ties, kind)
    spec = Spec(shape, scale=x, zero_point=zero)
    content = operator_file(kind, [spec], Spec(shape, scale=out[0], zero_point=out[1]), options)
    return TfliteCase(content, (np.resize(np.arange(-128, 128, dtype=np.int8), shape),))


def requantize(rng: Random, ties: Ties) -> TfliteCase:
    """QUANTIZE of codes."""
    return _other_scale(rng, ties, "QUANTIZE")


def relu(rng: Random, ties: Ties) -> TfliteCase:
    """RELU between two scales."""
    return _other_scale(rng, ties, "RELU")


def relu6(rng: Random, ties: Ties) -> TfliteCase:
    """RELU6 between two scales."""
    return _other_scale(rng, ties, "RELU6")


def leaky_relu(rng: Random, ties: Ties) -> TfliteCase:
    """LEAKY_RELU."""
    alpha = 0.25 if ties == "powers of two" else float(np.float32(rng.uniform(0.01, 0.9)))
    return _other_scale(rng, ties, "LEAKY_RELU", alpha=alpha)


def logistic(rng: Random, ties: Ties) -> TfliteCase:
    """LOGISTIC."""
    return _other_scale(rng, ties, "LOGISTIC")


def tanh(rng: Random, ties: Ties) -> TfliteCase:
    """TANH, of scales at which no code depends on the C library."""
    return _other_scale(rng, ties, "TANH")


def hard_swish(rng: Random, ties: Ties) -> TfliteCase:
    """HARD_SWISH."""
    return _other_scale(rng, ties, "HARD_SWISH")


def resize_bilinear(rng: Random, ties: Ties) -> TfliteCase:
    """RESIZE_BILINEAR; to twice the size where many means are ties."""
    height, width, channels = (int(v) for v in rng.integers(1, 12, 3))
    size = [2 * height, 2 * width] if ties == "powers of two" else [int(v) for v in rng.integers(1, 30, 2)]
    corners, half = [(False, False), (True, False), (False, True)][int(rng.integers(3))]
    shape, zero = (1, height, width, 20 * channels), draw_zero(rng)
    wanted = Spec((2,), np.int32, data=np.array(size, np.int32))
    content = operator_file(
        "RESIZE_BILINEAR", [Spec(shape, scale=0.05, zero_point=zero), wanted],
        Spec((1, *size, shape[3]), scale=0.05, zero_point=zero), {"alignCorners": corners, "halfPixelCenters": half},
    )  # fmt: skip
    return TfliteCase(content, (draw_codes(rng, *shape),))


def curve(kind: str, **options: bool) -> Callable[[Random, Ties], TfliteCase]:
    """Return what makes cases of a function of one code; where C libraries may disagree about one, it is left out."""

    def made(rng: Random, ties: Ties) -> TfliteCase:
        zeros = [-128 if "SQRT" in kind else draw_zero(rng), draw_zero(rng)]
        if ties == "powers of two":
            x, y = np.float32(2.0 ** -rng.integers(2, 7)), np.float32(2.0 ** -rng.integers(-1, 9))
        else:
            x, y = np.float32(rng.uniform(0.003, 0.2)), np.float32(rng.uniform(0.003, 0.2))
        if kind == "RSQRT":
            y = np.float32(1 / np.sqrt(x) / (64 if ties == "powers of two" else rng.choice([0.5, 30, 200, 2000])))
        elif kind == "SQRT" and ties == "calibrated":
            x = np.float32(y**2 * rng.choice([1, 0.25, 4, 1 / 9]))  # many roots are nearly whole
        elif kind == "EXP" and ties == "wide":
            y = np.float32(rng.choice([2, 2 / 3, 0.4, 2e3, 1e6]))
        shape = (1, 256 * 4 + int(rng.integers(1, 16)))
        specs = [Spec(shape, scale=scale, zero_point=zero) for scale, zero in zip((x, y), zeros, strict=True)]
        codes = np.resize(np.arange(-128, 128, dtype=np.int8), shape)
        given = (codes[0, :256], x, np.int8(zeros[0]), y, np.int8(zeros[1]))
        try:
            for own in {OF_BUILTIN[kind], OF_XNNPACK[kind]}:
                own.function(*given, **options, runtime=XNNPACK)
        except UserError:  # C libraries disagree about a code: draw another case
            return made(rng, ties)
        return TfliteCase(operator_file(kind, specs[:1], specs[1], options), (codes,))

    return made


def parametric_relu(rng: Random, ties: Ties) -> TfliteCase:
    """PRELU of every code and slope."""
    if ties == "powers of two":
        x, slope, y = (np.float32(2.0 ** -rng.integers(low, high)) for low, high in ((2, 5), (3, 8), (0, 5)))
    else:
        x, slope = np.float32(rng.uniform(0.005, 0.1)), np.float32(rng.uniform(0.001, 0.02))
        y = np.float32(x * rng.uniform(0.4, 3))
    shape = (1, 64, 256 + int(rng.integers(1, 16)))
    slopes = np.resize(np.arange(-128, 128, dtype=np.int8), shape[2:])
    specs = [Spec(shape, scale=x, zero_point=draw_zero(rng)),
             Spec((1, shape[2]), scale=slope, zero_point=draw_zero(rng), data=slopes[None])]  # fmt: skip
    content = operator_file("PRELU", specs, Spec(shape, scale=y, zero_point=draw_zero(rng)))
    return TfliteCase(content, (draw_codes(rng, *shape),))


def comparison(kind: str) -> Callable[[Random, Ties], TfliteCase]:
    """Return what makes cases of a comparison of every pair of codes, many of them equal in steps of 1/256."""

    def made(rng: Random, ties: Ties) -> TfliteCase:
        if ties == "powers of two":
            a, b = (np.float32(2.0 ** -rng.integers(1, 7)) for _ in "ab")
        elif ties == "calibrated":
            a, b = (np.float32(rng.uniform(0.0005, 0.1)) for _ in "ab")
        else:
            a, b = (np.float32(rng.choice([0.999, 0.3, 1 / 255, 1e-4]) * rng.uniform(0.5, 1)) for _ in "ab")
        every = np.arange(-128, 128, dtype=np.int8)
        left, right = np.repeat(every, 256)[None], np.tile(every, 256)[None]
        inputs = [Spec(left.shape, scale=scale, zero_point=draw_zero(rng)) for scale in (a, b)]
        return TfliteCase(operator_file(kind, inputs, Spec(left.shape, np.bool_)), (left, right))

    return made


def squared_difference(rng: Random, ties: Ties) -> TfliteCase:
    """SQUARED_DIFFERENCE on every pair of codes."""
    return _pairs(rng, ties, "SQUARED_DIFFERENCE")


def quotient(rng: Random, ties: Ties) -> TfliteCase:
    """DIV on pairs of codes by at least 64 steps, with a scale at which all shifts are defined."""
    a, b = (np.float32(2.0 ** -rng.integers(2, 6) if ties == "powers of two" else rng.uniform(0.005, 0.1))
            for _ in "ab")  # fmt: skip
    c = np.float32(a / b * (2.0 ** -rng.integers(7, 10) if ties == "powers of two" else rng.uniform(0.001, 0.007)))
    every = np.arange(-128, 128, dtype=np.int8)
    left, right = np.repeat(every, 192)[None], np.tile(every[64:], 256)[None]
    specs = [Spec(left.shape, scale=a, zero_point=draw_zero(rng)), Spec(left.shape, scale=b, zero_point=-128)]
    options = {"fusedActivationFunction": int(rng.integers(2)) * RELU}
    return TfliteCase(
        operator_file("DIV", specs, Spec(left.shape, scale=c, zero_point=draw_zero(rng)), options), (left, right)
    )


def total(rng: Random, ties: Ties) -> TfliteCase:
    """SUM over the image, with the axes kept in some."""
    return mean(rng, ties, "SUM")


def l2_normalization(rng: Random, ties: Ties) -> TfliteCase:
    """L2_NORMALIZATION of rows of all lengths: some of zeros but for one code, some of extremes, some nearly equal."""
    shape: tuple[int, ...]
    if ties == "calibrated":
        shape, zero = (60, int(rng.integers(1, 600))), draw_zero(rng)
    elif ties == "powers of two":  # roots of small sums, many of them whole
        shape, zero = (1000, 2, 3, int(rng.choice([1, 2, 4, 5, 16]))), 0
    else:
        shape, zero = (8, int(rng.integers(2000, 33000))), int(rng.choice([-128, 127, 0]))
    codes = draw_codes(rng, *shape)
    if ties == "powers of two":
        codes = np.clip(rng.integers(-4, 5, shape) * rng.choice([1, 8, 31], (*shape[:-1], 1)), -128, 127)
    codes[::7] = zero
    codes[::7, ..., 0] = rng.integers(-128, 128, codes[::7, ..., 0].shape)
    codes[1::7] = rng.choice([-128, 127], codes[1::7].shape)
    codes[2::7] = np.clip(zero + rng.integers(-1, 2, codes[2::7].shape), -128, 127)
    specs = [Spec(shape, scale=0.05, zero_point=zero), Spec(shape, scale=1 / 128, zero_point=0)]
    return TfliteCase(operator_file("L2_NORMALIZATION", specs[:1], specs[1]), (codes.astype(np.int8),))


def place(kind: str, made: type[np.signedinteger[Any]] = np.int32) -> Callable[[Random, Ties], TfliteCase]:
    """Return what makes cases of ARG_MAX or ARG_MIN along any axis; few different codes, so that the first counts."""

    def drawn(rng: Random, ties: Ties) -> TfliteCase:
        shape = [(50, 40, 7), (10, 9, 8, 33), (3000, 5), (3, 20, 4, 5, 6)][int(rng.integers(4))]
        axis = int(rng.integers(1, len(shape)))
        low, high = {"calibrated": (-128, 128), "powers of two": (-2, 3), "wide": (125, 128)}[ties]
        out = [size for number, size in enumerate(shape) if number != axis]
        given = axis - len(shape) * int(rng.integers(2))
        content = operator_file(
            kind,
            [Spec(shape, scale=0.05, zero_point=draw_zero(rng)),
             Spec((1,), np.int32, data=np.array([given], np.int32))],
            Spec(out, made), {"outputType": 2 if made is np.int32 else 4},
        )  # fmt: skip
        return TfliteCase(content, (rng.integers(low, high, shape).astype(np.int8),))

    return drawn


TFLITE_GENERATORS: dict[str, Callable[[Random, Ties], TfliteCase]] = {
    "CONV_2D, 1 x 1": convolution,
    "CONV_2D, 3 x 3": window_convolution,
    "DEPTHWISE_CONV_2D": depthwise,
    "FULLY_CONNECTED": fully_connected,
    "ADD": addition,
    "AVERAGE_POOL_2D": average_pool,
    "MAX_POOL_2D": max_pool,
    "SOFTMAX": softmax,
    "QUANTIZE": quantize,
    "DEQUANTIZE": dequantize,
    "MEAN": mean,
    "SUB": subtraction,
    "MUL": product,
    "QUANTIZE, of codes": requantize,
    "RELU, of two scales": relu,
    "RELU6, of two scales": relu6,
    "LEAKY_RELU": leaky_relu,
    "LOGISTIC": logistic,
    "TANH": tanh,
    "HARD_SWISH": hard_swish,
    "BATCH_MATMUL": matrices,
    "RESIZE_BILINEAR": resize_bilinear,
    "LOG_SOFTMAX": log_softmax,
    "SUM": total,
    "TRANSPOSE_CONV": transposed,
    "PRELU": parametric_relu,
    "SQUARED_DIFFERENCE": squared_difference,
    "DIV": quotient,
    **{kind: curve(kind) for kind in ("ABS", "NEG", "EXP", "ELU", "GELU", "SQRT", "RSQRT")},
    **{kind: comparison(kind) for kind in COMPARISONS},
    "GELU, approximate": curve("GELU", approximate=True),
    "L2_NORMALIZATION": l2_normalization,
    **{kind: place(kind) for kind in ("ARG_MAX", "ARG_MIN")},
    **{f"{kind}, to int64": place(kind, np.int64) for kind in ("ARG_MAX", "ARG_MIN")},
}
"""What makes random cases of each operator."""
