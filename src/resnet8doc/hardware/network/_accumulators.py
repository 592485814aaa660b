r"""The first stage of each integer operator by itself: what the 32-bit accumulator holds, bias included.

Written apart from the engine, tap by tap, so that the two stages can be tested each on its own: with these accumulators
the second stage of :mod:`resnet8doc.arithmetic` must give the engine's bytes.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from ...arithmetic import SecondStage
from ...runtimes.fixed_point import quantized
from ...runtimes.means import divided
from ...runtimes.quotients import prelu_factors, quotient_factor, square_factors
from ...runtimes.transposed import AS_CONVOLUTION
from ._accept import CONVOLUTIONS, PAIRS, REDUCTIONS
from ._network import Network, Operation
from ._window import Window

Array = npt.NDArray[Any]


def accumulators(network: Network, operation: Operation, values: Mapping[str, Array]) -> Array | None:
    """Compute an operation's accumulators.

    Parameters
    ----------
    network, operation
        Whose.
    values
        The tensors that it reads and makes, as ``network.items.run`` returns them.

    Returns
    -------
    numpy.ndarray or None
        int32, stored as the output is: ``[N, H, W, C]`` or ``[N, K]``. None for operators whose sum is real or that sum
        nothing (sums and products of two tensors, softmaxes, windows of QLinearAveragePool, MaxPool). SUM's are those
        of a runtime that reads its codes as they are.
    """
    made = values[operation.output]
    if operation.op_type == "QLinearConv":
        total = _convolution(network, operation, values[operation.node.inputs[0].tensor])
    elif operation.op_type == "TRANSPOSE_CONV":
        total = _transposed(network, operation, values[operation.node.inputs[0].tensor])
    elif operation.op_type in ("QLinearMatMul", "QGemm"):
        total = _product(network, operation, values)
    elif network.covers_image(operation):
        x = _centred(network, operation, values[operation.node.inputs[0].tensor], "x_zero_point")
        axes = (-3, -2) if operation.node.attributes.get("channels_last", 0) else (-2, -1)
        total = x.sum(axis=axes, keepdims=True)
    elif operation.op_type in REDUCTIONS:
        x = _centred(network, operation, values[operation.node.inputs[0].tensor], "data_zero_point")
        total = x.sum(axis=(-2, -1), keepdims=True)
    else:
        return None
    # One that overflows wraps around, as the standard has it.
    return network.stored(operation.output, total.reshape(made.shape).astype(np.int64).astype(np.int32))


def window_sums(network: Network, operation: Operation, values: Mapping[str, Array]) -> tuple[Array, Array]:
    """Compute the sums of a QLinearAveragePool whose windows do not cover the image, as ONNX Runtime does.

    Parameters
    ----------
    network, operation, values
        As for :func:`accumulators`.

    Returns
    -------
    sums : numpy.ndarray
        float32, stored as the output is: of ``(X - x_zero_point) * x_scale``, each product rounded to float32, added
        one after another, kernel row by kernel row.
    counts : numpy.ndarray
        int32, likewise: how many elements each sum is divided by.
    """
    x, where = _image(network, operation, values[operation.node.inputs[0].tensor])
    centred = (x - _zero(network, operation, "x_zero_point")).astype(np.float32)
    real = centred * np.asarray(network.parameter(operation, "x_scale"), np.float32).reshape(())
    size = _output_size(network, operation)
    sums = np.zeros((len(x), *size, x.shape[3]), np.float32)
    counts = np.zeros(sums.shape, np.int32)
    whole = bool(operation.node.attributes.get("count_include_pad", 0))
    for (rows, _), (columns, _), taken in _taps(real, where, size):
        sums[:, rows, columns] += taken
        counts[:, rows, columns] += 1
    if whole:
        counts[...] = int(np.prod(where.kernel))
    made = [_like_output(network, operation, array, values) for array in (sums, counts)]
    return made[0], made[1]


def code_sums(network: Network, operation: Operation, values: Mapping[str, Array]) -> tuple[Array, Array]:
    """Compute the sums of a QLinearAveragePool as TensorFlow Lite does: of the codes themselves, padding left out.

    Parameters
    ----------
    network, operation, values
        As for :func:`accumulators`.

    Returns
    -------
    sums, counts : numpy.ndarray
        int32, stored as the output is.
    """
    x, where = _image(network, operation, values[operation.node.inputs[0].tensor])
    size = _output_size(network, operation)
    sums, counts = (np.zeros((len(x), *size, x.shape[3]), np.int32) for _ in range(2))
    for (rows, _), (columns, _), taken in _taps(x, where, size):
        sums[:, rows, columns] += taken.astype(np.int32)
        counts[:, rows, columns] += 1
    made = [_like_output(network, operation, array, values) for array in (sums, counts)]
    return made[0], made[1]


def fixed_factors(factors: Array) -> tuple[Array, Array]:
    """Return factors as TensorFlow Lite holds them: ``m`` and ``e`` of ``m * 2**(e - 31)``, int32.

    Examples
    --------
    >>> fixed_factors(np.array([0.25, 0.003]))
    (array([1073741824, 1649267442], dtype=int32), array([-1, -8], dtype=int32))
    """
    m, e = quantized(factors)
    return m.astype(np.int32), e.astype(np.int32)


def multipliers(network: Network, operation: Operation, stage: SecondStage | None = None) -> Array | None:
    """Return the factor of the second stage: ``[channels]``, ``[1]`` where all channels share one, as a stage holds it.

    The stage is that of the graph's runtime unless another is named. None for operators that have none, in which the
    runtime has a formula of its own among them.
    """
    runtime = network.graph.runtime
    if stage is None:
        own = runtime.own(operation.op_type)
        if own is not None and own is not AS_CONVOLUTION:
            return None
        stage = runtime.second_stage

    def value(formal: str) -> Array:
        found = np.asarray(network.parameter(operation, formal))
        return found.reshape(-1) if found.ndim > 1 else found

    if operation.op_type in CONVOLUTIONS:
        stage = stage.of_weights(value("w").dtype)
        factor = stage.factor(value("x_scale"), value("w_scale"), value("y_scale"))
    elif operation.op_type in ("QLinearMatMul", "QGemm"):
        left = value("a_scale")
        if operation.op_type == "QGemm":
            left = np.float32(operation.node.attributes.get("alpha", 1.0)) * left
        factor = stage.factor(left, value("b_scale"), value("y_scale"))
    elif network.covers_image(operation):
        pixels = int(np.prod(network.image_size(operation)))
        factor = stage.mean_factor(value("x_scale").reshape(()), value("y_scale").reshape(()), pixels)
    else:
        return None
    return factor.reshape(-1)


def product_factor(network: Network, operation: Operation) -> np.float32:
    """Return the factor of a QLinearMul, which every runtime computes in float32: of two scales over the third."""
    a, b, c = (np.float32(np.asarray(network.parameter(operation, f"{x}_scale")).reshape(())) for x in "ABC")
    return np.float32(np.float32(a * b) / c)


def reduce_mean_factor(network: Network, operation: Operation) -> tuple[int, int]:
    """Return ``m`` and ``e`` by which TensorFlow Lite's reference kernels multiply the sum of a QLinearReduceMean."""
    data, reduced = (
        np.float32(np.asarray(network.parameter(operation, f"{x}_scale")).reshape(())) for x in ("data", "reduced")
    )
    return divided((data, reduced), int(np.prod(network.image_size(operation))))


