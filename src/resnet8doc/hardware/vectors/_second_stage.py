"""What lies between an operator's inputs and its output: accumulators, factors, sums."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from ...arithmetic import FLOAT32, FixedPoint, fixed_point
from ...runtimes.fixed_point import quantized
from ...runtimes.means import SUM_OF_MICRO
from ...runtimes.tflite_reference import REFERENCE_FUNCTIONS, add_factors
from ..network import (
    COMPARISONS,
    CONVOLUTIONS,
    Network,
    Operation,
    accumulators,
    code_sums,
    factors_of_pair,
    fixed_factors,
    multipliers,
    product_factor,
    reduce_mean_factor,
    sum_factor,
    window_sums,
)

Array = npt.NDArray[Any]
Extra = tuple[str, Array, tuple[str, ...], str]
"""A tensor's name, numbers, axes and meaning."""

SUMS = {
    **dict.fromkeys(CONVOLUTIONS, "sum of (x - x_zero_point) * (w - w_zero_point), bias included"),
    "QLinearMatMul": "sum of (a - a_zero_point) * (b - b_zero_point)",
    "QGemm": "sum of (A - a_zero_point) * (B - b_zero_point), bias included",
}
FACTORS = {
    **dict.fromkeys(CONVOLUTIONS, "x_scale * w_scale / y_scale"), "QLinearMatMul": "a_scale * b_scale / y_scale",
    "QGemm": "alpha * a_scale * b_scale / y_scale",
}  # fmt: skip
FACTORS_OF_PAIRS = {
    "PRELU": {
        "positive": "A_scale / C_scale in float32, by which A - A_zero_point is multiplied where it is not below 0, is",
        "negative": "A_scale * B_scale / C_scale in float32, by which (A - A_zero_point) * (B - B_zero_point) is "
        "multiplied where the first is below 0, is",
    },
    "SQUARED_DIFFERENCE": {
        "A": "A_scale / t with t = 2 * max(A_scale, B_scale), by which (A - A_zero_point) * 2^7 is multiplied, is",
        "B": "B_scale / t, likewise, is",
        "C": "t^2 / (2^14 * C_scale), by which the square of their difference is multiplied, is",
    },
    "DIV": {"C": "A_scale / (B_scale * C_scale), by which the quotient of the differences is multiplied, is"},
}  # fmt: skip
"""For each operator of two tensors its factors by name, and what each is."""

CHANNEL = ("output channel",)
TWICE = "multiplier * 2^(exponent - 31)"


def second_stage(network: Network, operation: Operation, values: Mapping[str, Array]) -> Iterator[Extra]:
    """Yield the numbers of one operator's second stage, as its runtime has them, for one input of the network.

    Parameters
    ----------
    network, operation, values
        As for :func:`resnet8doc.hardware.vectors.vector`.
    """
    own = network.graph.runtime.own(operation.op_type)
    of_tflite = own is not None and own is REFERENCE_FUNCTIONS.get(operation.op_type)
    if operation.op_type in ("QLinearAdd", "SUB") and of_tflite:
        yield from _factors_of_sum(network, operation)
    elif operation.op_type in COMPARISONS:
        yield from _factors_of_comparison(network, operation)
    elif operation.op_type == "QLinearMul":
        yield from _factor_of_product(network, operation, of_tflite, own is None)
    elif operation.op_type in FACTORS_OF_PAIRS:
        yield from _factors_of_pair(network, operation)
    elif operation.op_type == "QLinearReduceMean" and of_tflite:
        yield from _reduced(network, operation, values)
    elif operation.op_type == "SUM":
        if own is SUM_OF_MICRO:  # the reference kernels sum up the bytes
            yield from _reduced(network, operation, values)
    elif operation.op_type == "QLinearAveragePool" and of_tflite:
        yield from _means_of_codes(network, operation, values)
    elif operation.op_type == "QLinearAveragePool" and own is None and not network.covers_image(operation):
        yield from _means(network, operation, values)
    else:
        yield from _requantized(network, operation, values)


def _requantized(network: Network, operation: Operation, values: Mapping[str, Array]) -> Iterator[Extra]:
    total = accumulators(network, operation, values)
    if total is None:
        return
    meaning = SUMS.get(operation.op_type, "sum of (X - x_zero_point) over all pixels")
    yield "accumulator", total[0], network.axes(operation.output), meaning
    factor = multipliers(network, operation)
    formula = FACTORS.get(operation.op_type, "x_scale / (y_scale * number of pixels)")
    if factor is None:  # the runtime has a formula of its own
        return
    if factor.dtype != np.float32:
        of_uint8 = (
            operation.op_type == "QLinearConv" and np.asarray(network.parameter(operation, "w")).dtype == np.uint8
        )
        product = ", its product rounded to float32, the quotient" if of_uint8 else ","
        yield from _fixed(*fixed_factors(factor), CHANNEL, f"{formula}{product} in float64")
        return
    yield "multiplier", factor, CHANNEL, f"{formula}, each step rounded to float32"
    if network.graph.runtime.second_stage == FLOAT32:
        exact = multipliers(network, operation, FixedPoint())
        assert exact is not None, operation.name
        m, shift = fixed_point(exact)
        said = "m of the integer form (accumulator * m + 2^(shift-1)) >> shift"
        yield "fixed_multiplier", m.astype(np.int32), CHANNEL, said
        yield "fixed_shift", shift.astype(np.int32), CHANNEL, "shift of the integer form"


