"""PyTorch's operators whose bias is a real number, and its fused ReLU: ``quantized::conv2d``, ``linear``, ``add``.

Each is defined by the engines that have it; any other runtime refuses it by name.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from ..arithmetic import ONNXRUNTIME_X86, Functions, Number, Runtime
from ..errors import UserError
from ..trace import Trace
from ._operator import Codes, Operator
from ._qlinear_conv_loops import geometry_of_shapes

Array = npt.NDArray[Any]

PYTORCH = "pytorch"
"""The domain of PyTorch's own operators."""

LAYER_PARTS = frozenset({"accumulator", "pairs", "rounding", "overflow"})
ADD_PARTS = frozenset({"overflow"})


def pytorch_conv2d(
    x: Array, x_scale: Number, x_zero_point: Number, w: Array, w_scale: Number, w_zero_point: Number, y_scale: Number,
    y_zero_point: Number, bias: Array | None = None, *, strides: Sequence[int] | None = None,
    pads: Sequence[int] | None = None, dilations: Sequence[int] | None = None, group: int = 1, relu: int = 0,
    runtime: Runtime = ONNXRUNTIME_X86,
) -> Array:  # fmt: skip
    r"""Convolve codes: :math:`y = (a\, s_x s_w + b) / s_y + z_y` with a real bias, as an engine of PyTorch rounds it.

    Parameters
    ----------
    x
        uint8 ``[N, C, H, W]``, as PyTorch's activations are; int8 is shifted by 128.
    w
        int8 ``[M, C / group, kH, kW]``, of zero point 0.
    x_scale, x_zero_point, w_scale, w_zero_point, y_scale, y_zero_point
        As for :func:`~resnet8doc.ops.qlinear_conv`.
    bias
        float32 ``[M]``, in real units, or None.
    strides, pads, dilations, group
        As for :func:`~resnet8doc.ops.qlinear_conv`.
    relu
        Whether codes below the zero point become it (``quantized::conv2d_relu``).
    runtime
        ``fbgemm``, ``qnnpack``, ``onednn`` or ``x86``.

    Raises
    ------
    UserError
        If the runtime has no such operator, or types or shapes do not fit.

    Examples
    --------
    (1 + 0.4) / 0.5 = 2.8:

    >>> from resnet8doc.runtimes import FBGEMM
    >>> x, w = np.array([[[[1]]]], np.uint8), np.ones((1, 1, 1, 1), np.int8)
    >>> one, zero, bias = np.float32(1), np.uint8(0), np.array([0.4], np.float32)
    >>> pytorch_conv2d(x, one, zero, w, one, np.int8(0), np.float32(0.5), zero, bias, runtime=FBGEMM)
    array([[[[3]]]], dtype=uint8)
    """
    inputs = (x, x_scale, x_zero_point, w, w_scale, w_zero_point, y_scale, y_zero_point, bias)
    given = {"strides": strides, "pads": pads, "dilations": dilations, "group": group, "relu": relu}
    return np.asarray(_own("conv2d", LAYER_PARTS, runtime).function(*inputs, **given, runtime=runtime))


def pytorch_conv2d_element(
    index: tuple[int, ...], *inputs: Any, runtime: Runtime = ONNXRUNTIME_X86, **named: Any
) -> Trace:
    """Write down how ``pytorch_conv2d(...)[index]`` comes about."""
    inputs, attributes = _split(LAYER_INPUTS, inputs, named)
    return _own("conv2d", LAYER_PARTS, runtime).element(index, *inputs, **attributes, runtime=runtime)


def pytorch_conv2d_loops(*inputs: Any, runtime: Runtime = ONNXRUNTIME_X86, **attributes: Any) -> Array:
    """Compute what :func:`pytorch_conv2d` does, one output after another (the slow twin)."""
    x, w = np.asarray(inputs[0]), np.asarray(inputs[3])
    geometry = {name: value for name, value in attributes.items() if name != "relu"}
    g = geometry_of_shapes(x.shape, w.shape, **geometry)
    y = np.empty((x.shape[0], g.channels_out, *g.size), np.asarray(inputs[7]).dtype)
    return _one_by_one(y, pytorch_conv2d_element, *inputs, **attributes, runtime=runtime)


