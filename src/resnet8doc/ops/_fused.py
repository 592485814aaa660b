"""FusedMatMul, TransposeMatMul, FusedGemm, FusedConv: products with what comes before or after; ONNX Runtime's own.

Its optimiser puts them in the place of two or three nodes of a model.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import UserError
from . import _mlas
from ._conv import conv
from ._operator import MICROSOFT, Operator
from ._products import SUMS, gemm, matmul
from ._windows import AutoPad

Array = npt.NDArray[Any]


def fused_matmul(
    A: Array,
    B: Array,
    *,
    alpha: float = 1.0,
    transA: int = 0,
    transB: int = 0,
    transBatchA: int = 0,
    transBatchB: int = 0,
) -> Array:
    """Return ``alpha * A @ B``, the last two axes of each exchanged first where asked.

    Source: ONNX Runtime, ``core/providers/cpu/math/matmul.cc``.

    Parameters
    ----------
    A, B
        float32 ``[..., M, K]`` and ``[..., K, N]``.
    alpha, transA, transB
        The factor; whether the last two axes are exchanged.
    transBatchA, transBatchB
        Whether the first axis stands before the last but one: ``[M, ..., K]``.

    Raises
    ------
    UserError
        If the shapes do not fit.

    Examples
    --------
    >>> fused_matmul(np.array([[1, 2]], np.float32), np.array([[3, 4]], np.float32), alpha=0.5, transB=1)
    array([[5.5]], dtype=float32)
    """
    a, b = _turned(A, transA, transBatchA), _turned(B, transB, transBatchB)
    return np.asarray(np.float32(alpha) * matmul(a, b))


def transpose_matmul(A: Array, B: Array, *, alpha: float = 1.0, transA: int = 0, transB: int = 0) -> Array:
    """Return what FusedMatMul gives: its older name.

    Source: ONNX Runtime, ``contrib_ops/cpu/cpu_contrib_kernels.cc``.

    Parameters
    ----------
    A, B, alpha, transA, transB
        As for FusedMatMul.

    Examples
    --------
    >>> transpose_matmul(np.array([[1, 2]], np.float32), np.array([[3, 4]], np.float32), alpha=0.5, transB=1)
    array([[5.5]], dtype=float32)
    """
    return fused_matmul(A, B, alpha=alpha, transA=transA, transB=transB)


def _turned(x: Array, last: int, first: int) -> Array:
    if first and x.ndim > 2:
        x = np.moveaxis(x, 0, -2)
    return np.swapaxes(x, -1, -2) if last and x.ndim > 1 else x


def activated(x: Array, activation: str, parameters: Sequence[float]) -> Array:
    """Return what an activation makes of float32 numbers; ``parameters`` are its own, in the standard's order.

    Raises
    ------
    UserError
        If it is none of those that the runtime fuses, or has not its parameters.
    """
    count = {"": 0, "Relu": 0, "Tanh": 0, "Sigmoid": 0, "LeakyRelu": 1, "Clip": 2, "HardSigmoid": 2}
    if activation not in count or len(parameters) < count[activation]:
        raise UserError(
            f"activation {activation!r} with {len(parameters)} parameters", f"one of {', '.join(filter(None, count))}",
            "Optimise the model again with the pinned onnxruntime.",
        )  # fmt: skip
    p = [np.float32(value) for value in parameters]
    if activation in ("Tanh", "Sigmoid"):
        return _mlas.tanh(x) if activation == "Tanh" else _mlas.logistic(x)
    if activation == "LeakyRelu":
        return np.where(x >= 0, x, x * p[0])
    if activation == "HardSigmoid":
        return np.asarray(np.clip(x * p[0] + p[1], np.float32(0), np.float32(1)))
    if activation == "Clip":
        return np.asarray(np.clip(x, p[0], p[1]))
    return np.maximum(x, np.float32(0)) if activation else x


def fused_gemm(
    A: Array,
    B: Array,
    C: Array | None = None,
    *,
    activation: str = "",
    activation_alpha: float = 0.0,
    activation_beta: float = 0.0,
    activation_gamma: float = 0.0,
    alpha: float = 1.0,
    beta: float = 1.0,
    transA: int = 0,
    transB: int = 0,
) -> Array:
    """Return an activation of what Gemm gives.

    Source: ONNX Runtime, ``contrib_ops/cpu/fused_gemm.cc``.

    Parameters
    ----------
    A, B, C, alpha, beta, transA, transB
        As for Gemm.
    activation, activation_alpha, activation_beta, activation_gamma
        Its name and its parameters.

    Raises
    ------
    UserError
        If the shapes do not fit, or the activation is not known.

    Examples
    --------
    >>> fused_gemm(np.array([[1, -2]], np.float32), np.eye(2, dtype=np.float32), activation="Relu")
    array([[1., 0.]], dtype=float32)
    """
    y = gemm(A, B, C, alpha=alpha, beta=beta, transA=transA, transB=transB)
    return activated(y, activation, (activation_alpha, activation_beta, activation_gamma))


def fused_conv(
    X: Array,
    W: Array,
    B: Array | None = None,
    Z: Array | None = None,
    *,
    activation: str = "",
    activation_params: Sequence[float] = (),
    auto_pad: AutoPad = "NOTSET",
    dilations: Sequence[int] | None = None,
    group: int = 1,
    kernel_shape: Sequence[int] | None = None,
    pads: Sequence[int] | None = None,
    strides: Sequence[int] | None = None,
) -> Array:
    """Return an activation of what Conv gives, ``Z`` added to it first.

    Source: ONNX Runtime, ``contrib_ops/cpu/fused_conv.cc``.

    Parameters
    ----------
    X, W, B, auto_pad, dilations, group, kernel_shape, pads, strides
        As for Conv.
    Z
        float32 of the result's shape, or None.
    activation, activation_params
        Its name and its parameters.

    Raises
    ------
    UserError
        If shapes and attributes do not fit, or the activation is not known.

    Examples
    --------
    >>> fused_conv(np.ones((1, 1, 1, 2), np.float32), -np.ones((1, 1, 1, 1), np.float32), activation="Relu")
    array([[[[0., 0.]]]], dtype=float32)
    """
    y = conv(
        X, W, B, auto_pad=auto_pad, dilations=dilations, group=group, kernel_shape=kernel_shape, pads=pads,
        strides=strides,
    )  # fmt: skip
    return activated(y if Z is None else y + Z, activation, activation_params)


MATMUL = Operator("FusedMatMul", MICROSOFT, fused_matmul, ("Y",), (1,), "real", weights="B", exact=SUMS)
TRANSPOSED = Operator("TransposeMatMul", MICROSOFT, transpose_matmul, ("Y",), (1,), "real", weights="B", exact=SUMS)
GEMM = Operator("FusedGemm", MICROSOFT, fused_gemm, ("Y",), (1,), "real", weights="B", bias="C", exact=SUMS)
CONV = Operator(
    "FusedConv", MICROSOFT, fused_conv, ("Y",), (1,), "real", weights="W", bias="B", exact=SUMS,
    optional=frozenset({"B"}),
)  # fmt: skip
