"""What can be changed where: the choices that the notebook makes controls of."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ...faults import FIELDS, parse_fault
from ...graph import Graph, Node
from ._edits import EVERYWHERE, NO_FAULT, SCALES, Edit, Mode

OCTAVES = 4
"""How many doublings a scale's slider goes either way."""


@dataclass(frozen=True)
class Field:
    """One thing that can be changed.

    Attributes
    ----------
    name, label
        As `Edit` has it, and for the reader, with what may be given.
    value
        What it is now, as text.
    choices
        All that it can be; empty for a number.
    slider
        Least position, greatest, and step; None for no slider.
    slider_label
        For the reader.
    base
        Of a scale: the value at the slider's middle, whose position 1 is twice of it. 0 where positions are the values.
    """

    name: str
    label: str
    value: str
    choices: tuple[str, ...] = ()
    slider: tuple[float, float, float] | None = None
    slider_label: str = ""
    base: float = 0.0

    def position(self, text: str) -> float:
        """Return where on the slider a value stands; one beyond it at its end.

        Examples
        --------
        >>> Field("scale", "", "0.5", slider=(-4, 4, 0.05), base=0.5).position("1.0")
        1.0
        """
        assert self.slider is not None
        low, high, step = self.slider
        value = math.log2(float(text) / self.base) if self.base else float(text)
        return min(max(round(value / step) * step, low), high)

    def written(self, position: float) -> str:
        """Return the value at a place on the slider, as text that reads back exactly.

        Examples
        --------
        >>> Field("scale", "", "0.5", slider=(-4, 4, 0.05), base=0.5).written(-1)
        '0.25'
        """
        return repr(float(np.float32(self.base * 2.0**position))) if self.base else str(int(position))


def targets(graph: Graph, node: Node, mode: Mode) -> dict[str, str]:
    """Return where a change of some mode can be made at an operator: labels to `Edit.target`.

    Parameters
    ----------
    graph, node
        A graph and one of its nodes.
    mode
        As `Edit` has it.
    """
    if mode == "arithmetic":
        return {"every operator": EVERYWHERE, f"{node.name} alone": node.name}
    if mode == "weights":
        return {node.name: node.name} if node.op_type in ("QLinearConv", "QLinearMatMul") else {}
    if mode == "fault":
        return {f"the inputs of {node.name}": node.name} if _stored(graph, node) else {}
    tensors = [node.output, *(entry.tensor for entry in node.inputs if not entry.parameter)]
    known = [name for name in tensors if (q := graph.quantization(name)) is not None and q.zero_point_name is not None]
    return {("output " if name == node.output else "input ") + name: name for name in known}


def _stored(graph: Graph, node: Node) -> list[tuple[str, str]]:
    """Return the operator's scales and zero points: formal name and tensor."""
    ends = ("_scale", "_zero_point")
    return [(e.formal, e.tensor) for e in node.inputs if e.parameter and e.formal.endswith(ends)]


def fields(graph: Graph, mode: Mode, target: str) -> list[Field]:
    """Return what can be changed there.

    Parameters
    ----------
    graph
        The original graph.
    mode, target
        As `Edit` has them.
    """
    if mode == "redesign":
        quantization = graph.quantization(target)
        assert quantization is not None
        return [_scale("scale", quantization.scale), _zero_point("zero_point", quantization.zero_point)]
    if mode == "fault":
        node = graph.node(target)
        return [
            (_scale if formal.endswith("_scale") else _zero_point)(formal, graph.parameters[tensor])
            for formal, tensor in _stored(graph, node)
        ]
    if mode == "weights":
        return [Field("bits", "Bits of the weights: 2 to 8", "8", slider=(2, 8, 1), slider_label="bits")]
    nodes = graph.nodes if target == EVERYWHERE else [graph.node(target)]
    return [field for name in FIELDS if (field := _mistake(graph, nodes, name)) is not None]


def _scale(name: str, array: object) -> Field:
    values = np.asarray(array).reshape(-1)
    first = float(values[0])
    which = name if values.size == 1 else f"{name} of channel 0; the other {values.size - 1} keep their ratio to it"
    return Field(
        name, f"{which}: any number from {SCALES[0]:g} to {SCALES[1]:g}, float32", repr(first),
        slider=(-OCTAVES, OCTAVES, 0.05), slider_label=f"{name} × 2^k, k =", base=first,
    )  # fmt: skip


def _zero_point(name: str, array: object) -> Field:
    values = np.asarray(array).reshape(-1)
    limits = np.iinfo(values.dtype)
    return Field(
        name, f"{name}: a whole number from {limits.min} to {limits.max} ({values.dtype})", str(int(values[0])),
        slider=(limits.min, limits.max, 1), slider_label=name,
    )  # fmt: skip


def _mistake(graph: Graph, nodes: Sequence[Node], name: str) -> Field | None:
    """Return the field of one mistake, with those values that some of the nodes can be given; None without any."""
    if name == "accumulator_bits":
        possible = any(graph.can_have(node, parse_fault(name, "16")) for node in nodes)
        label = "accumulator_bits: 2 to 64"
        return Field(name, label, "32", slider=(2, 64, 1), slider_label="accumulator_bits") if possible else None
    faults = {value: parse_fault(name, value) for value in FIELDS[name]}
    choices = tuple(value for value, fault in faults.items() if any(graph.can_have(node, fault) for node in nodes))
    return Field(name, name, NO_FAULT, (NO_FAULT, *choices)) if choices else None


def value_now(edits: Sequence[Edit], mode: Mode, target: str, field: Field) -> str:
    """Return what a field is after the edits, as text: the last edit of it, else the model's own value."""
    for edit in reversed(edits):
        if (edit.mode, edit.target, edit.field) == (mode, target, field.name):
            return edit.value
    return field.value
