"""What PyTorch's engines have in common: unsigned activations, signed weights without zero points, a real bias."""

from abc import abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from ..arithmetic import FLOAT32, Array, CodeType, Finish, Functions, Number, Runtime, SecondStage
from ..errors import UserError
from ..ops import qgemm, qlinear_conv
from ..ops.parts import ConvInputs as Checked
from ..ops.parts import accumulated, check, checked_gemm, dot, geometry_of
from ..ops.parts import checked_conv as checked
from ..trace import Trace

PARTS = frozenset({"accumulator", "pairs", "rounding", "overflow"})
"""Where a fault can be made in a layer."""

HALF = 128
"""What int8 codes and their zero points are shifted by: PyTorch's activations are unsigned."""


@dataclass(frozen=True, eq=False)
class Layer(SecondStage):
    """A second stage that adds a real bias.

    Attributes
    ----------
    bias
        float32 ``[channels]``, or None.
    """

    bias: Array | None = None
    takes_floats: ClassVar[bool] = True

    @abstractmethod
    def factor(self, x_scale: Number, w_scale: Number, y_scale: Number) -> Array:
        """Return what each channel needs, as a structured array."""

    def mean_factor(self, x_scale: Number, y_scale: Number, count: int) -> Array:
        """Return ONNX Runtime's: PyTorch's pools have a formula of their own."""
        return FLOAT32.mean_factor(x_scale, y_scale, count)

    def real_bias(self) -> Array:
        """Return the bias, 0 without one."""
        return np.zeros((), np.float32) if self.bias is None else self.bias

    @abstractmethod
    def apply(
        self, accumulator: Number, factor: Number, zero_point: Number, kind: "npt.DTypeLike | CodeType", finish: Finish
    ) -> Array:
        """Add the bias, scale, finish."""

    @abstractmethod
    def explain(
        self, trace: Trace, accumulator: int, factor: Any, zero: int, kind: "npt.DTypeLike | CodeType", finish: Finish
    ) -> None:
        """Write it down."""


Make = Callable[[Array | None], Layer]
"""From a real bias to an engine's second stage."""


def columns(**fields: Number) -> Array:
    """Return a structured array of fields that broadcast against each other.

    Examples
    --------
    >>> columns(bias=np.array([1, 2], np.float32), scale=np.float32(0.5))["scale"]
    array([0.5, 0.5], dtype=float32)
    """
    arrays = {name: np.asarray(value) for name, value in fields.items()}
    shape = np.broadcast_shapes(*(array.shape for array in arrays.values()))
    made = np.empty(shape, [(name, array.dtype) for name, array in arrays.items()])
    for name, array in arrays.items():
        made[name] = array
    return made


def stands_for(integer: Array | None, x_scale: Number, w_scale: Number) -> Array | None:
    """Return the real bias that an integer one stands for: what a layer of integers hands over to PyTorch.

    Examples
    --------
    >>> stands_for(np.array([3], np.int32), np.float32(0.5), np.float32(0.25))
    array([0.375], dtype=float32)
    """
    if integer is None:
        return None
    unit = np.asarray(x_scale, np.float64) * np.asarray(w_scale, np.float64)
    return np.asarray(integer.astype(np.float64) * unit, np.float32)


def unsigned(codes: Array, zero: Number | None) -> tuple[Array, Array]:
    """Return codes and zero point as uint8; int8 is shifted by 128, which changes nothing that they stand for.

    Examples
    --------
    >>> codes, zero = unsigned(np.array([-128, 5], np.int8), np.int8(0))
    >>> codes, int(zero)
    (array([  0, 133], dtype=uint8), 128)
    """
    codes = check.codes(codes, "x")
    return flipped(codes), flipped(check.zero_point(zero, "x_zero_point", codes.dtype, "x"))


def flipped(codes: Array) -> Array:
    """Return uint8 codes as they are, int8 ones shifted by 128 to uint8."""
    codes = np.asarray(codes)
    return codes if codes.dtype == np.uint8 else codes.view(np.uint8) ^ np.uint8(HALF)


def back(codes: Array, kind: npt.DTypeLike) -> Array:
    """Return uint8 codes in the type that was given: the inverse of `flipped`."""
    return codes if np.dtype(kind) == np.uint8 else (codes ^ np.uint8(HALF)).view(np.int8)


