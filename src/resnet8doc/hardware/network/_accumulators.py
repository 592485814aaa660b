r"""The first stage of each integer operator by itself: what the 32-bit accumulator holds, bias included.

Written apart from the engine, tap by tap, so that the two stages can be tested each on its own: with these accumulators
the second stage of :mod:`resnet8doc.arithmetic` must give the engine's bytes.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from ...arithmetic import FLOAT32, SecondStage
from ._network import GLOBAL_POOLS, Network, Operation

Array = npt.NDArray[Any]


def accumulators(network: Network, operation: Operation, values: Mapping[str, Array]) -> Array | None:
    """Compute an operation's accumulators.

    Parameters
    ----------
    network, operation
        Whose.
    values
        The tensors that it reads, as ``graph.run`` returns them: ``[N, C, H, W]`` or ``[N, K]``.

    Returns
    -------
    numpy.ndarray or None
        int32, channels last: ``[N, H, W, C]`` or ``[N, K]``. None for operators that sum nothing (QLinearAdd and
        QLinearSoftmax work in float32, QuantizeLinear and DequantizeLinear have no sum).
    """
    if operation.op_type == "QLinearConv":
        return _convolution(network, operation, values[operation.inputs[0]])
    if operation.op_type == "QLinearMatMul":
        a = _centred(network, operation, values[operation.inputs[0]], "a_zero_point")
        b = _centred(network, operation, network.parameter(operation, "b"), "b_zero_point")
        return (a.reshape(len(a), -1) @ b).astype(np.int32)
    if operation.op_type in GLOBAL_POOLS:
        x = _centred(network, operation, values[operation.inputs[0]], "x_zero_point")
        return np.asarray(x.sum(axis=(2, 3))[:, None, None, :], np.int32)
    return None


def multipliers(network: Network, operation: Operation, stage: SecondStage = FLOAT32) -> Array | None:
    """Return the factor of the second stage: ``[channels]``, ``[1]`` where all channels share one, as a stage holds it.

    None for operators that have none.
    """

    def value(formal: str) -> Array:
        return np.asarray(network.parameter(operation, formal))

    if operation.op_type == "QLinearConv":
        factor = stage.factor(value("x_scale"), value("w_scale"), value("y_scale"))
    elif operation.op_type == "QLinearMatMul":
        factor = stage.factor(value("a_scale"), value("b_scale"), value("y_scale"))
    elif operation.op_type in GLOBAL_POOLS:
        height, width, _ = network.shape(operation.inputs[0])
        factor = stage.mean_factor(value("x_scale"), value("y_scale"), height * width)
    else:
        return None
    return np.atleast_1d(factor)


def output_zero_point(network: Network, operation: Operation) -> int:
    """Return the zero point of what an operation makes, 0 where none is stored."""
    found = network.parameter(operation, "C_zero_point" if operation.op_type == "QLinearAdd" else "y_zero_point")
    return 0 if found is None else int(np.asarray(found).reshape(()))


def _centred(network: Network, operation: Operation, codes: Array | None, zero_point: str) -> Array:
    zero = network.parameter(operation, zero_point)
    return np.asarray(codes, np.int64) - (0 if zero is None else np.asarray(zero, np.int64))


def _convolution(network: Network, operation: Operation, codes: Array) -> Array:
    (rows, columns), (down, right), (top, left, bottom, end) = network.geometry(operation)
    x = _centred(network, operation, codes, "x_zero_point")
    x = np.pad(x, ((0, 0), (0, 0), (top, bottom), (left, end)))  # what lies outside is real zero
    zero = np.asarray(network.parameter(operation, "w_zero_point"), np.int64)
    w = np.asarray(network.parameter(operation, "w"), np.int64) - (zero.reshape(-1, 1, 1, 1))
    height = (x.shape[2] - rows) // down + 1
    width = (x.shape[3] - columns) // right + 1
    # float64 products run in a fast library, and are exact: every sum stays far below 2^53.
    total = np.zeros((len(x), height, width, len(w)))
    for row in range(rows):
        down_rows = slice(row, row + (height - 1) * down + 1, down)
        for column in range(columns):
            window = x[:, :, down_rows, column : column + (width - 1) * right + 1 : right]
            total += window.transpose(0, 2, 3, 1).astype(np.float64) @ w[:, :, row, column].T.astype(np.float64)
    bias = network.parameter(operation, "B")
    total = total if bias is None else total + bias
    return total.astype(np.int64).astype(np.int32)  # one that overflows wraps around, as the standard has it
