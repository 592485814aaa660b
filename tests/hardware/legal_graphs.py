"""Random graphs of integer operators: legal, small, and unlike ResNet8."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
from hypothesis import strategies as st

from resnet8doc.graph import Graph
from resnet8doc.ops import OPERATORS

from .graph_writer import Codes, GraphWriter, Shape

Array = npt.NDArray[Any]
MOST = 1500
"""Numbers of the largest tensor."""

OWN_ROWS = {"LOG_SOFTMAX": (1 / 16, 127), "L2_NORMALIZATION": (1 / 128, 0)}
"""TensorFlow Lite's own operators of rows, with the output's scale and zero point."""


class Writer(GraphWriter):
    """Adds operators to an extraction, one at a time."""

    def weights(self, x: Codes, shape: Shape, axis: int) -> tuple[str, str, str]:
        dtype = "int8" if x.dtype == "int8" else self.choose("int8", "uint8")
        if self.number(0, 1):
            channels = shape[axis]
            scale = self.random.uniform(0.01, 0.2, channels).astype(np.float32)
            zero = np.zeros(channels, dtype) if dtype == "int8" else self.codes(dtype, (channels,))
            return self.store(self.codes(dtype, shape)), self.store(scale), self.store(zero)
        return self.store(self.codes(dtype, shape)), self.store(np.float32(0.03)), self.store(self.codes(dtype, ()))

    def conv(self, x: Codes) -> None:
        _, channels, *size = x.shape
        group = self.choose(*(g for g in {1, channels, 2} if channels % g == 0))
        out = group * self.number(1, 3)
        kernel = [self.number(1, min(3, length)) for length in size]
        attributes: dict[str, Any] = {"group": group, "strides": [self.number(1, 2), self.number(1, 2)]}
        padding = self.choose("none", "pads", "auto", "dilated")
        if padding == "pads":
            attributes["pads"] = [self.number(0, 2) for _ in range(4)]
        elif padding == "auto":
            attributes["auto_pad"] = self.choose("SAME_UPPER", "SAME_LOWER", "VALID")
        elif padding == "dilated":
            attributes |= {"dilations": [2, self.number(1, 2)], "pads": [2, 2, 2, 2]}
        w, w_scale, w_zero = self.weights(x, (out, channels // group, *kernel), 0)
        y_scale, y_zero = self.pair(x.dtype, 0.1, 6)
        inputs = {"x": x.name, "x_scale": x.scale, "x_zero_point": x.zero, "w": w, "w_scale": w_scale,
                  "w_zero_point": w_zero, "y_scale": y_scale, "y_zero_point": y_zero}  # fmt: skip
        if self.number(0, 1):
            inputs["B"] = self.store(self.random.integers(-3000, 3000, out).astype(np.int32))
        y = self.node("QLinearConv", inputs, **attributes)
        self.quantized(y, self.computed(), x.dtype, y_scale, y_zero)

    def transposed(self, x: Codes) -> None:
        """TensorFlow Lite's TRANSPOSE_CONV."""
        strides = [self.number(1, 3), self.number(1, 3)]
        kernel = [stride + self.number(0, 2) for stride in strides]
        begins = [self.number(0, length - 1) for length in kernel]
        ends = []
        for size, stride, length, begin in zip(x.shape[2:], strides, kernel, begins, strict=True):
            ends.append(self.number(max(0, length - begin - (size - 1) * stride - 1), length - 1))
        out = self.number(1, 3)
        filters = self.store(self.codes("int8", (out, x.shape[1], *kernel)))
        scale = np.asarray(self.random.uniform(0.01, 0.2, out if self.number(0, 1) else ()), np.float32)
        y_scale, y_zero = self.pair(x.dtype, 0.1, 6)
        inputs = {
            "x": x.name, "x_scale": x.scale, "x_zero_point": x.zero, "w": filters, "w_scale": self.store(scale),
            "w_zero_point": self.store(np.zeros(scale.shape, np.int8)), "y_scale": y_scale, "y_zero_point": y_zero,
        }  # fmt: skip
        if self.number(0, 1):
            inputs["B"] = self.store(self.random.integers(-3000, 3000, out).astype(np.int32))
        y = self.node("TRANSPOSE_CONV", inputs, strides=strides, pads=[*begins, *ends])
        self.quantized(y, self.computed(), x.dtype, y_scale, y_zero)

    def pool(self, x: Codes) -> None:
        last = self.number(0, 1)
        size = x.shape[1:3] if last else x.shape[2:4]
        y_scale, y_zero = (x.scale, x.zero) if self.tflite else self.pair(x.dtype)
        inputs = {"X": x.name, "x_scale": x.scale, "x_zero_point": x.zero, "y_scale": y_scale, "y_zero_point": y_zero}
        if self.number(0, 2) == 0:
            y = self.node("QLinearGlobalAveragePool", inputs, channels_last=last)
        else:
            kernel = [self.number(1, length) for length in size]
            attributes: dict[str, Any] = {
                "kernel_shape": kernel, "channels_last": last, "strides": [self.number(1, 3), self.number(1, 3)],
                "count_include_pad": 0 if self.tflite else self.number(0, 1), "ceil_mode": self.number(0, 1),
            }  # fmt: skip
            if self.number(0, 1):
                attributes["pads"] = [self.number(0, k - 1) for k in (*kernel, *kernel)]
            y = self.node("QLinearAveragePool", inputs, **attributes)
        self.quantized(y, self.computed(), x.dtype, y_scale, y_zero)

    def largest(self, x: Codes) -> None:
        """Take the largest code of each window."""
        attributes: dict[str, Any] = {}
        if self.number(0, 3):
            kernel = [self.number(1, min(3, length)) for length in x.shape[2:]]
            attributes = {
                "kernel_shape": kernel, "strides": [self.number(1, 3), self.number(1, 3)],
                "ceil_mode": self.number(0, 1),
            }  # fmt: skip
            padding = self.choose("none", "pads", "auto", "dilated")
            if padding == "pads":
                attributes["pads"] = [self.number(0, k - 1) for k in (*kernel, *kernel)]
            elif padding == "auto":
                attributes |= {"auto_pad": self.choose("SAME_UPPER", "SAME_LOWER", "VALID"), "strides": [1, 1]}
            elif padding == "dilated":
                attributes |= {"dilations": [2, self.number(1, 2)], "pads": [1, 1, 1, 1]}
                attributes["kernel_shape"] = [min(k, 2) for k in kernel]
        y = self.node("MaxPool" if attributes else "GlobalMaxPool", {"X": x.name}, **attributes)
        self.quantized(y, self.computed(), x.dtype, x.scale, x.zero)

    def mean(self, x: Codes) -> None:
        """TensorFlow Lite's MEAN, or its SUM."""
        scale, zero = self.pair(x.dtype)
        inputs = {"data": x.name, "data_scale": x.scale, "data_zero_point": x.zero, "reduced_scale": scale,
                  "reduced_zero_point": zero}  # fmt: skip
        y = self.node(self.choose("QLinearReduceMean", "SUM"), inputs, axes=[2, 3], keepdims=self.number(0, 1))
        self.quantized(y, self.computed(), x.dtype, scale, zero)

    def pad(self, x: Codes) -> None:
        """Put a border around, or take one away."""
        rank = len(x.shape)
        mode = self.choose("constant", "constant", "constant", "edge", "reflect")
        least = 0 if mode != "constant" else -1
        pads = [self.number(least if length > 2 else 0, 1) for length in (*x.shape, *x.shape)]
        if self.number(0, 1):
            pads[0] = pads[rank] = 0
        if mode == "reflect":
            pads = [amount if length > 1 else 0 for amount, length in zip(pads, (*x.shape, *x.shape), strict=True)]
        inputs = {"data": x.name, "pads": self.store(np.array(pads, np.int64))}
        if mode == "constant" and self.number(0, 2):
            inputs["constant_value"] = self.choose(x.zero, self.store(self.codes(x.dtype, ())))
        y = self.node("Pad", inputs, mode=mode)
        self.quantized(y, self.computed(), x.dtype, x.scale, x.zero)

    def concat(self, x: Codes) -> None:
        """Join tensors of one shape, computed or stored, of one scale or of several."""
        axis = self.number(-len(x.shape), len(x.shape) - 1)
        others = [codes for codes in self.made if codes.dtype == x.dtype and codes.shape == x.shape]
        parts = [x, self.choose(*others)]
        if self.number(0, 2) == 0:
            stored = self.store(self.codes(x.dtype, x.shape))
            parts.insert(self.number(0, 2), Codes(stored, x.shape, x.dtype, *self.pair(x.dtype)))
        if self.number(0, 2) == 0:
            y = self.node("Concat", {"inputs": tuple(part.name for part in parts)}, axis=axis)
            scale, zero = x.scale, x.zero
        else:
            scale, zero = (x.scale, x.zero) if self.number(0, 1) else self.pair(x.dtype)
            listed = tuple(name for part in parts for name in (part.name, part.scale, part.zero))
            inputs: dict[str, str | tuple[str, ...]] = {"Y_scale": scale, "Y_zero_point": zero, "inputs": listed}
            y = self.node("QLinearConcat", inputs, axis=axis)
        self.quantized(y, self.computed(), x.dtype, scale, zero)

    def take(self, x: Codes) -> None:
        """Take a part, or repeat it."""
        rank = len(x.shape)
        axis = self.number(0, rank - 1)
        length = x.shape[axis]
        kind = self.choose("Slice", "Slice", "Split", "Gather", "Tile", "Expand", "pixels")
        if kind == "pixels" and rank == 4 and x.shape[1] % 4 == 0:
            y = self.node("DepthToSpace", {"input": x.name}, blocksize=2, mode=self.choose("DCR", "CRD"))
        elif kind == "pixels" and rank == 4 and x.shape[2] % 2 == 0 == x.shape[3] % 2:
            y = self.node("SpaceToDepth", {"input": x.name}, blocksize=2)
        elif kind == "Slice":
            begin = self.number(0, length - 1)
            numbers = {"starts": [begin], "ends": [self.number(begin + 1, length)], "axes": [axis], "steps": [1]}
            if self.number(0, 2) == 0:
                numbers = {"starts": [-1], "ends": [-length - 1], "axes": [axis], "steps": [-self.number(1, 2)]}
            y = self.node("Slice", {"data": x.name, **{n: self.store(np.array(v)) for n, v in numbers.items()}})
        elif kind == "Split" and length > 1:
            sizes = self.store(np.array([1, length - 1]))
            y = self.node("Split", {"input": x.name, "split": sizes}, axis=axis)
            self.nodes[-1]["outputs"].append({"index": 1, "tensor": f"{y}_rest", "dtype": None, "shape": None})
            shape = list(x.shape)
            shape[axis] = length - 1
            self.quantized(f"{y}_rest", tuple(shape), x.dtype, x.scale, x.zero)
        elif kind == "Tile":
            repeats = [self.number(1, 2) for _ in x.shape]
            y = self.node("Tile", {"input": x.name, "repeats": self.store(np.array(repeats))})
        elif kind == "Expand":
            shape = [self.choose(1, 2) if length == 1 else length for length in x.shape]
            y = self.node("Expand", {"input": x.name, "shape": self.store(np.array(shape))})
        else:
            index = np.array([self.number(0, length - 1) for _ in range(self.number(1, 3))])
            y = self.node("Gather", {"data": x.name, "indices": self.store(index)}, axis=axis)
        self.quantized(y, self.computed(), x.dtype, x.scale, x.zero)

    def matmul(self, x: Codes) -> None:
        *lead, _, inner = x.shape
        outer = self.number(1, 6)
        shape = (inner, outer) if self.number(0, 2) or not lead else (self.choose(1, lead[-1]), inner, outer)
        b, b_scale, b_zero = self.weights(x, shape, -1)
        y_scale, y_zero = self.pair(x.dtype, 0.1, 6)
        inputs = {"a": x.name, "a_scale": x.scale, "a_zero_point": x.zero, "b": b, "b_scale": b_scale,
                  "b_zero_point": b_zero, "y_scale": y_scale, "y_zero_point": y_zero}  # fmt: skip
        self.quantized(self.node("QLinearMatMul", inputs), self.computed(), x.dtype, y_scale, y_zero)

    def product(self, x: Codes) -> None:
        """Multiply a tensor with itself, one of them transposed."""
        rank = len(x.shape)
        turned = self.node("Transpose", {"data": x.name}, perm=[*range(rank - 2), rank - 1, rank - 2])
        y_scale, y_zero = self.pair(x.dtype, 0.1, 6)
        a, b = (x.name, turned) if self.number(0, 1) else (turned, x.name)
        inputs = {"a": a, "a_scale": x.scale, "a_zero_point": x.zero, "b": b, "b_scale": x.scale,
                  "b_zero_point": x.zero, "y_scale": y_scale, "y_zero_point": y_zero}  # fmt: skip
        self.quantized(self.node("QLinearMatMul", inputs), self.computed(), x.dtype, y_scale, y_zero)

    def gemm(self, x: Codes) -> None:
        trans_a, trans_b = self.choose(0, 0, 1), self.number(0, 1)
        rows, inner = x.shape[::-1] if trans_a else x.shape
        outer = self.number(1, 6)
        b, b_scale, b_zero = self.weights(x, (outer, inner) if trans_b else (inner, outer), 0 if trans_b else 1)
        y_scale, y_zero = self.pair(x.dtype, 0.1, 6)
        inputs = {"A": x.name, "a_scale": x.scale, "a_zero_point": x.zero, "B": b, "b_scale": b_scale,
                  "b_zero_point": b_zero}  # fmt: skip
        if self.number(0, 2):
            shape = self.choose((outer,), (1, outer), (rows, outer), (rows, 1), (1,))
            inputs["C"] = self.store(self.random.integers(-3000, 3000, shape).astype(np.int32))
        inputs |= {"y_scale": y_scale, "y_zero_point": y_zero}
        alpha = self.choose(1.0, 0.5, float(np.float32(0.3)))
        y = self.node("QGemm", inputs, transA=trans_a, transB=trans_b, alpha=alpha)
        self.quantized(y, self.computed(), x.dtype, y_scale, y_zero)

    def add(self, x: Codes) -> None:
        """Add, multiply or subtract a tensor and another one, which may be smaller."""
        others = [c for c in self.made if c.dtype == x.dtype and spread(c.shape, x.shape) is not None]
        if self.number(0, 1):
            other = self.choose(*others)
        else:
            lengths = tuple(self.choose(1, length) for length in x.shape[self.number(0, len(x.shape)) :])
            other = Codes(self.store(self.codes(x.dtype, lengths)), lengths, x.dtype, *self.pair(x.dtype))
        self.combine(*((x, other) if self.number(0, 1) else (other, x)))

    def extreme(self, x: Codes) -> None:
        """Take the largest or the smallest of two or three tensors, which may be smaller than the first, or stored."""
        operands = [x.name]
        for _ in range(self.number(1, 2)):
            others = [c.name for c in self.made if c.dtype == x.dtype and spread(c.shape, x.shape) is not None]
            lengths = tuple(self.choose(1, length) for length in x.shape[self.number(0, len(x.shape)) :])
            others.append(self.store(self.codes(x.dtype, lengths)))
            operands.insert(self.number(0, 1), self.choose(*others))
        y = self.node(self.choose("Max", "Min"), {"data_0": tuple(operands)})
        self.quantized(y, x.shape, x.dtype, x.scale, x.zero)

    def compared(self, x: Codes) -> None:
        """Compare two tensors, perhaps move what is true of them, and choose one of two codes by it."""
        others = [c for c in self.made if c.dtype == x.dtype and spread(c.shape, x.shape) is not None]
        small = tuple(self.choose(1, length) for length in x.shape[self.number(0, len(x.shape)) :])
        others.append(Codes(self.store(self.codes(x.dtype, small)), small, x.dtype, *self.pair(x.dtype)))
        others = [c for c in others if self.stored[c.scale] < 1]  # the kernels know no other comparisons
        if self.stored[x.scale] >= 1:
            return
        a, b = x, self.choose(*others)
        a, b = (a, b) if self.number(0, 1) else (b, a)
        given = {"A": a.name, "A_scale": a.scale, "A_zero_point": a.zero,
                 "B": b.name, "B_scale": b.scale, "B_zero_point": b.zero}  # fmt: skip
        truth = self.node(self.choose("LESS", "LESS_EQUAL", "GREATER", "GREATER_EQUAL", "EQUAL", "NOT_EQUAL"), given)
        if self.number(0, 2) == 0:
            axis = self.number(0, len(x.shape) - 1)
            back = {"starts": [-1], "ends": [-x.shape[axis] - 1], "axes": [axis], "steps": [-1]}
            truth = self.node("Slice", {"data": truth, **{n: self.store(np.array(v)) for n, v in back.items()}})
        self.chosen(x, truth, self.choose(*others).name)

    def chosen(self, x: Codes, truth: str, other: str) -> None:
        first, second = (x.name, other) if self.number(0, 1) else (other, x.name)
        y = self.node("Where", {"condition": truth, "X": first, "Y": second})
        self.quantized(y, x.shape, x.dtype, x.scale, x.zero)

    def chosen_by_stored(self, x: Codes) -> None:
        """Choose one of two codes by stored truth values."""
        small = tuple(self.choose(1, length) for length in x.shape[self.number(0, len(x.shape)) :])
        truth = self.store(self.random.integers(0, 2, small).astype(bool))
        self.chosen(x, truth, self.store(self.codes(x.dtype, small)))

    def extreme_along(self, x: Codes) -> None:
        """Take the largest or the smallest along some axes, or all."""
        rank = len(x.shape)
        inputs = {"data": x.name}
        if self.number(0, 3):
            axes = self.order(rank)[: self.number(1, rank)]
            inputs["axes"] = self.store(np.array([self.choose(axis, axis - rank) for axis in axes], np.int64))
        y = self.node(self.choose("ReduceMax", "ReduceMin"), inputs, keepdims=self.number(0, 1))
        self.quantized(y, self.computed(), x.dtype, x.scale, x.zero)

    def resized(self, x: Codes) -> None:
        """TensorFlow Lite's RESIZE_BILINEAR."""
        sizes = self.store(np.array([self.number(1, 7), self.number(1, 7)], np.int32))
        corners, half = self.choose((0, 0), (1, 0), (0, 1))
        inputs = {"x": x.name, "x_scale": x.scale, "x_zero_point": x.zero, "sizes": sizes}
        y = self.node("RESIZE_BILINEAR", inputs, align_corners=corners, half_pixel_centers=half)
        self.quantized(y, self.computed(), x.dtype, x.scale, x.zero)

    def parts(self, x: Codes) -> None:
        """Add, multiply or subtract two parts of one tensor."""
        axis = self.number(0, len(x.shape) - 1)
        length = self.number(1, x.shape[axis])
        both = []
        for _ in range(2):
            begin = self.number(0, x.shape[axis] - length)
            numbers = {"starts": [begin], "ends": [begin + length], "axes": [axis]}
            y = self.node("Slice", {"data": x.name, **{n: self.store(np.array(v)) for n, v in numbers.items()}})
            both.append(self.quantized(y, self.computed(), x.dtype, x.scale, x.zero))
        self.combine(*both)

    def combine(self, a: Codes, b: Codes) -> None:
        own = self.choose("SUB", "PRELU", "SQUARED_DIFFERENCE") if self.tflite else "QLinearMul"
        self.pair_of(self.choose("QLinearAdd", "QLinearAdd", "QLinearMul", own), a, b)

    def divide(self, x: Codes) -> None:
        """Divide by stored codes, none of which stands for 0, with a scale at which no shift is too long."""
        zero = self.codes(x.dtype, ())
        shape = tuple(self.choose(1, length) for length in x.shape[self.number(0, len(x.shape)) :])
        other = self.codes(x.dtype, shape)
        other = np.where(other == zero, zero ^ 1, other)
        scale = self.random.uniform(0.01, 0.2)
        divisor = Codes(self.store(other), shape, x.dtype, self.store(np.float32(scale)), self.store(zero))
        self.pair_of("DIV", x, divisor, float(self.stored[x.scale]) / scale * self.random.uniform(0.001, 0.007))

    def pair_of(self, op_type: str, a: Codes, b: Codes, scale: float | None = None) -> None:
        c_scale, c_zero = self.pair(a.dtype)
        c_scale = c_scale if scale is None else self.store(np.float32(scale))
        given = {
            "A": a.name, "A_scale": a.scale, "A_zero_point": a.zero, "B": b.name, "B_scale": b.scale,
            "B_zero_point": b.zero, "C_scale": c_scale, "C_zero_point": c_zero,
        }  # fmt: skip
        order = OPERATORS["com.microsoft", "QLinearAdd"].inputs
        y = self.node(op_type, {formal: given[formal] for formal in order})
        self.quantized(y, self.computed(), a.dtype, c_scale, c_zero)

    def softmax(self, x: Codes) -> None:
        if self.tflite and (kind := self.choose("QLinearSoftmax", *OWN_ROWS)) != "QLinearSoftmax":
            self.own_rows(kind, x)
            return
        zero = np.int8(-128) if self.tflite else self.codes(x.dtype, ())
        y_scale, y_zero = self.store(np.float32(1 / 256)), self.store(zero)
        inputs = {"X": x.name, "X_scale": x.scale, "x_zero_point": x.zero, "y_scale": y_scale, "y_zero_point": y_zero}
        axis = self.number(-len(x.shape), len(x.shape) - 1)
        y = self.node("QLinearSoftmax", inputs, axis=axis, opset=self.choose(12, 13, 13))
        self.quantized(y, x.shape, x.dtype, y_scale, y_zero)

    def own_rows(self, kind: str, x: Codes) -> None:
        """TensorFlow Lite's LOG_SOFTMAX or L2_NORMALIZATION."""
        scale, zero = self.store(np.float32(OWN_ROWS[kind][0])), self.store(np.int8(OWN_ROWS[kind][1]))
        given = {"x": x.name, "x_scale": x.scale, "x_zero_point": x.zero, "y_scale": scale, "y_zero_point": zero}
        y = self.node(kind, given, axis=self.number(-len(x.shape), len(x.shape) - 1))
        self.quantized(y, x.shape, x.dtype, scale, zero)

    def table(self, x: Codes) -> None:
        """Make each code of one code: a clamp, LEAKY_RELU, LOGISTIC, TANH, HARD_SWISH, RELU, RELU6, QUANTIZE."""
        kind = self.choose(
            "Clip", "Clip", "QLinearLeakyRelu", "QLinearSigmoid", "RELU", "RELU6", "QUANTIZE", "TANH", "HARD_SWISH"
        )
        scale, zero = self.pair(x.dtype)
        if kind == "Clip":
            low, high = sorted(self.codes(x.dtype, (2,)).tolist())
            limits = {"min": self.store(np.array(low, x.dtype)), "max": self.store(np.array(high, x.dtype))}
            self.quantized(self.node("Clip", {"input": x.name, **limits}), x.shape, x.dtype, x.scale, x.zero)
            return
        if kind == "QLinearSigmoid":
            scale, zero = self.store(np.float32(1 / 256)), self.store(np.int8(-128))
        if kind == "TANH":
            scale, zero = self.store(np.float32(1 / 128)), self.store(np.int8(0))
        names = ("X", "Y") if kind.startswith("QLinear") else ("x", "y")
        inputs = {names[0]: x.name}
        for name, (its_scale, its_zero) in zip(names, ((x.scale, x.zero), (scale, zero)), strict=True):
            inputs |= {f"{name}_scale": its_scale, f"{name}_zero_point": its_zero}
        more = {"alpha": float(np.float32(0.1))} if kind == "QLinearLeakyRelu" else {}
        self.quantized(self.node(kind, inputs, **more), x.shape, x.dtype, scale, zero)

    def move(self, x: Codes) -> None:
        rank = len(x.shape)
        kind = self.choose("Transpose", "Reshape", "Reshape", "Flatten", "Squeeze", "Identity", "asked")
        if kind == "Transpose":
            y = self.node("Transpose", {"data": x.name}, perm=self.order(rank))
        elif kind == "Reshape":
            total = math.prod(x.shape)
            options: list[list[int]] = [[-1], [1, -1], [x.shape[0], -1], [0, -1], [-1, x.shape[-1]]]
            for factor in (2, 3, 4):
                if total % factor == 0:
                    options += [[-1, factor], [factor, -1], [1, factor, -1, 1]]
            if rank == 4:
                options += [[0, x.shape[1] * x.shape[2], x.shape[3]], [x.shape[0], x.shape[1], -1]]
            y = self.node("Reshape", {"data": x.name, "shape": self.store(np.array(self.choose(*options)))})
        elif kind == "asked":
            y = self.node("Reshape", {"data": x.name, "shape": self.asked(x)})
        elif kind == "Flatten":
            y = self.node("Flatten", {"input": x.name}, axis=self.number(0, rank))
        elif kind == "Squeeze":
            ones = [axis for axis, length in enumerate(x.shape) if length == 1]
            axes = self.choose(*ones, None) if ones else None
            more = {} if axes is None else {"axes": self.store(np.array([axes]))}
            y = self.node("Squeeze", {"data": x.name, **more})
        else:
            y = self.node("Identity", {"input": x.name})
        self.quantized(y, self.computed(), x.dtype, x.scale, x.zero)

    def asked(self, x: Codes) -> str:
        """Compute a shape from the tensor's own, as exporters write a flattening."""
        real = self.number(0, 1)
        read = self.node("DequantizeLinear", {"x": x.name, "x_scale": x.scale, "x_zero_point": x.zero}) if real else ""
        lengths = self.node("Shape", {"data": read or x.name})
        axis = self.number(0, len(x.shape) - 1)
        one = self.node("Gather", {"data": lengths, "indices": self.store(np.array(axis))}, axis=0)
        first = self.node("Unsqueeze", {"data": one, "axes": self.store(np.array([0]))})
        return self.node("Concat", {"inputs": (first, self.store(np.array([-1])))}, axis=0)

    def again(self, x: Codes) -> None:
        """Dequantize and quantize with another scale, perhaps in the other type; perhaps moved in between."""
        name = self.node("DequantizeLinear", {"x": x.name, "x_scale": x.scale, "x_zero_point": x.zero})
        shape = x.shape
        if len(shape) > 1 and self.number(0, 1):
            perm = self.order(len(shape))
            name, shape = self.node("Transpose", {"data": name}, perm=perm), tuple(shape[axis] for axis in perm)
        dtype = self.kind()
        scale, zero = self.pair(dtype)
        y = self.node("QuantizeLinear", {"x": name, "y_scale": scale, "y_zero_point": zero})
        self.quantized(y, shape, dtype, scale, zero)


