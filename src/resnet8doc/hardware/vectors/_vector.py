"""One test vector: everything that one operator reads and makes for one image."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ...arithmetic import FixedPoint, fixed_point
from ..network import GLOBAL_POOLS, Network, Operation, accumulators, channels_last, multipliers

Array = npt.NDArray[Any]

PIXELS = ("row", "column", "channel")
AXES = {
    "w": ("output channel", "kernel row", "kernel column", "input channel"),
    "b": ("output", "input"),
}
MEANING = {
    "x": "input", "a": "input", "A": "first input", "B": "second input", "X": "input", "w": "weights", "b": "weights",
    "bias": "added to the sum of products, of scale x_scale * w_scale", "y": "expected output",
    "accumulator": "sum of (x - x_zero_point) * (w - w_zero_point), bias included",
    "multiplier": "x_scale * w_scale / y_scale, each step rounded to float32",
    "fixed_multiplier": "m of the integer form (accumulator * m + 2^(shift-1)) >> shift",
    "fixed_shift": "shift of the integer form",
}  # fmt: skip


@dataclass(frozen=True)
class Tensor:
    """One tensor of a test vector.

    Attributes
    ----------
    name
        The operator's formal name of it (``x``, ``w_scale``), ``bias`` for QLinearConv's ``B``, ``y`` for the output,
        or ``accumulator``, ``multiplier``, ``fixed_multiplier``, ``fixed_shift``.
    array
        The numbers; the last axis runs fastest.
    axes
        What each axis counts; empty for a scalar.
    meaning
        In a few words.
    """

    name: str
    array: Array
    axes: tuple[str, ...]
    meaning: str


@dataclass(frozen=True)
class Vector:
    """Everything that one operator reads and makes for one image.

    Attributes
    ----------
    node, layer, op_type
        Of the operator.
    image
        The image's index in the test set.
    attributes
        The operator's, by the standard's names.
    tensors
        By name, inputs first, the expected output last.
    """

    node: str
    layer: str
    op_type: str
    image: int
    attributes: Mapping[str, Any]
    tensors: Mapping[str, Tensor]


def vector(network: Network, operation: Operation, values: Mapping[str, Array], number: int, image: int) -> Vector:
    """Collect one operator's tensors for one image.

    Parameters
    ----------
    network, operation
        Whose.
    values
        Every tensor of a batch, as ``graph.run(images, "all")`` returns them.
    number
        Which image of the batch.
    image
        What that image is called: its index in the test set.

    Returns
    -------
    Vector
        Activations ``[rows, columns, channels]`` or ``[features]``, weights with the output channel first and the input
        channel last.
    """
    one = {name: values[name][number : number + 1] for name in (*operation.inputs, operation.output)}
    tensors: dict[str, Tensor] = {}

    def add(name: str, array: Array, axes: tuple[str, ...], meaning: str = "") -> None:
        tensors[name] = Tensor(name, np.array(array, order="C"), axes, meaning or MEANING.get(name, ""))

    computed = iter(operation.inputs)
    for entry in operation.node.inputs:
        formal = "bias" if (operation.op_type, entry.formal) == ("QLinearConv", "B") else entry.formal
        if not entry.parameter:
            tensor = next(computed)
            image_itself = tensor == network.graph.inputs[0].name  # comes with its channels last
            codes = one[tensor][0] if image_itself else channels_last(one[tensor])[0]
            if codes.shape[:2] == (1, 1) and operation.op_type == "QLinearMatMul":
                codes = codes.reshape(-1)
            add(formal, codes, _activation_axes(codes))
            continue
        array = network.graph.parameters[entry.tensor]
        if formal in AXES:
            add(formal, array.transpose(0, 2, 3, 1) if formal == "w" else array.T, AXES[formal])
        else:
            add(formal, array, ("output channel",) * array.ndim, _parameter_meaning(formal))
    _second_stage(network, operation, one, add)
    y = channels_last(one[operation.output])[0]
    add("y", y, _activation_axes(y))
    node = operation.node
    return Vector(node.name, node.layer, node.op_type, image, dict(node.attributes), tensors)


def _second_stage(network: Network, operation: Operation, one: Mapping[str, Array], add: Any) -> None:
    """Add what lies between the inputs and the output."""
    total, factor = accumulators(network, operation, one), multipliers(network, operation)
    if total is None or factor is None:
        return
    axis = ("output channel",)
    add("accumulator", total[0], _activation_axes(total[0]), _sum_meaning(operation))
    add("multiplier", factor, axis, _factor_meaning(operation))
    exact = multipliers(network, operation, FixedPoint())
    assert exact is not None, operation.name
    m, shift = fixed_point(exact)
    add("fixed_multiplier", m.astype(np.int32), axis)
    add("fixed_shift", shift.astype(np.int32), axis)


def _activation_axes(array: Array) -> tuple[str, ...]:
    return PIXELS if array.ndim == 3 else ("feature",)


def _sum_meaning(operation: Operation) -> str:
    if operation.op_type in GLOBAL_POOLS:
        return "sum of (X - x_zero_point) over all pixels"
    return "sum of (a - a_zero_point) * (b - b_zero_point)" if operation.op_type == "QLinearMatMul" else ""


def _factor_meaning(operation: Operation) -> str:
    if operation.op_type in GLOBAL_POOLS:
        return "x_scale / (y_scale * number of pixels), each step rounded to float32"
    return "a_scale * b_scale / y_scale, each step rounded to float32" if operation.op_type == "QLinearMatMul" else ""


def _parameter_meaning(formal: str) -> str:
    of, _, kind = formal.partition("_")
    if kind in ("scale", "zero_point"):
        return f"{kind} of {of}"
    return "second input, stored" if formal == "B" else ""