def back_step(trace: Trace, kind: npt.DTypeLike) -> None:
    """Write down the shift back to int8."""
    if np.dtype(kind) == np.int8:
        code = int(trace.output)
        trace.step("shifted back to int8", f"{code} - {HALF}", code - HALF, "int8")


def refuse_weights(w: Array, zero: Number) -> None:
    """Refuse weights that PyTorch's default configurations never make.

    Raises
    ------
    UserError
        If they are unsigned or have a zero point other than 0.
    """
    if np.asarray(w).dtype != np.int8:
        raise UserError(
            f"the weights are {np.asarray(w).dtype}", "int8: PyTorch's engines take no other",
            "Quantize the weights to int8, or choose another runtime.",
        )  # fmt: skip
    if np.any(np.asarray(zero) != 0):
        raise UserError(
            "the weights have a zero point other than 0", "symmetric weights, as PyTorch's configurations make them",
            "Quantize the weights symmetrically, or choose another runtime.",
        )  # fmt: skip


def takes(runtime: Runtime, stored: Mapping[str, Any], attributes: Mapping[str, Any]) -> bool:
    """Return whether a layer of these stored tensors is computed."""
    w = next((stored[name] for name in ("w", "B", "b") if name in stored), None)
    zero = next((stored[name] for name in ("w_zero_point", "b_zero_point") if name in stored), np.int8(0))
    return (w is None or w.dtype == np.int8) and not np.any(zero != 0)


def refuse_bias(bias: Array | None, channels: int) -> Array | None:
    """Return a real bias, checked.

    Raises
    ------
    UserError
        If it is not float32, or not one number a channel.
    """
    if bias is None:
        return None
    array = check.float32(bias, "bias")
    if array.shape != (channels,):
        raise UserError(f"bias has shape {list(array.shape)}", f"[{channels}]", "Give one number for each channel.")
    return array


def _with(runtime: Runtime, stage: Layer) -> Runtime:
    return replace(runtime, name=f"{runtime.name}, layer", second_stage=stage, functions={}, base=None)


def _given(inputs: tuple[Any, ...]) -> Any:
    """Return the first eight inputs of a layer, activations unsigned."""
    x, x_scale, x_zero, w, w_scale, w_zero, y_scale, y_zero = inputs[:8]
    refuse_weights(w, w_zero)
    x, x_zero = unsigned(x, x_zero)
    return x, x_scale, x_zero, w, w_scale, w_zero, y_scale, flipped(check.codes(y_zero, "y_zero_point"))


def _stage(make: Make, inputs: tuple[Any, ...]) -> Layer:
    """Return the second stage with a layer's bias, its ninth input."""
    return make(refuse_bias(inputs[8] if len(inputs) > 8 else None, np.shape(inputs[3])[0]))


def _explain(
    trace: Trace, total: int, stage: Layer, scales: tuple[Any, Any, Any], channel: int, zero: int, relu: int,
    kind: npt.DTypeLike, finish: Finish,
) -> Trace:  # fmt: skip
    """Write down how an accumulator becomes a code of the type that was given.

    PyTorch's fused ReLU may come before the rounding, which never turns the order of two numbers.
    """
    factor = stage.factor(*scales)
    stage.explain(trace, total, factor[channel] if factor.ndim else factor[()], zero, np.uint8, finish)
    if relu:
        code = int(trace.output)
        trace.step("ReLU", f"max({code}, {zero})", max(code, zero), "uint8")
    back_step(trace, kind)
    return trace


Kernel = Callable[[tuple[Any, ...], Mapping[str, Any], Runtime], tuple[tuple[Any, ...], Runtime]]
"""From a layer's first eight inputs, its attributes and a runtime to those that the chosen kernel computes."""


def one_kernel(given: tuple[Any, ...], attributes: Mapping[str, Any], runtime: Runtime) -> tuple[Any, Runtime]:
    """Return both as they are: all layers of a kind go to one kernel."""
    return given, runtime


