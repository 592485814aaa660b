"""Where each activation lies and how long: the least memory that the network runs in, and an order that reaches it."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from ...errors import UserError
from ...graph import Graph
from ..network import WEIGHTED, Network, Operation, Shape

MOST_ORDERS = 10_000
"""Orders of computation that are tried; ResNet8 has 9."""


@dataclass(frozen=True)
class Buffer:
    """One activation in memory.

    Attributes
    ----------
    tensor
        Its name.
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
        Names of the nodes, one or (where an addition is done inside a convolution) several a step.
    buffers
        Every activation.
    peak_bytes
        The most bytes that are alive in one step: no placement of this order needs less, and no order has a lower peak.
    arena_bytes
        What the placement needs; equal to ``peak_bytes`` where it is the best possible.
    total_bytes
        What one buffer for each activation would need.
    worst_peak_bytes
        The peak of the least favourable order.
    """

    order: tuple[tuple[str, ...], ...]
    buffers: tuple[Buffer, ...]
    peak_bytes: int
    arena_bytes: int
    total_bytes: int
    worst_peak_bytes: int

    def offset(self, tensor: str) -> int:
        """Return where a tensor starts in the arena."""
        return next(buffer.offset for buffer in self.buffers if buffer.tensor == tensor)

    def to_dict(self) -> dict[str, Any]:
        """Return plain lists, numbers and strings, ready for JSON."""
        return asdict(self)


@dataclass(frozen=True)
class _Step:
    nodes: tuple[str, ...]
    inputs: tuple[str, ...]
    output: str
    in_place: tuple[str, ...]


def buffers(graph: Graph, *, fuse_add: bool = False) -> Plan:
    """Plan the activations' memory.

    Every order of computation is tried; tensors are kept whole, an addition overwrites one of its operands, the image
    that comes in is the caller's.

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
        The order of least peak (the first of several), with a place for each tensor.

    Raises
    ------
    UserError
        If the graph is not of QOperator format.
    """
    network = Network(graph)
    steps = _steps(network, fuse_add)
    size = {step.output: _bytes(network, step.output) for step in steps}
    orders = [(max(_alive(order, size)), order) for order in _orders(steps)]
    peak, order = min(orders, key=lambda pair: pair[0])
    spans = _spans(order)
    taken = _taken_over(order, spans, size)
    offsets, arena = _place(spans, taken, size, peak)
    made = tuple(
        Buffer(tensor, network.shape(tensor), str(network.dtype(tensor)), size[tensor], offsets[tensor], *spans[tensor],
               taken.get(tensor))
        for tensor in (step.output for step in order)
    )  # fmt: skip
    worst = max(pair[0] for pair in orders)
    return Plan(tuple(step.nodes for step in order), made, peak, arena, sum(size.values()), worst)


def costs(graph: Graph) -> list[dict[str, Any]]:
    """Return multiply-accumulates and bytes of parameters, operator by operator.

    Parameters
    ----------
    graph
        A network of integer operators (QOperator).

    Returns
    -------
    list of dict
        ``node``, ``layer``, ``op_type``; ``multiply_accumulates`` for one image, padding included; ``weight_bytes``;
        ``bias_bytes``; ``scale_bytes`` (one float32 multiplier a channel, or one); ``input_bytes``, ``output_bytes``.
    """
    network = Network(graph)
    rows = []
    for operation in _integer(network):
        weights = network.parameter(operation, "w" if operation.op_type == "QLinearConv" else "b")
        bias = network.parameter(operation, "B")
        scale = network.parameter(operation, "w_scale" if operation.op_type == "QLinearConv" else "b_scale")
        pixels = int(np.prod(network.shape(operation.output)[:-1], dtype=int))
        weighted = operation.op_type in WEIGHTED and weights is not None
        rows.append({
            "node": operation.node.name, "layer": operation.node.layer, "op_type": operation.op_type,
            "multiply_accumulates": pixels * weights.size if weighted and weights is not None else 0,
            "weight_bytes": weights.nbytes if weighted and weights is not None else 0,
            "bias_bytes": 0 if bias is None else bias.nbytes,
            "scale_bytes": 0 if scale is None else scale.nbytes,
            "input_bytes": sum(_bytes(network, t) for t in operation.inputs if t != graph.inputs[0].name),
            "output_bytes": _bytes(network, operation.output),
        })  # fmt: skip
    return rows


def _integer(network: Network) -> list[Operation]:
    """Every operation that makes codes."""
    return [operation for operation in network.operations if operation.op_type != "DequantizeLinear"]


def _bytes(network: Network, tensor: str) -> int:
    return int(np.prod(network.shape(tensor), dtype=int)) * network.dtype(tensor).itemsize


def _steps(network: Network, fuse_add: bool) -> list[_Step]:
    made = _integer(network)
    codes = {operation.output for operation in made}
    readers: dict[str, list[str]] = {}
    for operation in network.operations:
        for tensor in operation.inputs:
            readers.setdefault(tensor, []).append(operation.output)
    steps: list[_Step] = []
    for operation in made:
        inputs = tuple(tensor for tensor in operation.inputs if tensor in codes)
        in_place = inputs if operation.op_type == "QLinearAdd" else ()
        names = (operation.node.name,)
        before = next(
            (s for s in reversed(steps) if s.output in inputs and readers[s.output] == [operation.output]), None
        )
        other = tuple(t for t in inputs if before is None or t not in (before.output, *before.inputs))
        if fuse_add and operation.op_type == "QLinearAdd" and len(inputs) == 2 and before is not None and other:
            steps.remove(before)
            steps.append(_Step((*before.nodes, *names), (*before.inputs, *other), operation.output, other))
        else:
            steps.append(_Step(names, inputs, operation.output, in_place))
    return steps


def _orders(steps: Sequence[_Step]) -> Iterator[tuple[_Step, ...]]:
    """Yield every order in which each step comes after those that make its inputs."""
    count = 0

    def extend(done: tuple[_Step, ...], left: tuple[_Step, ...]) -> Iterator[tuple[_Step, ...]]:
        nonlocal count
        if not left:
            count += 1
            if count > MOST_ORDERS:
                raise UserError(
                    f"the network has more than {MOST_ORDERS} orders of computation", "a chain with a few branches",
                    "Plan its memory by other means.",
                )  # fmt: skip
            yield done
        missing = {step.output for step in left}
        for step in left:
            if missing.isdisjoint(step.inputs):
                yield from extend((*done, step), tuple(other for other in left if other is not step))

    return extend((), tuple(steps))


def _spans(order: Sequence[_Step]) -> dict[str, tuple[int, int]]:
    """For each tensor the step that makes it and the last one that reads it (the network's outputs: the end)."""
    spans = {step.output: (number, len(order) - 1) for number, step in enumerate(order)}
    read = {tensor: number for number, step in enumerate(order) for tensor in step.inputs}
    return {tensor: (first, read.get(tensor, last)) for tensor, (first, last) in spans.items()}


def _taken_over(order: Sequence[_Step], spans: dict[str, tuple[int, int]], size: dict[str, int]) -> dict[str, str]:
    """For each tensor that can be made in place, the operand that it overwrites: one that nobody reads afterwards."""
    taken = {}
    for number, step in enumerate(order):
        for tensor in step.in_place:
            if spans[tensor][1] == number and size[tensor] == size[step.output]:
                taken[step.output] = tensor
                break
    return taken


def _alive(order: Sequence[_Step], size: dict[str, int]) -> list[int]:
    """Bytes alive in each step."""
    spans = _spans(order)
    taken = _taken_over(order, spans, size)
    return [
        sum(size[t] for t, (first, last) in spans.items() if first <= number <= last)
        - (size[step.output] if step.output in taken else 0)
        for number, step in enumerate(order)
    ]


def _place(
    spans: dict[str, tuple[int, int]], taken: dict[str, str], size: dict[str, int], peak: int
) -> tuple[dict[str, int], int]:
    """Give each tensor an offset: largest first, each at the lowest place that is free for as long as it lives."""
    whole: dict[str, list[str]] = {}
    for tensor in spans:  # tensors that overwrite one another are one block
        root = tensor
        while root in taken:
            root = taken[root]
        whole.setdefault(root, []).append(tensor)
    life = {r: (min(spans[t][0] for t in m), max(spans[t][1] for t in m)) for r, m in whole.items()}
    best: tuple[int, dict[str, int]] | None = None
    for key in (
        lambda r: (-size[r], life[r][0]),
        lambda r: (life[r][0], -size[r]),
        lambda r: (-life[r][1] + life[r][0],),
    ):
        at: dict[str, int] = {}
        for root in sorted(whole, key=key):
            rivals = sorted((at[o], size[o]) for o in at if life[o][0] <= life[root][1] and life[root][0] <= life[o][1])
            place = 0
            for start, length in rivals:
                if place + size[root] <= start:
                    break
                place = max(place, start + length)
            at[root] = place
        arena = max(at[root] + size[root] for root in at)
        if best is None or arena < best[0]:
            best = arena, at
        if arena == peak:
            break
    assert best is not None, "a network has at least one tensor"
    return {tensor: best[1][root] for root, members in whole.items() for tensor in members}, best[0]
