"""One picture through a network, and through what became of it after edits."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from ...analysis.pairs import dequantized, tensor_pairs
from ...analysis.sqnr import LayerSqnr, layer_sqnr, sqnr
from ...graph import Graph
from ._edits import Modified
from ._memo import kept
from ._tensors import Tensors

Array = npt.NDArray[Any]


@dataclass(frozen=True)
class Run:
    """Every tensor of one network on one batch.

    Attributes
    ----------
    graph
        The network.
    values
        Every tensor that is fed or computed.
    meaning
        The graph that says what codes stand for, if not ``graph``: a fault changes what one operator computes, not what
        its neighbours take the codes for.
    """

    graph: Graph
    values: Mapping[str, Array]
    meaning: Graph | None = None

    @classmethod
    def of(cls, graph: Graph, images: Array | Mapping[str, Array]) -> "Run":
        """Run a network on images, uint8 ``[N, 32, 32, 3]``, or on its inputs by name; every tensor at once."""
        return cls(graph, graph.run(images, "all"))

    @classmethod
    def on_demand(cls, graph: Graph, feeds: Mapping[str, Array]) -> "Run":
        """Return a run whose tensors are computed when they are asked for, for a network of any size."""
        return cls(graph, Tensors(graph, feeds))

    def __repr__(self) -> str:
        """Name the network alone: marimo asks after every cell, and all tensors would take a tenth of a second."""
        return f"<Run of {self.graph.name}>"

    @property
    def probabilities(self) -> Array:
        """What comes out first; of ResNet8 float32 ``[N, 10]``."""
        return self.values[self.graph.outputs[0].name]

    def real(self, tensor: str) -> Array:
        """Return a tensor's real numbers, float32."""
        return dequantized(self.meaning or self.graph, tensor, self.values[tensor])


def rerun(original: Run, modified: Modified) -> Run:
    """Run a modified network from its first changed node on; what lies before is taken over.

    Parameters
    ----------
    original
        The unchanged network's run on the same images.
    modified
        Its graph after edits.
    """
    changed = set(modified.changed(original.graph))
    if modified.graph is original.graph and not changed:
        return original
    if not changed:
        return Run(modified.graph, original.values, modified.meaning)
    dirty: set[str] = set()
    for node in modified.graph.nodes:
        if node.name in changed or any(entry.tensor in dirty for entry in node.inputs):
            dirty.update(filter(None, node.outputs))
    if isinstance(original.values, Tensors):
        inputs = {entry.name: original.values[entry.name] for entry in original.graph.inputs}
        tensors = Tensors(modified.graph, inputs, modified.runtimes, original.values, frozenset(dirty))
        return Run(modified.graph, tensors, modified.meaning)
    feeds = {name: value for name, value in original.values.items() if name not in dirty}
    values = modified.graph.run(feeds, "all", runtime=modified.runtimes)
    return Run(modified.graph, values, modified.meaning)


@dataclass(frozen=True)
class Difference:
    """How one tensor differs between two runs.

    Attributes
    ----------
    node, tensor
        Where.
    elements, different
        How many there are, and how many of the codes differ.
    largest
        The greatest difference of real values.
    """

    node: str
    tensor: str
    elements: int
    different: int
    largest: float


@dataclass(frozen=True)
class Comparison:
    """The float network, the quantized one and the modified one on the same images."""

    reference: Run | None
    original: Run
    modified: Run

    @cached_property
    def differences(self) -> list[Difference]:
        """Return every computed tensor, in order, with how it differs between original and modified."""
        result = []
        for node in self.original.graph.nodes:
            before, after = self.original.values.get(node.output), self.modified.values.get(node.output)
            if before is None or after is None:
                continue
            if before is after:  # not computed anew, and so the same
                result.append(Difference(node.name, node.output, before.size, 0, 0.0))
                continue
            count = int((before != after).sum())
            gap = np.abs(self.original.real(node.output) - self.modified.real(node.output)) if count else np.zeros(1)
            result.append(Difference(node.name, node.output, before.size, count, float(gap.max())))
        return result

    @property
    def first(self) -> Difference | None:
        """The first tensor of which a code differs."""
        return next((entry for entry in self.differences if entry.different), None)

    @cached_property
    def before(self) -> list[LayerSqnr]:
        """SQNR of the quantized network, of each layer alone too."""
        return [] if self.reference is None else _layers(self.original, self.reference)

    @cached_property
    def cumulative(self) -> dict[str, float]:
        """Cumulative SQNR of the quantized network, by node."""
        return {} if self.reference is None else _cumulative(self.original, self.reference)

    @cached_property
    def after(self) -> dict[str, float]:
        """Cumulative SQNR of the modified network, by node."""
        return {} if self.reference is None else _cumulative(self.modified, self.reference)


@kept(1)  # the reader's changes are B's: A stays
def _layers(run: Run, reference: Run) -> list[LayerSqnr]:
    return layer_sqnr(run.graph, run.values, reference.graph, reference.values)


@kept(2)
def _cumulative(run: Run, reference: Run) -> dict[str, float]:
    pairs = tensor_pairs(run.graph, reference.graph)
    return {
        node.name: sqnr(reference.values[pairs[node.output]], run.real(node.output))
        for node in run.graph.nodes
        if node.output in pairs and node.output in run.values
    }


def accuracy(graph: Graph, modified: Modified, images: Array, labels: Array) -> tuple[int, int]:
    """Return how many of a batch the original and the modified network get right."""
    original = Run.of(graph, images)
    after = rerun(original, modified)
    right = [int((run.probabilities.argmax(axis=1) == labels).sum()) for run in (original, after)]
    return right[0], right[1]
