"""What a reader changed: one edit, a list of them as text for the address, and their effect on a graph."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
import numpy.typing as npt

from ...arithmetic import Runtime
from ...errors import UserError
from ...faults import Fault, parse_fault
from ...graph import Graph
from ._memo import kept
from ._redesign import redesign_scale, redesign_zero_point, requantize_weights

Array = npt.NDArray[Any]
Mode = Literal["redesign", "fault", "arithmetic", "weights"]
MODES: tuple[Mode, ...] = get_args(Mode)
SCALES = (1e-12, 1e12)
"""Least and greatest scale that is taken."""
EVERYWHERE = "*"


@dataclass(frozen=True)
class Edit:
    """One change.

    Attributes
    ----------
    mode
        ``redesign``: a tensor's scale or zero point changes with its producer and all its consumers, and weights and
        biases are quantized anew from float. ``fault``: one operator's own input alone is wrong; stored codes are kept.
        ``arithmetic``: an operator computes with a mistake. ``weights``: its weights are quantized to fewer bits.
    target
        ``redesign``: a tensor of codes. Otherwise: a node, or ``*`` for all of them (``arithmetic``).
    field
        ``scale`` or ``zero_point``; the operator's input (``x_scale``); the name of a fault, one of
        `resnet8doc.faults.FIELDS`; ``bits``.
    value
        As it is written: ``0.125``, ``-3``, ``half_up``.
    """

    mode: Mode
    target: str
    field: str
    value: str

    def same_place(self, other: "Edit") -> bool:
        """Whether both change the same thing, so that the later replaces the earlier."""
        return (self.mode, self.target, self.field) == (other.mode, other.target, other.field)

    def __str__(self) -> str:
        """Say it in words."""
        where = "every operator" if self.target == EVERYWHERE else self.target
        return f"{self.mode}: {self.field} of {where} = {self.value}"


def add(edits: Sequence[Edit], edit: Edit) -> tuple[Edit, ...]:
    """Return the edits with one more; one that changes the same thing as the last replaces it."""
    kept = edits[:-1] if edits and edits[-1].same_place(edit) else edits
    return (*kept, edit)


def to_text(edits: Sequence[Edit]) -> str:
    """Write edits for an address.

    Examples
    --------
    >>> to_text([Edit("redesign", "stem_conv_quantized", "scale", "0.5")])
    'redesign~stem_conv_quantized~scale~0.5'
    """
    return "!".join("~".join((edit.mode, edit.target, edit.field, edit.value)) for edit in edits)


def from_text(text: str) -> tuple[Edit, ...]:
    """Read what `to_text` wrote.

    Raises
    ------
    UserError
        If it is no list of edits.
    """
    edits = []
    for part in text.split("!") if text else ():
        pieces = part.split("~")
        if len(pieces) != 4 or pieces[0] not in MODES:
            raise UserError(
                f"the link has an edit {part!r}",
                "mode~target~field~value with a mode of " + ", ".join(MODES),
                "Copy the link again from the playground's address bar.",
            )
        edits.append(Edit(next(mode for mode in MODES if mode == pieces[0]), *pieces[1:]))
    return tuple(edits)


def parse_scale(text: str) -> np.float32:
    """Read a scale.

    Raises
    ------
    UserError
        If it is no positive finite number, or absurd.

    Examples
    --------
    >>> parse_scale("0.25")
    np.float32(0.25)
    >>> parse_scale("-1")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    ...
    resnet8doc.errors.UserError: the scale is -1; expected a number above 0. A scale is the size of one step...
    """
    remedy = "A scale is the size of one step: give 0.05, say."
    try:
        value = float(text)
    except ValueError as error:
        raise UserError(f"the scale is {text!r}", "a number", remedy) from error
    if not math.isfinite(value) or value <= 0:
        raise UserError(f"the scale is {text}", "a number above 0", remedy)
    if not SCALES[0] <= value <= SCALES[1]:
        raise UserError(f"the scale is {text}", f"a number from {SCALES[0]:g} to {SCALES[1]:g}", remedy)
    return np.float32(value)


def parse_zero_point(text: str, dtype: np.dtype[Any]) -> Array:
    """Read a zero point of a type of codes.

    Raises
    ------
    UserError
        If it is no whole number, or outside the type.

    Examples
    --------
    >>> parse_zero_point("-128", np.dtype(np.int8))
    array(-128, dtype=int8)
    >>> parse_zero_point("200", np.dtype(np.int8))  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    ...
    resnet8doc.errors.UserError: the zero point is 200; expected a whole number from -128 to 127 (int8). ...
    """
    limits = np.iinfo(dtype)
    expected = f"a whole number from {limits.min} to {limits.max} ({dtype})"
    try:
        value = int(text)
    except ValueError as error:
        raise UserError(f"the zero point is {text!r}", expected, "Give one of these.") from error
    if not limits.min <= value <= limits.max:
        raise UserError(f"the zero point is {value}", expected, "Give one of these.")
    return np.array(value, dtype)


@dataclass(frozen=True)
class Modified:
    """A graph after edits.

    Attributes
    ----------
    graph
        With its parameters changed.
    runtimes
        For each node that computes with a mistake, the runtime with it.
    meaning
        With redesigns alone, no faults: it says what the codes stand for.
    """

    graph: Graph
    runtimes: dict[str, Runtime]
    meaning: Graph

    def changed(self, original: Graph) -> list[str]:
        """Return the nodes that compute something else than the original's, in order."""
        return [
            node.name
            for node, before in zip(self.graph.nodes, original.nodes, strict=True)
            if node.name in self.runtimes or not _same_inputs(self.graph, node, original, before)
        ]