def conv2d(make: Make, kernel: Kernel = one_kernel) -> Functions:
    """Return PyTorch's ``quantized::conv2d`` of an engine; inputs as `resnet8doc.ops.pytorch_conv2d`.

    Parameters
    ----------
    make
        The engine's second stage.
    kernel
        How the engine's kernels sum, which may depend on the shapes.
    """

    def function(*inputs: Any, relu: int = 0, runtime: Runtime, **attributes: Any) -> Array:
        given, kind = _given(inputs), np.asarray(inputs[7]).dtype
        given, chosen = kernel(given, attributes, runtime)
        y = qlinear_conv(*given, **attributes, runtime=_with(chosen, _stage(make, inputs)))
        return back(np.maximum(y, given[7]) if relu else y, kind)

    def element(
        index: tuple[int, ...], *inputs: Any, relu: int = 0, group: int = 1, runtime: Runtime, **attributes: Any
    ) -> Trace:
        given, kind = _given(inputs), np.asarray(inputs[7]).dtype
        given, chosen = kernel(given, {**attributes, "group": group}, runtime)
        nine: Any = (*given, None)
        q: Checked = checked(*nine)
        stage, trace = _stage(make, inputs), Trace("conv2d", tuple(index))
        geometry = geometry_of(q, group=group, **attributes)
        adder, _ = accumulated(trace, q, geometry, group, index, _with(chosen, stage))
        scales, zero = (q.x_scale, q.w_scale, q.y_scale), int(q.y_zero_point)
        return _explain(trace, adder.value, stage, scales, index[1], zero, relu, kind, runtime.finish)

    return Functions(function, element, PARTS, takes)


def by_shape(choose: Callable[[tuple[int, ...], int], Functions]) -> Functions:
    """Return a ``quantized::conv2d`` that several kernels share.

    Parameters
    ----------
    choose
        From the weights' shape and the number of groups to the kernel.
    """

    def function(*inputs: Any, group: int = 1, runtime: Runtime, **attributes: Any) -> Array:
        chosen = choose(np.shape(inputs[3]), group)
        return np.asarray(chosen.function(*inputs, group=group, runtime=runtime, **attributes))

    def element(index: tuple[int, ...], *inputs: Any, group: int = 1, runtime: Runtime, **attributes: Any) -> Trace:
        chosen = choose(np.shape(inputs[3]), group)
        return chosen.element(index, *inputs, group=group, runtime=runtime, **attributes)

    return Functions(function, element, PARTS, takes)


def linear(make: Make, kernel: Kernel = one_kernel) -> Functions:
    """Return PyTorch's ``quantized::linear`` of an engine; inputs as `resnet8doc.ops.pytorch_linear`.

    Parameters
    ----------
    make
        The engine's second stage.
    kernel
        How the engine's kernels sum, which may depend on the shapes.
    """

    def given_of(inputs: tuple[Any, ...], runtime: Runtime) -> tuple[Any, Layer, Runtime]:
        given = _given(inputs)
        check.rank(given[3], "w", "[N, K]")
        given, chosen = kernel(given, {}, runtime)
        return (*given[:6], None, *given[6:]), (stage := _stage(make, inputs)), _with(chosen, stage)

    def function(*inputs: Any, relu: int = 0, runtime: Runtime) -> Array:
        given, _, chosen = given_of(inputs, runtime)
        y = qgemm(*given, transB=1, runtime=chosen)
        return back(np.maximum(y, given[8]) if relu else y, np.asarray(inputs[7]).dtype)

    def element(index: tuple[int, ...], *inputs: Any, relu: int = 0, runtime: Runtime) -> Trace:
        given, stage, chosen = given_of(inputs, runtime)
        plain: Any = (*given, 1.0, 0, 1)
        g, (row, column), trace = checked_gemm(*plain), index, Trace("linear", tuple(index))
        pairs = [(int(g.a[row, k]), int(g.b[k, column])) for k in range(g.a.shape[1])]
        used = [(row, k) for k in range(g.a.shape[1])]
        first = chosen.first_stage.of_types(g.a.dtype, g.b.dtype)
        adder = dot(trace, pairs, int(g.a_zero), 0, used, first)
        scales, kind = (g.left, g.b_scale, g.y_scale), np.asarray(inputs[7]).dtype
        return _explain(trace, adder.value, stage, scales, column, int(g.y_zero), relu, kind, runtime.finish)

    return Functions(function, element, PARTS, takes)


