"""What each mistake that people make would change in this network, counted on one item."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt

from ..arithmetic import Runtime
from ..errors import UserError
from ..faults import Fault
from ..graph import Node, trace
from ..hardware import FAULTS, OTHERS, PITFALLS
from ..trace import Trace
from ._attempt import attempt
from ._subject import Subject

Array = npt.NDArray[Any]
Index = tuple[int, ...]

MANY = 150_000_000
"""Multiply-accumulates from which only the most common mistake of each pitfall is counted, for the sake of time."""


@dataclass(frozen=True)
class Change:
    """What a mistake in one operator does to right inputs.

    Attributes
    ----------
    node
        Which.
    changed, values
        How many numbers of its output come out otherwise, and how many it has.
    index
        Of the number that is farthest off.
    """

    node: Node
    changed: int
    values: int
    index: Index


@dataclass(frozen=True)
class Place:
    """One number, computed rightly and with the mistake.

    Attributes
    ----------
    change
        Where: the operator in which most numbers change, and the one that is farthest off.
    right, wrong
        Step by step.
    """

    change: Change
    right: Trace
    wrong: Trace


@dataclass(frozen=True)
class Mistake:
    """One mistake, made in this network.

    Attributes
    ----------
    fault
        Which.
    kind
        The short name of the pitfall or other cause that it belongs to.
    possible
        In how many operators it can be made.
    values
        How many numbers these give.
    changes
        The operators in which it changes something, each given right inputs, in order of computation.
    outputs
        For each output of the network how many numbers change if every operator computes so, and how many it has.
    largest
        Of a network that gives a row of numbers, the place of the largest: right, and with the mistake.
    place
        One number, worked through; None if nothing changes, or the sentence why it cannot be.
    """

    fault: Fault
    kind: str
    possible: int
    values: int
    changes: tuple[Change, ...]
    outputs: Mapping[str, tuple[int, int]]
    largest: tuple[int, int] | None
    place: Place | UserError | None

    @property
    def changed(self) -> int:
        """How many numbers change, each operator given right inputs."""
        return sum(change.changed for change in self.changes)


def title(kind: str) -> str:
    """Return what a pitfall or another cause is called.

    Examples
    --------
    >>> title("channel"), title("padding")
    ('Per-channel indexing', 'Padding holds the code 0, not the zero point')
    """
    if kind in PITFALLS:
        return PITFALLS[kind].title
    said = OTHERS[kind][0]
    return said[0].upper() + said[1:] if not said.startswith("Q") else said


def mistakes(subject: Subject, multiply_accumulates: int) -> list[Mistake | tuple[Fault, UserError]]:
    """Make every mistake that this network can have.

    Parameters
    ----------
    subject
        The network.
    multiply_accumulates
        Of one item: of a large network fewer mistakes are made.

    Returns
    -------
    list
        Each mistake that at least one operator can make; in its place the mistake and a sentence if the network's
        runtime cannot make it at all.
    """
    few = {pitfall.fault for pitfall in PITFALLS.values()} | {fault for _, fault in OTHERS.values()}
    found: list[Mistake | tuple[Fault, UserError]] = []
    for fault, kind in FAULTS.items():
        if multiply_accumulates >= MANY and fault not in few:
            continue
        nodes = [node for node in subject.graph.nodes if subject.graph.can_have(node, fault)]
        if not nodes:
            continue
        made = attempt(partial(_make, subject, fault, kind, nodes))
        found.append((fault, made) if isinstance(made, UserError) else made)
    return found


def _make(subject: Subject, fault: Fault, kind: str, nodes: list[Node]) -> Mistake:
    graph, values = subject.graph, subject.values
    runtime = graph.runtime.with_fault(fault)
    changes = []
    for node in nodes:
        wrong = graph.compute(node, values, runtime)
        change = _change(node, values[node.output], wrong)
        if change.changed:
            changes.append(change)
    fed = {entry.name: values[entry.name] for entry in graph.inputs}
    given = graph.run(fed, runtime=runtime) if changes else {entry.name: values[entry.name] for entry in graph.outputs}
    outputs = {name: (int(_differs(array, values[name]).sum()), array.size) for name, array in given.items()}
    first = graph.outputs[0].name
    row = values[first].size > 1 and values[first].size == values[first].shape[-1]
    largest = (int(values[first].argmax()), int(given[first].argmax())) if row else None
    most = max(changes, key=lambda change: change.changed / change.values, default=None)
    place = None if most is None else attempt(partial(_place, subject, most, runtime))
    count = sum(values[node.output].size for node in nodes)
    return Mistake(fault, kind, len(nodes), count, tuple(changes), outputs, largest, place)


def _change(node: Node, right: Array, wrong: Array) -> Change:
    differing = _differs(wrong, right)
    distance = np.abs(wrong.astype(np.float64) - right.astype(np.float64))
    where = np.unravel_index(int(np.where(differing, distance, -1.0).argmax()), right.shape) if right.size else ()
    return Change(node, int(differing.sum()), right.size, tuple(int(at) for at in where))


def _place(subject: Subject, change: Change, runtime: Runtime) -> Place:
    graph, node = subject.graph, change.node
    arguments = graph.arguments(node, subject.values)
    right, wrong = (
        trace(node, arguments, change.index, graph.limited(node, one)) for one in (graph.runtime, runtime)
    )  # fmt: skip
    return Place(change, right, wrong)


def _differs(found: Array, right: Array) -> npt.NDArray[np.bool_]:
    """Return where two arrays of one type and shape differ, as bits."""
    whole = f"u{right.dtype.itemsize}"
    first, second = (np.ascontiguousarray(one).view(whole).reshape(right.shape) for one in (found, right))
    return np.asarray(first != second)