def spread(small: Shape, large: Shape) -> Shape | None:
    """Return the shape of both together, if it is the larger one's."""
    try:
        found = np.broadcast_shapes(small, large)
    except ValueError:
        return None
    return found if found == large else None


def build(number: Callable[[int, int], int], *, tflite: bool = False) -> tuple[Graph, list[dict[str, Array]]]:
    """Build a graph, and two items to feed it; ``number`` chooses one of a range."""
    random = np.random.default_rng(number(0, 2**32 - 1))
    writer = Writer(number, random, tflite)
    for _ in range(writer.choose(1, 1, 1, 2)):
        writer.feed()
    for _ in range(writer.number(1, 6)):
        x = writer.made[-1] if writer.number(0, 2) else writer.choose(*writer.made)
        rank = len(x.shape)
        options = [writer.softmax, writer.move, writer.again, writer.add, writer.add] if rank else [writer.again]
        if rank:
            options += [writer.add, writer.parts, writer.pad, writer.concat, writer.take]
            options += [writer.extreme, writer.extreme_along, writer.chosen_by_stored]
        if rank == 4:
            options += [writer.conv, writer.conv, writer.conv, writer.pool, writer.pool, writer.largest, writer.largest]
        if rank >= 2:
            options += [writer.matmul, writer.product]
        if rank == 2:
            options += [writer.gemm, writer.gemm]
        if tflite:
            options += [writer.table, writer.table, writer.divide]
        if tflite and rank:
            options += [writer.compared]
        if tflite and rank == 4:
            options += [writer.mean, writer.mean, writer.transposed, writer.transposed, writer.resized]
        if any(writer.real) and writer.number(0, 9) == 0:
            writer.quantize(writer.choose(*writer.real), writer.kind())
        elif math.prod(x.shape) <= MOST:
            writer.choose(*options)(x)
    ends = [writer.made[-1]] if writer.number(0, 1) else list({writer.made[-1], writer.choose(*writer.made)})
    outputs = []
    for codes in ends:
        if writer.number(0, 2):
            real = writer.node(
                "DequantizeLinear", {"x": codes.name, "x_scale": codes.scale, "x_zero_point": codes.zero}
            )
            outputs.append(real)
        else:
            outputs.append(codes.name)
    fed = {entry["name"] for entry in writer.inputs}
    outputs = [name for name in dict.fromkeys(outputs) if name not in fed]
    if not outputs:
        last = writer.made[-1]
        outputs = [writer.node("DequantizeLinear", {"x": last.name, "x_scale": last.scale, "x_zero_point": last.zero})]
    items = []
    for _ in range(2):
        item: dict[str, Array] = {}
        for entry in writer.inputs:
            shape = tuple(1 if axis == "batch" else axis for axis in entry["shape"])
            numbers = random.normal(0, 12, shape).astype(np.float32)
            item[entry["name"]] = numbers if entry["dtype"] == "float32" else writer.codes(entry["dtype"], shape)
        items.append(item)
    graph = writer.graph(outputs)
    return (graph.with_runtime("tflite_micro") if tflite else graph), items