def layers(convolution: Functions, product: Functions) -> dict[str, Functions]:
    """Return an engine's layers: PyTorch's two, and ONNX's, which hand an integer bias over as a real number."""

    def with_bias(inputs: tuple[Any, ...], integer: Array | None) -> tuple[Any, ...]:
        return (*inputs[:8], stands_for(integer, inputs[1], inputs[4]))

    def conv(*inputs: Any, runtime: Runtime, **attributes: Any) -> Array:
        q = checked(*inputs, *(None,) * (9 - len(inputs)))
        return np.asarray(convolution.function(*with_bias(inputs, q.B), **attributes, runtime=runtime))

    def conv_element(index: tuple[int, ...], *inputs: Any, runtime: Runtime, **attributes: Any) -> Trace:
        q = checked(*inputs, *(None,) * (9 - len(inputs)))
        return convolution.element(index, *with_bias(inputs, q.B), **attributes, runtime=runtime)

    def gemm_inputs(inputs: tuple[Any, ...], alpha: float, transA: int, transB: int) -> tuple[Any, ...]:
        nine: Any = (*inputs, *(None,) * (9 - len(inputs)))
        a, a_scale, a_zero, b, b_scale, b_zero, integer, y_scale, y_zero = nine
        g = checked_gemm(a, a_scale, a_zero, b, b_scale, b_zero, integer, y_scale, y_zero, alpha, transA, transB)
        if y_scale is None or alpha != 1 or (integer is not None and np.shape(integer) != (g.b.shape[1],)):
            raise UserError(
                "QGemm has a real result, a factor alpha, or a bias of another shape than one number for each column",
                "what PyTorch's linear computes", "Choose another runtime.",
            )  # fmt: skip
        integer = None if integer is None else np.asarray(integer)
        return with_bias((g.a, a_scale, a_zero, g.b.T, b_scale, b_zero, y_scale, y_zero), integer)

    def gemm(*inputs: Any, runtime: Runtime, alpha: float = 1.0, transA: int = 0, transB: int = 0) -> Array:
        return np.asarray(product.function(*gemm_inputs(inputs, alpha, transA, transB), runtime=runtime))

    def gemm_element(
        index: tuple[int, ...], *, runtime: Runtime, alpha: float = 1.0, transA: int = 0, transB: int = 0, **given: Any
    ) -> Trace:
        names = ("A", "a_scale", "a_zero_point", "B", "b_scale", "b_zero_point", "C", "y_scale", "y_zero_point")
        inputs = tuple(given.get(name) for name in names)
        return product.element(index, *gemm_inputs(inputs, alpha, transA, transB), runtime=runtime)

    def matmul_inputs(inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        a, a_scale, a_zero, b, b_scale, b_zero, y_scale, y_zero = inputs
        if np.ndim(b) != 2 or np.size(a_scale) != 1 or np.size(y_scale) != 1:
            raise UserError(
                f"b has shape {list(np.shape(b))}, or a scale runs along the rows", "what PyTorch's linear computes",
                "Choose another runtime.",
            )  # fmt: skip
        return np.asarray(a), a_scale, a_zero, np.asarray(b).T, b_scale, b_zero, y_scale, y_zero

    def matmul(*inputs: Any, runtime: Runtime) -> Array:
        a, *others = matmul_inputs(inputs)
        y = np.asarray(product.function(a.reshape(-1, a.shape[-1]), *others, runtime=runtime))
        return y.reshape(*a.shape[:-1], y.shape[-1])

    def matmul_element(index: tuple[int, ...], *inputs: Any, runtime: Runtime) -> Trace:
        a, *others = matmul_inputs(inputs)
        row = int(np.ravel_multi_index(index[:-1], a.shape[:-1]))
        return product.element((row, index[-1]), a.reshape(-1, a.shape[-1]), *others, runtime=runtime)

    return {
        "conv2d": convolution,
        "linear": product,
        "QLinearConv": Functions(conv, conv_element, PARTS, takes),
        "QGemm": Functions(gemm, gemm_element, PARTS, takes),
        "QLinearMatMul": Functions(matmul, matmul_element, PARTS, takes),
    }