def pytorch_linear(
    x: Array, x_scale: Number, x_zero_point: Number, w: Array, w_scale: Number, w_zero_point: Number, y_scale: Number,
    y_zero_point: Number, bias: Array | None = None, *, relu: int = 0, runtime: Runtime = ONNXRUNTIME_X86,
) -> Array:  # fmt: skip
    r"""Multiply codes by weights: :math:`y = (a\, s_x s_w + b) / s_y + z_y` with a real bias, as an engine rounds it.

    Parameters
    ----------
    x
        uint8 ``[M, K]``; int8 is shifted by 128.
    w
        int8 ``[N, K]``, of zero point 0.
    x_scale, x_zero_point, w_scale, w_zero_point, y_scale, y_zero_point, bias, relu, runtime
        As for :func:`pytorch_conv2d`, ``bias`` being ``[N]``.

    Raises
    ------
    UserError
        If the runtime has no such operator, or types or shapes do not fit.

    Examples
    --------
    >>> from resnet8doc.runtimes import QNNPACK
    >>> x, w = np.array([[1, 2]], np.uint8), np.array([[3, -1], [10, 7]], np.int8)
    >>> one, zero = np.float32(1), np.uint8(0)
    >>> pytorch_linear(x, one, zero, w, one, np.int8(0), np.float32(0.5), zero, runtime=QNNPACK)
    array([[ 2, 48]], dtype=uint8)
    """
    inputs = (x, x_scale, x_zero_point, w, w_scale, w_zero_point, y_scale, y_zero_point, bias)
    return np.asarray(_own("linear", LAYER_PARTS, runtime).function(*inputs, relu=relu, runtime=runtime))


def pytorch_linear_element(
    index: tuple[int, ...], *inputs: Any, runtime: Runtime = ONNXRUNTIME_X86, **named: Any
) -> Trace:
    """Write down how ``pytorch_linear(...)[index]`` comes about."""
    inputs, attributes = _split(LAYER_INPUTS, inputs, named)
    return _own("linear", LAYER_PARTS, runtime).element(index, *inputs, **attributes, runtime=runtime)


def pytorch_linear_loops(*inputs: Any, runtime: Runtime = ONNXRUNTIME_X86, **attributes: Any) -> Array:
    """Compute what :func:`pytorch_linear` does, one output after another (the slow twin)."""
    y = np.empty((np.shape(inputs[0])[0], np.shape(inputs[3])[0]), np.asarray(inputs[7]).dtype)
    return _one_by_one(y, pytorch_linear_element, *inputs, **attributes, runtime=runtime)


def pytorch_add(
    A: Array, A_scale: Number, A_zero_point: Number, B: Array, B_scale: Number, B_zero_point: Number, C_scale: Number,
    C_zero_point: Number, *, relu: int = 0, runtime: Runtime = ONNXRUNTIME_X86,
) -> Array:  # fmt: skip
    r"""Add codes: :math:`C = ((A - z_A) s_A + (B - z_B) s_B) / s_C + z_C`, as an engine of PyTorch rounds it.

    Parameters
    ----------
    A, B
        uint8, of shapes that broadcast; int8 is shifted by 128.
    A_scale, A_zero_point, B_scale, B_zero_point, C_scale, C_zero_point
        As for :func:`~resnet8doc.ops.qlinear_add`.
    relu
        Whether codes below the zero point become it (``quantized::add_relu``).
    runtime
        As for :func:`pytorch_conv2d`.

    Raises
    ------
    UserError
        If the runtime has no such operator, or types or shapes do not fit.

    Examples
    --------
    >>> from resnet8doc.runtimes import FBGEMM
    >>> A, B, zero = np.array([10, 1], np.uint8), np.array([4, 0], np.uint8), np.uint8(3)
    >>> half, quarter, one = np.float32(0.5), np.float32(0.25), np.float32(1)
    >>> pytorch_add(A, half, zero, B, quarter, zero, one, zero, relu=1, runtime=FBGEMM)
    array([7, 3], dtype=uint8)
    """
    inputs = (A, A_scale, A_zero_point, B, B_scale, B_zero_point, C_scale, C_zero_point)
    return np.asarray(_own("add", ADD_PARTS, runtime).function(*inputs, relu=relu, runtime=runtime))