@st.composite
def legal_graphs(draw: Any, *, tflite: bool = False) -> tuple[Graph, list[dict[str, Array]]]:
    """Draw a graph, and two items to feed it; with ``tflite`` one in the arithmetic of TensorFlow Lite Micro."""
    return build(lambda low, high: int(draw(st.integers(low, high))), tflite=tflite)


def one_convolution(
    shape: list[Any], *, scale: float = 1.0, zero: int = -128, kind: str = "float32", last: bool = False
) -> Graph:
    """Return a network of one convolution, fed channels first or last."""
    writer = Writer(lambda low, high: low, np.random.default_rng(0))
    writer.inputs.append({"name": "x", "dtype": kind, "shape": shape})
    s, z = writer.store(np.float32(scale)), writer.store(np.int8(zero))
    name = writer.node("Transpose", {"data": "x"}, perm=[0, 3, 1, 2]) if last else "x"
    y = name if kind == "int8" else writer.node("QuantizeLinear", {"x": name, "y_scale": s, "y_zero_point": z})
    channels = shape[3] if last else shape[1]
    w = writer.store(np.ones((2, channels, 1, 1), np.int8))
    inputs = {"x": y, "x_scale": s, "x_zero_point": z, "w": w, "w_scale": s, "w_zero_point": z, "y_scale": s,
              "y_zero_point": z}  # fmt: skip
    return writer.graph([writer.node("QLinearConv", inputs)])