def sum_factor(network: Network, operation: Operation) -> np.float32:
    """Return the factor of a SUM in TensorFlow Lite's reference kernels and Micro: float32."""
    data, reduced = (
        np.float32(np.asarray(network.parameter(operation, f"{x}_scale")).reshape(())) for x in ("data", "reduced")
    )
    return np.float32(data / reduced)


def factors_of_pair(network: Network, operation: Operation) -> list[float]:
    """Return the factors of a PRELU (of codes, of products), SQUARED_DIFFERENCE (of A, B, the square) or DIV."""
    a, b, c = (float(np.asarray(network.parameter(operation, f"{x}_scale")).reshape(())) for x in "ABC")
    match operation.op_type:
        case "PRELU":
            return [float(factor) for factor in prelu_factors((a, b, c))]
        case "SQUARED_DIFFERENCE":
            return list(square_factors((a, b, c)))
    return [quotient_factor(network.graph.runtime, (a, b, c))]


def output_zero_point(network: Network, operation: Operation) -> int:
    """Return the zero point of what an operation makes, 0 where none is stored."""
    formal = "C_zero_point" if operation.op_type in PAIRS else "y_zero_point"
    found = network.parameter(operation, "reduced_zero_point" if operation.op_type in REDUCTIONS else formal)
    return 0 if found is None else int(np.asarray(found).reshape(-1)[0])


def _zero(network: Network, operation: Operation, formal: str) -> Array:
    zero = network.parameter(operation, formal)
    if zero is None:
        return np.zeros((), np.int64)
    wide = np.asarray(zero, np.int64)
    return wide.reshape(()) if wide.size == 1 else wide.reshape(-1)


def _centred(network: Network, operation: Operation, codes: Array, zero_point: str) -> Array:
    return np.asarray(np.asarray(codes, np.int64) - _zero(network, operation, zero_point))


def _product(network: Network, operation: Operation, values: Mapping[str, Array]) -> Array:
    """Multiply matrices, item by item; with the bias that QGemm has."""
    node = operation.node
    left, right = ("A", "B") if operation.op_type == "QGemm" else ("a", "b")
    bias = network.parameter(operation, "C") if operation.op_type == "QGemm" else None

    def matrix(formal: str, number: int, turned: bool) -> Array:
        tensor = str(node.tensor(formal))
        codes = network.constants.get(tensor)
        if codes is None:
            codes = values[tensor][number].reshape(network.item(tensor))
        # The zero points of b run along its columns, which transB has as rows.
        return _centred(network, operation, codes.T if turned else codes, f"{formal.lower()}_zero_point").astype(float)

    totals = []
    for number in range(len(values[operation.output])):
        a = matrix(left, number, bool(node.attributes.get("transA", 0)))
        b = matrix(right, number, bool(node.attributes.get("transB", 0)))
        total = a @ b  # exact: every sum stays far below 2^53
        totals.append(total if bias is None else total + bias)
    return np.stack(totals)


