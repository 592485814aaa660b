"""Where each activation lies and how long: the least memory that the network runs in, and an order that reaches it."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from itertools import islice
from typing import Any

from ...graph import Graph
from ..network import Network, Shape
from ._place import place
from ._schedule import Job, optimal_orders, schedule
from ._steps import Kept, Steps, steps

OTHER_ORDERS = 30
"""Orders of the same peak that are tried where the first cannot be placed within it."""


@dataclass(frozen=True)
class Buffer:
    """One activation in memory.

    Attributes
    ----------
    tensor
        Its name: the ONNX tensor's, with a number where it is kept in a second layout.
    shape
        ``(height, width, channels)`` or ``(features,)``; the last axis runs fastest.
    dtype
        ``int8`` or ``uint8``.
    bytes
        Its size.
    offset
        Where it starts in the arena, in bytes.
    first, last
        The steps between which it must be kept, both included, counted from 0.
    replaces
        The tensor that it overwrites element by element (an addition in place), or None.
    """

    tensor: str
    shape: Shape
    dtype: str
    bytes: int
    offset: int
    first: int
    last: int
    replaces: str | None


@dataclass(frozen=True)
class Plan:
    """A schedule and a place for each activation.

    Attributes
    ----------
    order
        Names of the nodes, one or (where an addition is done inside a convolution) several a step; a step that only
        copies a tensor into another layout has the name of what it makes.
    buffers
        Every activation.
    peak_bytes
        The most bytes that are alive in one step: no placement of this order needs less.
    arena_bytes
        What the placement needs; equal to ``peak_bytes`` where it is the best possible.
    total_bytes
        What one buffer for each activation would need.
    worst_peak_bytes
        The peak of the least favourable order (of those looked at, in a graph of very many).
    bound_bytes
        No order has a lower peak: equal to ``peak_bytes`` where all orders were taken into account.
    """

    order: tuple[tuple[str, ...], ...]
    buffers: tuple[Buffer, ...]
    peak_bytes: int
    arena_bytes: int
    total_bytes: int
    worst_peak_bytes: int
    bound_bytes: int

    def offset(self, tensor: str) -> int:
        """Return where a tensor starts in the arena."""
        return next(buffer.offset for buffer in self.buffers if buffer.tensor == tensor)

    def to_dict(self) -> dict[str, Any]:
        """Return plain lists, numbers and strings, ready for JSON."""
        return asdict(self)


@dataclass(frozen=True)
class _Task:
    nodes: tuple[str, ...]
    job: Job


def buffers(graph: Graph, *, fuse_add: bool = False) -> Plan:
    """Plan the activations' memory.

    Tensors are kept whole, an addition overwrites one of its operands where it may, what comes in is the caller's, and
    the network's outputs last to the end. Graphs with few branches get the order of least peak of all; others a good
    one, with a bound that says how good.

    Parameters
    ----------
    graph
        A network of integer operators (QOperator).
    fuse_add
        Whether a convolution adds its result to the residual as it goes, each byte requantized twice as before but
        never stored in between: the convolution's own output then needs no memory.

    Returns
    -------
    Plan
        An order, with a place for each tensor.

    Raises
    ------
    UserError
        If the graph is not of integer operators; the message names the node.
    """
    return plan(steps(Network(graph)), fuse_add=fuse_add)


def plan(found: Steps, *, fuse_add: bool = False) -> Plan:
    """Plan the memory of some steps; parameters and result as for :func:`buffers`."""
    last = frozenset(tensor.name for tensor in found.outputs.values() if not tensor.fed)
    tasks = (
        _fused(found, last)
        if fuse_add
        else [_Task((s.name,), Job(s.inputs, s.output.name, s.in_place)) for s in found.steps]
    )
    return _planned(tuple(tasks), tuple(step.output for step in found.steps), last)


@lru_cache(maxsize=32)
def _planned(tasks: tuple[_Task, ...], made: tuple[Kept, ...], last: frozenset[str]) -> Plan:
    """Search once for what is asked again: a network's C is made by its plan, and so is what it writes read."""
    kept = {tensor.name: tensor for tensor in made}
    size = {name: tensor.bytes for name, tensor in kept.items()}
    jobs = [task.job for task in tasks]
    chosen = schedule(jobs, size, last)
    order, offsets, arena, spans, taken = _arrange(chosen.order, jobs, size, last, chosen.peak)
    if arena > chosen.peak:
        for other in islice(optimal_orders(jobs, size, chosen.peak, last), OTHER_ORDERS):
            tried = _arrange(other, jobs, size, last, chosen.peak)
            if tried[2] < arena:
                order, offsets, arena, spans, taken = tried
            if arena == chosen.peak:
                break
    placed = tuple(
        Buffer(name, kept[name].shape, kept[name].dtype, size[name], offsets[name], *spans[name], taken.get(name))
        for name in (jobs[number].output for number in order)
    )
    total = sum(size[job.output] for job in jobs)
    nodes = tuple(tasks[number].nodes for number in order)
    return Plan(nodes, placed, chosen.peak, arena, total, chosen.worst, chosen.bound)


