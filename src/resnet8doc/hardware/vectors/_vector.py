"""One test vector: everything that one operator reads and makes for one input of the network."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ...arithmetic import ONNXRUNTIME_X86
from ..network import (
    CHOICES,
    COMPARISONS,
    CONVOLUTIONS,
    EXTREMES,
    PAIRS,
    REDUCED_EXTREMES,
    Network,
    Operation,
    joined,
    reduced_axes,
)
from ._second_stage import second_stage

Array = npt.NDArray[Any]

WEIGHTS = {*((op_type, "w") for op_type in CONVOLUTIONS), ("QLinearMatMul", "b"), ("QGemm", "B")}
BIAS = {*((op_type, "B") for op_type in CONVOLUTIONS), ("QGemm", "C")}
WEIGHT_AXES = {
    **dict.fromkeys(CONVOLUTIONS, ("output channel", "kernel row", "kernel column", "input channel")),
    "QLinearMatMul": ("output", "input"), "QGemm": ("output", "input"),
}  # fmt: skip
SCALES = {**dict.fromkeys(CONVOLUTIONS, "x_scale * w_scale"), "QGemm": "alpha * a_scale * b_scale"}
PLACES = {
    "Pad": ("pads", "axes"), "SPACE_TO_BATCH_ND": ("block_shape", "paddings"), "RESIZE_BILINEAR": ("sizes",),
    **dict.fromkeys(REDUCED_EXTREMES, ("axes",)),
}  # fmt: skip
"""Inputs that say where something is, not what: they are among the attributes."""

SPREAD = {
    **dict.fromkeys((*PAIRS, *COMPARISONS), ("A", "B")), **dict.fromkeys(CHOICES, ("condition", "X", "Y")),
}  # fmt: skip
"""Operands that are spread over the output where they are smaller."""

MEANING = {
    "x": "input", "data": "input", "a": "input", "b": "second input", "A": "first input", "B": "second input",
    "X": "input", "Y": "second input", "condition": "1 where the first input is taken, else 0", "y": "expected output",
}  # fmt: skip


@dataclass(frozen=True)
class Tensor:
    """One tensor of a test vector.

    Attributes
    ----------
    name
        The operator's formal name of it (``x``, ``w_scale``), ``bias`` for QLinearConv's ``B``, ``y`` for the output,
        or a number of the second stage: ``accumulator``, ``multiplier``.
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
    """Everything that one operator reads and makes for one input of the network.

    Attributes
    ----------
    node, layer, op_type
        Of the operator.
    image
        The input's number among those given: an image's index in the test set.
    attributes
        The operator's, by the standard's names; strides, pads, dilations and group of a window are always there, with
        ``auto_pad`` worked out. A Pad's ``pads`` are in the order of the axes here.
    tensors
        By name, inputs first, the expected output last.
    name
        The node's name as an identifier, unlike that of any other node.
    runtime
        Whose arithmetic it is, by its name.
    """

    node: str
    layer: str
    op_type: str
    image: int
    attributes: Mapping[str, Any]
    tensors: Mapping[str, Tensor]
    name: str
    runtime: str = ONNXRUNTIME_X86.name


def vector(network: Network, operation: Operation, values: Mapping[str, Array], image: int) -> Vector:
    """Collect one operator's tensors for one input of the network.

    Parameters
    ----------
    network, operation
        Whose.
    values
        Every tensor for that one, as ``network.items.run`` returns them.
    image
        What it is called: its index in the test set.

    Returns
    -------
    Vector
        Activations ``[rows, columns, channels]`` or ``[features]``, weights with the output channel first and the input
        channel last. Both inputs of a sum or product have the axes of its output, of length 1 where they are spread
        over it.
    """
    tensors: dict[str, Tensor] = {}

    def add(name: str, array: Array, axes: tuple[str, ...], meaning: str = "") -> None:
        kept = array.astype(np.uint8) if array.dtype == bool else array  # a truth value is a byte, 0 or 1
        tensors[name] = Tensor(name, np.array(kept, order="C"), axes, meaning or MEANING.get(name, ""))

    for entry in operation.node.inputs:
        array = network.constants.get(entry.tensor)
        key = operation.op_type, entry.formal
        if entry.formal in ("inputs", "data_0") or entry.formal in PLACES.get(operation.op_type, ()):
            continue  # numbered below; among the attributes
        if entry.formal in SPREAD.get(operation.op_type, ()):
            add(entry.formal, *_spread(network, operation, values[entry.tensor][0] if array is None else array))
        elif key in WEIGHTS:
            codes = _own_order(network, entry.tensor, values) if array is None else array
            turned = _weights(operation, codes)
            leading = tuple(f"axis {number}" for number in range(turned.ndim - len(WEIGHT_AXES[operation.op_type])))
            meaning = "weights" if array is not None else "second input, which is computed too"
            add(entry.formal, turned, (*leading, *WEIGHT_AXES[operation.op_type]), meaning)
        elif array is None:
            order = network.read_order(operation, entry.formal)
            codes = network.stored(entry.tensor, values[entry.tensor], order)[0]
            add(entry.formal, codes, network.read_axes(operation, entry.formal))
        elif key in BIAS:
            axes = ("output channel",) if array.ndim == 1 else network.axes(operation.output)[-array.ndim :]
            array = array if len(axes) == array.ndim else array.reshape(-1)
            add("bias", array, axes, f"added to the sum of products, of scale {SCALES[operation.op_type]}")
        else:
            add(entry.formal, array, _axes(array), _parameter_meaning(entry.formal))
    for name, array, axes, meaning in _joined(network, operation, values):
        add(name, array, axes, meaning)
    for extra, array, axes, meaning in second_stage(network, operation, values):
        add(extra, array, axes, meaning)
    add("y", network.stored(operation.output, values[operation.output])[0], network.axes(operation.output))
    node = operation.node
    attributes = dict(node.attributes) | _window_attributes(network, operation)
    runtime = network.graph.runtime.name
    return Vector(node.name, node.layer, node.op_type, image, attributes, tensors, operation.name, runtime)