def _factors_of_sum(network: Network, operation: Operation) -> Iterator[Extra]:
    scales = [float(np.asarray(network.parameter(operation, f"{x}_scale")).reshape(())) for x in "ABC"]
    said = {
        "A": "A_scale / t with t = 2 * max(A_scale, B_scale), by which (A - a_zero_point) * 2^20 is multiplied, is",
        "B": "B_scale / t, likewise, is", "C": "t / (2^20 * C_scale), by which their sum is multiplied, is",
    }  # fmt: skip
    for name, (m, e) in zip("ABC", add_factors(tuple(scales)), strict=True):
        meaning = f"{said[name]} {name}_multiplier * 2^({name}_exponent - 31)"
        yield f"{name}_multiplier", np.array(m, np.int32), (), meaning
        yield f"{name}_exponent", np.array(e, np.int32), (), meaning


def _factors_of_comparison(network: Network, operation: Operation) -> Iterator[Extra]:
    for name in "AB":
        m, e = quantized(np.asarray(network.parameter(operation, f"{name}_scale"), np.float64).reshape(()))
        meaning = (
            f"{name}_scale, by which ({name} - {name}_zero_point) * 2^8 is multiplied, is {name}_multiplier * "
            f"2^({name}_exponent - 31)"
        )
        yield f"{name}_multiplier", m.astype(np.int32), (), meaning
        yield f"{name}_exponent", e.astype(np.int32), (), meaning


def _factors_of_pair(network: Network, operation: Operation) -> Iterator[Extra]:
    named = FACTORS_OF_PAIRS[operation.op_type].items()
    for (name, said), factor in zip(named, factors_of_pair(network, operation), strict=True):
        m, e = quantized(np.asarray(factor))
        meaning = f"{said} {name}_multiplier * 2^({name}_exponent - 31)"
        yield f"{name}_multiplier", m.astype(np.int32), (), meaning
        yield f"{name}_exponent", e.astype(np.int32), (), meaning


def _factor_of_product(network: Network, operation: Operation, of_tflite: bool, plain: bool) -> Iterator[Extra]:
    factor = product_factor(network, operation)
    formula = "A_scale * B_scale / C_scale, each step rounded to float32"
    if plain:
        yield "multiplier", np.asarray(factor), (), formula
    elif of_tflite:
        yield from _fixed(*fixed_factors(np.asarray(factor)), (), formula)


def _reduced(network: Network, operation: Operation, values: Mapping[str, Array]) -> Iterator[Extra]:
    total = accumulators(network, operation, values)
    assert total is not None, operation.name
    yield "accumulator", total[0], network.axes(operation.output), "sum of (data - data_zero_point) over all pixels"
    if operation.op_type == "SUM":
        m, e = quantized(np.asarray(sum_factor(network, operation), np.float64))
        formula = "data_scale / reduced_scale, rounded to float32"
    else:
        m, e = map(np.array, reduce_mean_factor(network, operation))
        formula = "data_scale / reduced_scale, its multiplier shifted left and divided by the number of pixels"
    yield from _fixed(m, e, (), formula)


def _fixed(m: Array, e: Array, axes: tuple[str, ...], formula: str) -> Iterator[Extra]:
    yield "multiplier", m.astype(np.int32), axes, f"{formula}, is {TWICE}"
    yield "exponent", e.astype(np.int32), axes, f"{formula}, is {TWICE}"


def _means_of_codes(network: Network, operation: Operation, values: Mapping[str, Array]) -> Iterator[Extra]:
    sums, counts = code_sums(network, operation, values)
    axes = network.axes(operation.output)
    yield "sum", sums[0], axes, "of the codes of the window that lie in the image"
    said = "how many they are: y = (sum + or - count / 2) / count, integers cut off; minus for a negative sum"
    yield "count", counts[0], axes, said


def _means(network: Network, operation: Operation, values: Mapping[str, Array]) -> Iterator[Extra]:
    sums, counts = window_sums(network, operation, values)
    axes = network.axes(operation.output)
    said = "of (X - x_zero_point) * x_scale over the window, in float32, kernel row by kernel row"
    yield "sum", sums[0], axes, said
    said = "how many elements the sum is divided by: y = round(sum / count / y_scale + y_zero_point)"
    yield "count", counts[0], axes, said