def pytorch_add_element(
    index: tuple[int, ...], *inputs: Any, runtime: Runtime = ONNXRUNTIME_X86, **named: Any
) -> Trace:
    """Write down how ``pytorch_add(...)[index]`` comes about."""
    inputs, attributes = _split(ADD_INPUTS, inputs, named)
    return _own("add", ADD_PARTS, runtime).element(index, *inputs, **attributes, runtime=runtime)


def pytorch_add_loops(*inputs: Any, runtime: Runtime = ONNXRUNTIME_X86, **attributes: Any) -> Array:
    """Compute what :func:`pytorch_add` does, one output after another (the slow twin)."""
    y = np.empty(np.broadcast_shapes(np.shape(inputs[0]), np.shape(inputs[3])), np.asarray(inputs[0]).dtype)
    return _one_by_one(y, pytorch_add_element, *inputs, **attributes, runtime=runtime)


def _one_by_one(y: Array, element: Callable[..., Trace], *inputs: Any, **named: Any) -> Array:
    """Fill an output with what an operator's element function writes down, one element after another."""
    for index in np.ndindex(y.shape):
        y[index] = element(index, *inputs, **named).output
    return y


def _split(
    names: tuple[str, ...], inputs: tuple[Any, ...], named: dict[str, Any]
) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """Return inputs in order and attributes, however they were given."""
    attributes = {name: value for name, value in named.items() if name not in names}
    return inputs or tuple(named.get(name) for name in names), attributes


def _own(op_type: str, parts: frozenset[str], runtime: Runtime) -> Functions:
    runtime.refuse_others(op_type, parts)
    functions = runtime.own(op_type)
    if functions is None:
        raise UserError(
            f"{runtime.title} has no {op_type} of PyTorch: its bias is a real number", "an engine of PyTorch",
            "Run it as fbgemm, qnnpack, onednn or x86.",
        )  # fmt: skip
    return functions


LAYER_INPUTS = (
    "x", "x_scale", "x_zero_point", "w", "w_scale", "w_zero_point", "y_scale", "y_zero_point", "bias",
)  # fmt: skip
ADD_INPUTS = (
    "A", "A_scale", "A_zero_point", "B", "B_scale", "B_zero_point", "C_scale", "C_zero_point",
)  # fmt: skip
_LAYER = {"x": Codes("x_scale", "x_zero_point"), "w": Codes("w_scale", "w_zero_point", 0),
          "y": Codes("y_scale", "y_zero_point")}  # fmt: skip

CONV2D = Operator(
    "conv2d", PYTORCH, pytorch_conv2d, ("y",), (1,), "codes", loops=pytorch_conv2d_loops,
    element=pytorch_conv2d_element, parts=LAYER_PARTS, codes=_LAYER, weights="w", bias="bias", ranks={"w": (4,)},
)  # fmt: skip
LINEAR = Operator(
    "linear", PYTORCH, pytorch_linear, ("y",), (1,), "codes", loops=pytorch_linear_loops,
    element=pytorch_linear_element, parts=LAYER_PARTS, codes=_LAYER, weights="w", bias="bias", ranks={"w": (2,)},
)  # fmt: skip
ADD = Operator(
    "add", PYTORCH, pytorch_add, ("C",), (1,), "codes", loops=pytorch_add_loops, element=pytorch_add_element,
    parts=ADD_PARTS,
    codes={"A": Codes("A_scale", "A_zero_point"), "B": Codes("B_scale", "B_zero_point"),
           "C": Codes("C_scale", "C_zero_point")},
)  # fmt: skip