Arranged = tuple[Sequence[int], dict[str, int], int, dict[str, tuple[int, int]], dict[str, str]]


def _arrange(
    order: Sequence[int], jobs: Sequence[Job], size: Mapping[str, int], last: frozenset[str], peak: int
) -> Arranged:
    """Give each tensor a place, for one order."""
    ordered = [jobs[number] for number in order]
    spans = _spans(ordered, last)
    taken = _taken_over(ordered, spans, size, last)
    whole: dict[str, list[str]] = {}
    for tensor in spans:  # tensors that overwrite one another are one block
        root = tensor
        while root in taken:
            root = taken[root]
        whole.setdefault(root, []).append(tensor)
    life = {root: (min(spans[t][0] for t in m), max(spans[t][1] for t in m)) for root, m in whole.items()}
    at, arena = place(life, size, peak)
    return order, {tensor: at[root] for root, members in whole.items() for tensor in members}, arena, spans, taken


def _fused(found: Steps, last: frozenset[str]) -> list[_Task]:
    """Join each addition to the operator before it whose output nothing else reads."""
    readers: dict[str, list[str]] = {}
    for step in found.steps:
        for tensor in step.inputs:
            readers.setdefault(tensor, []).append(step.output.name)
    tasks: list[_Task] = []
    for step in found.steps:
        inputs, output = step.inputs, step.output.name
        before = next(
            (t for t in reversed(tasks) if t.job.output in step.in_place and readers[t.job.output] == [output]
             and t.job.output not in last), None,
        )  # fmt: skip
        other = tuple(t for t in step.in_place if before is None or t not in (before.job.output, *before.job.inputs))
        if before is not None and len(inputs) == len(step.in_place) == 2 and other:
            tasks.remove(before)
            tasks.append(_Task((*before.nodes, step.name), Job((*before.job.inputs, *other), output, other)))
        else:
            tasks.append(_Task((step.name,), Job(inputs, output, step.in_place)))
    return tasks


def _spans(order: Sequence[Job], last: frozenset[str]) -> dict[str, tuple[int, int]]:
    """For each tensor the step that makes it and the last that reads it (what nobody reads, and outputs: the end)."""
    end = len(order) - 1
    read = {tensor: number for number, job in enumerate(order) for tensor in job.inputs}
    return {
        job.output: (number, end if job.output in last else read.get(job.output, end))
        for number, job in enumerate(order)
    }


def _taken_over(
    order: Sequence[Job], spans: Mapping[str, tuple[int, int]], size: Mapping[str, int], last: frozenset[str]
) -> dict[str, str]:
    """For each tensor that can be made in place, the operand that it overwrites: one that nobody reads afterwards."""
    taken = {}
    for number, job in enumerate(order):
        for tensor in job.in_place:
            if tensor not in last and spans[tensor][1] == number and size[tensor] == size[job.output]:
                taken[job.output] = tensor
                break
    return taken