def _same_inputs(graph: Graph, node: Any, original: Graph, before: Any) -> bool:
    for entry, old in zip(node.inputs, before.inputs, strict=True):
        if entry.parameter:
            a, b = graph.parameters[entry.tensor], original.parameters[old.tensor]
            if a is not b and not np.array_equal(a, b):
                return False
    return True


def apply(graph: Graph, float_graph: Graph | None, edits: Sequence[Edit]) -> Modified:
    """Return a graph with edits made to it, in their order.

    Parameters
    ----------
    graph
        The original.
    float_graph
        What it was quantized from, for weights and biases that must be quantized anew; None to take the codes' values.
    edits
        What to change.

    Raises
    ------
    UserError
        If an edit names something that is not in the graph, or a value that cannot be.
    """
    return _applied(graph, float_graph, tuple(edits))


@kept(4)  # a control tries a change before it is made, and both sides ask for it then
def _applied(graph: Graph, float_graph: Graph | None, edits: tuple[Edit, ...]) -> Modified:
    source, meaning = graph, graph
    mistakes: dict[str, dict[str, Fault]] = {}
    # faults last: a redesign goes by the names of tensors, which a fault gives up
    for edit in sorted(edits, key=lambda edit: edit.mode == "fault"):
        if edit.mode == "redesign" and edit.field == "scale":
            graph = redesign_scale(graph, source, float_graph, edit.target, parse_scale(edit.value))
        elif edit.mode == "redesign" and edit.field == "zero_point":
            quantization = source.quantization(edit.target)
            dtype = np.asarray(quantization.zero_point).dtype if quantization else np.dtype(np.int8)
            graph = redesign_zero_point(graph, edit.target, parse_zero_point(edit.value, dtype))
        elif edit.mode == "fault":
            graph = graph.with_input(edit.target, edit.field, _fault(graph, edit))
        elif edit.mode == "weights" and edit.field == "bits":
            graph = requantize_weights(graph, source, float_graph, edit.target, _bits(edit.value))
        elif edit.mode == "arithmetic":
            _make(graph, mistakes, edit)
        else:
            raise UserError(f"{edit.mode} of {edit.field!r}", "scale, zero_point or bits", "Choose one of these.")
        if edit.mode != "fault":
            meaning = graph
    runtimes = {name: graph.runtime.with_fault(*faults.values()) for name, faults in mistakes.items() if faults}
    return Modified(graph, runtimes, meaning)


NO_FAULT = "right"
"""The value of an edit that takes a mistake back."""


def _make(graph: Graph, mistakes: dict[str, dict[str, Fault]], edit: Edit) -> None:
    """Make a mistake in one node, or in every node in which it can be made."""
    everywhere = edit.target == EVERYWHERE
    names = [node.name for node in graph.nodes] if everywhere else [graph.node(edit.target).name]
    if edit.value == NO_FAULT:
        for name in names:
            mistakes.get(name, {}).pop(edit.field, None)
        return
    fault = parse_fault(edit.field, edit.value)
    possible = [name for name in names if graph.can_have(graph.node(name), fault)]
    if not possible:
        raise UserError(
            f"{fault.describe()} cannot be made in {'any operator' if everywhere else edit.target}",
            "a mistake in a part that the operator has", "Choose another mistake, or another operator.",
        )  # fmt: skip
    for name in possible:
        mistakes.setdefault(name, {})[edit.field] = fault


def _fault(graph: Graph, edit: Edit) -> Array:
    """Return the wrong value, in the type and shape of the right one."""
    name = graph.node(edit.target).tensor(edit.field)
    old = graph.parameters.get(name or "")
    if old is None or not edit.field.endswith(("_scale", "_zero_point")):
        raise UserError(
            f"{edit.target} has no stored {edit.field}", "a scale or zero point that it reads", "Choose one of these."
        )
    if edit.field.endswith("_scale"):
        # Of a vector of scales, all are multiplied by the same factor, so that the first one becomes the value given.
        return np.asarray(old * (parse_scale(edit.value) / old.reshape(-1)[0]), old.dtype).reshape(old.shape)
    return np.broadcast_to(parse_zero_point(edit.value, old.dtype), old.shape).copy()


def _bits(text: str) -> int:
    if text not in [str(bits) for bits in range(2, 9)]:
        raise UserError(f"weights of {text} bits", "2 to 8 bits", "Give a whole number of bits in that range.")
    return int(text)