def _image(network: Network, operation: Operation, codes: Array) -> tuple[Array, Window]:
    """Return images channels last, int64 ``[N, H, W, C]``, and where the windows lie."""
    flat = np.asarray(codes, np.int64).reshape(-1, *network.item(operation.node.inputs[0].tensor)[1:])
    if not operation.node.attributes.get("channels_last", 0):
        flat = flat.transpose(0, 2, 3, 1)
    return flat, network.geometry(operation)


def _output_size(network: Network, operation: Operation) -> tuple[int, ...]:
    whole = network.item(operation.output)
    return whole[1:3] if operation.node.attributes.get("channels_last", 0) else whole[2:4]


def _like_output(network: Network, operation: Operation, array: Array, values: Mapping[str, Array]) -> Array:
    """Bring ``[N, H, W, C]`` into the form in which the output is stored."""
    last = operation.node.attributes.get("channels_last", 0)
    moved = array if last else array.transpose(0, 3, 1, 2)
    return network.stored(operation.output, moved.reshape(values[operation.output].shape))


def _taps(
    x: Array, where: Window, size: tuple[int, ...]
) -> Iterator[tuple[tuple[slice, int], tuple[slice, int], Array]]:
    """Yield, tap by tap, which outputs it reaches inside the image (with the tap's number), and what it reads there."""
    for row in range(where.kernel[0]):
        i = np.arange(size[0]) * where.strides[0] - where.pads[0] + row * where.dilations[0]
        rows = _inside(i, x.shape[1])
        for column in range(where.kernel[1]):
            j = np.arange(size[1]) * where.strides[1] - where.pads[1] + column * where.dilations[1]
            columns = _inside(j, x.shape[2])
            yield (rows, row), (columns, column), x[:, i[rows]][:, :, j[columns]]


def _inside(index: Array, length: int) -> slice:
    good = np.flatnonzero((index >= 0) & (index < length))
    return slice(int(good[0]), int(good[-1]) + 1) if good.size else slice(0, 0)


def _filters(network: Network, operation: Operation) -> Array:
    """Return weights less their zero points, float64: products with them run in a fast library, and are exact."""
    zero = np.asarray(network.parameter(operation, "w_zero_point"), np.int64).reshape(-1, 1, 1, 1)
    return np.asarray((np.asarray(network.parameter(operation, "w"), np.int64) - zero), np.float64)


def _transposed(network: Network, operation: Operation, codes: Array) -> Array:
    """Return sums ``[N, M, oH, oW]``: each code's products with a filter go where the filter reaches from there."""
    x, where = _image(network, operation, codes)
    x = (x - _zero(network, operation, "x_zero_point")).astype(np.float64)
    w = _filters(network, operation)
    size = _output_size(network, operation)
    total = np.zeros((len(x), *size, len(w)))
    for tap in np.ndindex(*where.kernel):
        inside, reached = [], []
        for axis, place in enumerate(tap):
            cut = where.kernel[axis] - 1 - where.pads[axis]  # rows or columns that are made and not kept
            goes = np.arange(x.shape[1 + axis]) * where.strides[axis] + place - cut
            inside.append((goes >= 0) & (goes < size[axis]))
            reached.append(goes[inside[-1]])
        rows, columns = np.ix_(*reached)
        total[:, rows, columns] += x[:, inside[0]][:, :, inside[1]] @ w[:, :, tap[0], tap[1]].T
    bias = network.parameter(operation, "B")
    return (total if bias is None else total + bias).transpose(0, 3, 1, 2)


def _convolution(network: Network, operation: Operation, codes: Array) -> Array:
    """Return sums ``[N, M, oH, oW]``; what lies outside the image is real zero and adds nothing."""
    x, where = _image(network, operation, codes)
    x = (x - _zero(network, operation, "x_zero_point")).astype(np.float64)
    w = _filters(network, operation)
    size = _output_size(network, operation)
    total = np.zeros((len(x), *size, len(w)))
    read, made = x.shape[3] // where.group, len(w) // where.group
    for (rows, row), (columns, column), taken in _taps(x, where, size):
        for group in range(where.group):
            outputs = slice(group * made, (group + 1) * made)
            total[:, rows, columns, outputs] += (
                taken[..., group * read : (group + 1) * read] @ w[outputs, :, row, column].T
            )
    bias = network.parameter(operation, "B")
    total = total if bias is None else total + bias
    return total.transpose(0, 3, 1, 2)
