"""Which inputs a tool feeds a network."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy.typing as npt

from .. import architecture
from ..graph import Graph
from ..reading.feeds import seeded
from ._read import read_arrays, read_pictures

Array = npt.NDArray[Any]


@dataclass(frozen=True)
class Inputs:
    """What a network is fed.

    Attributes
    ----------
    feeds
        By the names of the graph's inputs, items along the first axis.
    said
        What they are, in words.
    credit
        Whose they are, if that must be said.
    labels
        Classes of the items, where they are known.
    """

    feeds: dict[str, Array]
    said: str
    credit: str | None = None
    labels: Array | None = None


def is_resnet8(graph: Graph) -> bool:
    """Whether a graph is ResNet8 on CIFAR-10: fed its images, with the weights of each of its layers."""
    weighted = {layer.name for layer in architecture.LAYERS.values() if layer.kind in ("conv", "dense")}
    fed = [entry.shape or () for entry in graph.inputs]
    return (
        len(fed) == 1
        and tuple(fed[0][1:]) == architecture.IMAGE_SHAPE
        and weighted <= {node.layer for node in graph.nodes}
    )


def inputs_for(graph: Graph, source: Path | None, count: int | None, *, default: int = 10) -> Inputs:
    """Return what to feed a network.

    Parameters
    ----------
    graph
        The network, its free axes given lengths (:func:`resnet8doc.hardware.with_shape`).
    source
        An ``.npy`` or ``.npz`` with the inputs, or a folder of pictures; None for the test images of CIFAR-10 if the
        graph is ResNet8, else for seeded values that cover the range of its first QuantizeLinear.
    count
        How many items at most; None for all that there are.
    default
        How many seeded items without ``count``.

    Returns
    -------
    Inputs
        Ready to be fed.

    Raises
    ------
    UserError
        If the source cannot be read or does not fit the network.
    """
    if source is not None and source.is_dir():
        feeds, said = read_pictures(source, graph, count)
        return Inputs(feeds, said)
    if source is not None:
        return Inputs(_first(graph, read_arrays(source, graph), count), str(source))
    if not is_resnet8(graph):
        return Inputs(*seeded(graph, default if count is None else count))
    from .. import dataset
    from ..hardware import CREDIT

    test = dataset.load("test")
    name = graph.inputs[0].name
    return Inputs({name: test.images[:count]}, "CIFAR-10's test images", CREDIT, test.labels[:count])


def _first(graph: Graph, feeds: dict[str, Array], count: int | None) -> dict[str, Array]:
    if count is None:
        return feeds
    lengths = {}
    for entry in graph.inputs:
        first = entry.shape[0] if entry.shape else None
        lengths[entry.name] = count * (first if isinstance(first, int) else 1)
    return {name: array[: lengths[name]] if array.ndim else array for name, array in feeds.items()}
