"""A network's tensors, each computed when it is asked for, and kept as long as there is room."""

from collections import OrderedDict
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from ...arithmetic import Runtime
from ...graph import Graph, Node

Array = npt.NDArray[Any]

ROOM = 192_000_000
"""Bytes of computed tensors that are kept; a browser's tab has a few hundred million."""


class Tensors(Mapping[str, Array]):
    """Every tensor of a network that is fed or computed.

    What is asked for is computed from the nearest tensors that are kept. Those that were not asked for longest go first
    when there is no room; they are computed again if they are asked for again.

    Parameters
    ----------
    graph
        The network.
    feeds
        Its inputs by name.
    runtimes
        For each node that computes otherwise, whose arithmetic.
    before
        Tensors of the same names to take over, but for ``changed``.
    changed
        Tensors that this network computes otherwise than ``before``.
    room
        Bytes that are kept, the inputs not counted.

    Examples
    --------
    >>> graph = Graph.from_parts(
    ...     {
    ...         "format": "resnet8doc.operations", "version": 2, "model": {"name": "tiny", "quant_format": "float"},
    ...         "inputs": [{"name": "x", "dtype": "float32", "shape": ["batch"]}],
    ...         "outputs": [{"name": "y", "dtype": "float32", "shape": ["batch"]}], "initializers": [],
    ...         "nodes": [{"name": "relu", "op_type": "Relu", "domain": "", "layer": "relu", "since_version": 14,
    ...                    "attributes": {}, "outputs": [{"index": 0, "tensor": "y"}],
    ...                    "inputs": [{"formal": "X", "tensor": "x"}]}],
    ...     },
    ...     {},
    ... )
    >>> Tensors(graph, {"x": np.float32([-1, 2])})["y"]
    array([0., 2.], dtype=float32)
    """

    def __init__(
        self, graph: Graph, feeds: Mapping[str, Array], runtimes: Mapping[str, Runtime] | None = None,
        before: "Tensors | None" = None, changed: frozenset[str] = frozenset(), room: int = ROOM,
    ) -> None:  # fmt: skip
        self.graph = graph
        self.room = room
        graph.run(feeds, [])  # computes nothing, and refuses what does not fit
        self._fed = {name: _as_fed(graph, name, value) for name, value in feeds.items()}
        self._runtimes = dict(runtimes or {})
        self._before, self._changed = before, changed
        self._makers = {name: number for number, node in enumerate(graph.nodes) for name in node.outputs if name}
        self._kept: OrderedDict[str, Array] = OrderedDict()
        self.computed = 0

    def __getitem__(self, name: str) -> Array:
        """Return a tensor.

        Raises
        ------
        UserError
            If an operator refuses its inputs; the node is named.
        """
        if name in self._fed:
            return self._fed[name]
        if self._before is not None and name not in self._changed:
            return self._before[name]
        if name not in self._makers:
            raise KeyError(name)
        if name in self._kept:
            self._kept.move_to_end(name)
            return self._kept[name]
        return self._compute(name)

    def __iter__(self) -> Iterator[str]:
        """Go over the names, in order of computation."""
        return iter((*self._fed, *self._makers))

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._fed) + len(self._makers)

    def __contains__(self, name: object) -> bool:
        """Tell whether there is one of a name, without computing it."""
        return name in self._fed or name in self._makers

    @property
    def kept(self) -> int:
        """Bytes that are kept now."""
        return sum(array.nbytes for array in self._kept.values())

    def _compute(self, wanted: str) -> Array:
        """Run what the tensor needs; what no later node of these needs is let go when there is no room."""
        nodes = self._needed(wanted)
        last: dict[str, int] = {}
        for number, node in enumerate(nodes):
            for entry in node.inputs:
                if not entry.parameter:
                    last[entry.tensor] = number
        values: dict[str, Array] = {}
        for number, node in enumerate(nodes):
            for entry in node.inputs:
                if not entry.parameter and entry.tensor not in values:
                    values[entry.tensor] = self[entry.tensor]
            runtime = self._runtimes.get(node.name)
            made = self.graph.compute_all(node, values, runtime)
            self.computed += 1
            values |= made
            for name, array in made.items():
                self._keep(name, array)
            for name in [name for name, place in last.items() if place == number and name != wanted]:
                values.pop(name, None)
        return values[wanted]

    def _needed(self, wanted: str) -> list[Node]:
        numbers, waiting = set(), [wanted]
        while waiting:
            name = waiting.pop()
            known = name in self._fed or name in self._kept or (self._before is not None and name not in self._changed)
            if known or self._makers[name] in numbers:
                continue
            number = self._makers[name]
            numbers.add(number)
            waiting += [entry.tensor for entry in self.graph.nodes[number].inputs if not entry.parameter]
        return [self.graph.nodes[number] for number in sorted(numbers)]

    def _keep(self, name: str, array: Array) -> None:
        self._kept[name] = array
        self._kept.move_to_end(name)
        total = self.kept
        while total > self.room and len(self._kept) > 1:
            _, gone = self._kept.popitem(last=False)
            total -= gone.nbytes


def _as_fed(graph: Graph, name: str, value: Array) -> Array:
    """Return an input in the type that the graph takes: pixels become real numbers."""
    info = graph.info.get(name)
    array = np.asarray(value)
    return array.astype(np.float32) if array.dtype == np.uint8 and info and info.dtype == "float32" else array
