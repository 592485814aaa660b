"""Which layers cost accuracy: each one alone quantized, and each one alone left in float.

A layer is a row of the architecture table: its weights and its output are quantized or left together. Quantizing is
simulated in float (values are rounded to the grid of their scale and zero point, and computed on as float32), so that
any set of layers can be chosen.
"""

import sys
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ..graph import Graph
from .pairs import dequantized, quantized, stored_pairs, tensor_pairs

Array = npt.NDArray[Any]
BATCH = 50
"""Images at a time: larger ones fall out of the processor's cache."""


class Simulation:
    """A float network of which any set of layers can be quantized.

    Parameters
    ----------
    graph
        A QOperator graph, which says where and how to quantize.
    float_graph
        The float graph that it was quantized from.
    """

    def __init__(self, graph: Graph, float_graph: Graph) -> None:
        self.graph, self.float_graph = graph, float_graph
        stored = stored_pairs(graph, float_graph)
        weights = {
            name: dequantized(graph, codes).reshape(float_graph.parameters[name].shape)
            for codes, name in stored.items()
        }
        self._quantized = float_graph.with_parameters(weights)
        producers = {codes: graph.producer(codes) for codes in tensor_pairs(graph, float_graph)}
        self._codes = {
            real: (codes, node.layer)
            for codes, real in tensor_pairs(graph, float_graph).items()
            if (node := producers[codes]) is not None
        }
        layers = [layer for _, layer in self._codes.values()]
        self.layers = tuple(layer for layer in dict.fromkeys(layers) if layer != "flatten")

    def run(
        self,
        start: dict[str, Array],
        chosen: Collection[str],
        known: tuple[dict[str, Array], Collection[str]] | None = None,
    ) -> dict[str, Array]:
        """Compute every tensor that is not given, the chosen layers quantized.

        Parameters
        ----------
        start
            The float graph's input.
        chosen
            Names of layers.
        known
            What another run from the same input gave, and the layers that it quantized: what would be computed of the
            same numbers in the same way is taken from there.
        """
        values, different = dict(start), set[str]()
        for node in self.float_graph.nodes:
            layers = (node.layer, self._codes.get(node.output, ("", ""))[1])
            same_way = known and all((layer in chosen) == (layer in known[1]) for layer in layers)
            if known and same_way and not any(entry.tensor in different for entry in node.inputs):
                values[node.output] = known[0][node.output]
                continue
            source = self._quantized if node.layer in chosen else self.float_graph
            values[node.output] = self._output(node.output, source.compute(node, values), chosen)
            if known and not np.array_equal(values[node.output], known[0][node.output]):
                different.add(node.output)
        return values

    def _output(self, tensor: str, value: Array, chosen: Collection[str]) -> Array:
        codes, layer = self._codes.get(tensor, ("", ""))
        if layer not in chosen:
            return value
        return dequantized(self.graph, codes, quantized(self.graph, codes, value))


@dataclass(frozen=True)
class _Tally:
    """Counts correct answers and those that differ from the float network's."""

    correct: int = 0
    changed: int = 0

    def plus(self, predicted: Array, labels: Array, reference: Array) -> "_Tally":
        return _Tally(
            self.correct + int((predicted == labels).sum()), self.changed + int((predicted != reference).sum())
        )


def sensitivity(
    graph: Graph,
    float_graph: Graph,
    images: Array,
    labels: Array,
    progress: bool = True,
    *,
    advance: Callable[[int], object] | None = None,
) -> dict[str, Any]:
    """Return how many answers are right with each layer alone quantized, and with each alone left in float.

    Parameters
    ----------
    graph, float_graph
        The quantized network (QOperator) and the float one.
    images
        uint8 ``[N, 32, 32, 3]``.
    labels
        ``[N]``.
    progress
        Show a bar on stderr.
    advance
        Called with the number of images done, after each batch.

    Returns
    -------
    dict
        ``images``; ``float``, ``integer`` (the engine itself) and ``simulated`` (all layers, in float), each with
        ``correct`` and ``changed`` (answers that differ from the float network's); ``layers``: for each,
        ``alone_quantized`` and ``alone_float``.

    Examples
    --------
    ``python -m resnet8doc build`` runs it on all 10,000 test images and writes ``build/results/sensitivity.json``.
    """
    simulation = Simulation(graph, float_graph)
    tallies: dict[tuple[str, str], _Tally] = {}
    for batch in _batches(len(images), progress):
        feeds = {float_graph.inputs[0].name: images[batch].astype(np.float32)}
        plain, whole = simulation.run(feeds, ()), simulation.run(feeds, simulation.layers)
        output = float_graph.outputs[0].name
        reference = plain[output].argmax(axis=1)
        integer = graph.run(images[batch])[graph.outputs[0].name]

        def count(
            layer: str, kind: str, probabilities: Array, batch: slice = batch, reference: Array = reference
        ) -> None:
            tally = tallies.get((layer, kind), _Tally())
            tallies[layer, kind] = tally.plus(probabilities.argmax(axis=1), labels[batch], reference)

        count("", "float", plain[output])
        count("", "integer", integer)
        count("", "simulated", whole[output])
        for layer in simulation.layers:
            others = [other for other in simulation.layers if other != layer]
            alone = simulation.run(feeds, (layer,), known=(plain, ()))
            count(layer, "alone_quantized", alone[output])
            rest = simulation.run(feeds, others, known=(whole, simulation.layers))
            count(layer, "alone_float", rest[output])
        if advance:
            advance(batch.stop - batch.start)
    entry = {key: {"correct": tally.correct, "changed": tally.changed} for key, tally in tallies.items()}
    return {
        "images": len(images),
        **{kind: entry["", kind] for kind in ("float", "integer", "simulated")},
        "layers": [
            {"layer": layer, **{kind: entry[layer, kind] for kind in ("alone_quantized", "alone_float")}}
            for layer in simulation.layers
        ],
    }


def merged(parts: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Add up what :func:`sensitivity` found on different images.

    Examples
    --------
    >>> one = {"images": 2, "layers": [{"layer": "dense", "alone_float": {"correct": 1, "changed": 0}}]}
    >>> merged([one, one])
    {'images': 4, 'layers': [{'layer': 'dense', 'alone_float': {'correct': 2, 'changed': 0}}]}
    """
    return {key: _sum([part[key] for part in parts]) for key in parts[0]}


def _sum(values: list[Any]) -> Any:
    """Add up numbers, wherever they stand; all else is the same in each."""
    first = values[0]
    if isinstance(first, dict):
        return {key: _sum([value[key] for value in values]) for key in first}
    if isinstance(first, list):
        return [_sum(list(entries)) for entries in zip(*values, strict=True)]
    return sum(values) if isinstance(first, int) else first


def _batches(count: int, progress: bool) -> Iterable[slice]:
    slices = [slice(start, min(start + BATCH, count)) for start in range(0, count, BATCH)]
    if not progress:
        return slices
    from tqdm import tqdm  # not in the browser

    bar: Iterable[slice] = tqdm(slices, desc="sensitivity", file=sys.stderr)
    return bar