def _own_order(network: Network, tensor: str, values: Mapping[str, Array]) -> Array:
    """Return a computed tensor of one item with the axes of the ONNX file."""
    own = tuple(range(len(network.item(tensor))))
    return np.asarray(network.stored(tensor, values[tensor], own)[0])


def _weights(operation: Operation, array: Array) -> Array:
    if operation.op_type in CONVOLUTIONS:
        return array.transpose(0, 2, 3, 1)
    outputs_first = operation.op_type == "QGemm" and operation.node.attributes.get("transB", 0)
    return array if outputs_first else array.swapaxes(-1, -2)


def _joined(
    network: Network, operation: Operation, values: Mapping[str, Array]
) -> Iterator[tuple[str, Array, tuple[str, ...], str]]:
    """Yield what a Concat, QLinearConcat, Max or Min takes, numbered: ``x0`` with its scale, ``x1`` and on."""
    node = operation.node
    every = [entry.tensor for entry in node.inputs if entry.formal == "inputs"]
    of_three = node.op_type == "QLinearConcat"
    for number, entry in enumerate(node.inputs if node.op_type in EXTREMES else ()):
        stored = network.constants.get(entry.tensor)
        codes, axes = _spread(network, operation, values[entry.tensor][0] if stored is None else stored)
        yield f"x{number}", codes, axes, "input" if stored is None else "input, stored"
    for number, tensor in enumerate(joined(node)):
        stored = network.constants.get(tensor)
        order = network.order(operation.output)
        if stored is None:
            codes = network.stored(tensor, values[tensor], order)[0]
            yield f"x{number}", codes, network.axes(operation.output), "input"
        else:
            turned = stored.transpose(order)
            turned = turned[0] if network.items.leading else turned
            yield f"x{number}", turned, network.axes(operation.output), "input, stored"
        if of_three:
            for place, kind in ((1, "scale"), (2, "zero_point")):
                array = network.constants[every[3 * number + place]]
                yield f"x{number}_{kind}", array, _axes(array), f"{kind} of x{number}"


def _spread(network: Network, operation: Operation, array: Array) -> tuple[Array, tuple[str, ...]]:
    """Return one operand of an addition with the axes of what it is added to, in the order in which that is stored."""
    order = network.order(operation.output)
    whole = array
    if network.items.leading and whole.ndim == len(order) - 1:
        whole = whole[None]  # one item of many
    whole = whole.reshape((1,) * (len(order) - whole.ndim) + whole.shape)
    stored = whole.transpose(order)
    return (stored[0] if network.items.leading else stored), network.axes(operation.output)


def _window_attributes(network: Network, operation: Operation) -> dict[str, Any]:
    """Return strides, pads and so on also where the model leaves them out or says them by ``auto_pad``."""
    if operation.op_type == "Pad":
        return _pads(network, operation)
    if operation.op_type == "SPACE_TO_BATCH_ND":
        return {name: np.asarray(network.parameter(operation, name)).tolist() for name in ("block_shape", "paddings")}
    if operation.op_type == "RESIZE_BILINEAR":
        return {"sizes": [int(size) for size in network.item(operation.output)[2:]]}
    if operation.op_type in REDUCED_EXTREMES:
        order = network.read_order(operation, "data")
        axes = reduced_axes(operation.node, network.constants, len(order))
        kept = order[1:] if network.items.leading else order
        return {"axes": [place for place, axis in enumerate(kept) if axis in axes]}
    if operation.op_type not in (*CONVOLUTIONS, "QLinearAveragePool", "MaxPool"):
        return {}
    where = network.geometry(operation)
    found: dict[str, Any] = {
        "kernel_shape": list(where.kernel), "strides": list(where.strides), "pads": list(where.pads),
    }  # fmt: skip
    if operation.op_type in ("QLinearConv", "MaxPool"):
        found["dilations"] = list(where.dilations)
    if operation.op_type == "QLinearConv":
        found["group"] = where.group
    return found


def _pads(network: Network, operation: Operation) -> dict[str, Any]:
    """Return a Pad's pads, before and then behind each axis, in the order in which its tensors have them here."""
    order, node = network.order(operation.output), operation.node
    stored, axes = (network.parameter(operation, formal) for formal in ("pads", "axes"))
    amounts = [int(number) for number in (node.attributes["pads"] if stored is None else stored.reshape(-1))]
    chosen = range(len(order)) if axes is None else [int(axis) % len(order) for axis in axes.reshape(-1)]
    before, behind = dict.fromkeys(range(len(order)), 0), dict.fromkeys(range(len(order)), 0)
    for number, axis in enumerate(chosen):
        before[axis], behind[axis] = amounts[number], amounts[number + len(chosen)]
    kept = order[1:] if network.items.leading else order
    return {"pads": [side[axis] for side in (before, behind) for axis in kept]}


def _axes(array: Array) -> tuple[str, ...]:
    if array.ndim < 2:
        return ("output channel",) * array.ndim
    return (*(f"axis {number}" for number in range(array.ndim - 1)), "output channel")


def _parameter_meaning(formal: str) -> str:
    of, _, kind = formal.partition("_")
    return f"{kind} of {of}" if kind in ("scale", "zero_point") else "stored input"
