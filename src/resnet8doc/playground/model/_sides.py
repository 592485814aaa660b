"""Two arithmetics side by side: what can be chosen as A and as B, and where their tensors differ."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ...arithmetic import ONNXRUNTIME_X86, Runtime
from ...errors import UserError
from ...faults import FIELDS, parse_fault
from ...graph import Graph, Node
from ...runtimes import RUNTIMES
from ._channels import as_channels
from ._edits import Edit, Modified, apply
from ._memo import kept
from ._run import Run, rerun
from ._tensors import Tensors

Array = npt.NDArray[Any]
MODEL_SIDE, EDITED = ONNXRUNTIME_X86.name, "edits"
"""What A and B are at the start: the model as ONNX Runtime computes it (of a reader's TensorFlow Lite file, as its
kernels do), and that with the reader's changes."""
_BITS = "accumulator_bits=16"
OTHERS = ("pytorch", "tflite")
"""Domains of operators that only runtimes with a formula of their own have."""


@dataclass(frozen=True)
class Side:
    """One arithmetic.

    Attributes
    ----------
    key
        In the address: a runtime's name, ``edits``, or a fault as ``rounding=floor``.
    title
        For the reader.
    modified
        The graph, with what each node computes otherwise.
    runtime
        Whose arithmetic the other nodes have.
    """

    key: str
    title: str
    modified: Modified
    runtime: Runtime

    def run(self, original: Run) -> Run:
        """Return the run of this side on the same images; what it shares with the model's own is taken over.

        Parameters
        ----------
        original
            The unchanged model's run, in the graph's own arithmetic.
        """
        if self.runtime != original.graph.runtime:
            graph = self.modified.graph.with_runtime(self.runtime)
            fed = {entry.name: original.values[entry.name] for entry in graph.inputs}
            return Run.on_demand(graph, fed) if isinstance(original.values, Tensors) else Run.of(graph, fed)
        return rerun(original, self.modified)

    def runtime_of(self, node: str) -> Runtime:
        """Return whose arithmetic a node has, mistakes included."""
        return self.modified.runtimes.get(node, self.runtime)


@kept(2)  # A and B ask for them with each change
def sides(graph: Graph) -> dict[str, str]:
    """Return all that can be chosen: for the reader, to its key.

    Parameters
    ----------
    graph
        The model; runtimes that refuse one of its operators, and mistakes that can be made in none, are left out.
    """
    found = {f"{known.title}": known.name for known in RUNTIMES.values() if applies(known, graph)}
    found["my changes"] = EDITED
    wrong = [f"{name}={value}" for name, values in FIELDS.items() for value in values] + [_BITS]
    for key in wrong:
        fault = parse_fault(*key.split("=", 1))
        if any(graph.can_have(node, fault) for node in graph.nodes):
            found[f"mistake: {key}"] = key
    return found


def side_of(graph: Graph, key: str) -> str:
    """Return the key that A begins with: the one asked for if there is one, else the graph's own arithmetic.

    Of a graph whose arithmetic is not ONNX Runtime's, a reader's TensorFlow Lite file, the usual key means its own.
    """
    return key if key in sides(graph).values() and key != MODEL_SIDE else graph.runtime.name


def applies(runtime: Runtime, graph: Graph) -> bool:
    """Return whether a runtime computes every operator of a model, as far as its stored tensors say."""
    return all(_computes(runtime, graph, node) for node in graph.nodes)


def _computes(runtime: Runtime, graph: Graph, node: Node) -> bool:
    own = runtime.own(node.op_type)
    if own is None:
        return node.domain not in OTHERS
    stored = {entry.formal: graph.parameters[entry.tensor] for entry in node.inputs if entry.parameter}
    return own.applies is None or own.applies(runtime, stored, node.attributes)


def side(key: str, graph: Graph, float_graph: Graph | None, edits: Sequence[Edit]) -> Side:
    """Return a side by its key.

    Parameters
    ----------
    key
        One of the values of `sides`.
    graph, float_graph, edits
        The model, what it was quantized from, and the reader's changes.

    Raises
    ------
    UserError
        If there is none of that key.
    """
    title = next((title for title, known in sides(graph).items() if known == key), None)
    if title is None:
        raise UserError(f"there is no arithmetic {key!r}", f"one of {', '.join(sides(graph).values())}", "Choose one.")
    if key in RUNTIMES:
        return Side(key, title, Modified(graph, {}, graph), RUNTIMES[key])
    made = edits if key == EDITED else [Edit("arithmetic", "*", *key.split("=", 1))]
    return Side(key, title, apply(graph, float_graph, made), graph.runtime)


def next_difference(one: Array, other: Array, pixel: tuple[int, int, int]) -> tuple[int, int, int] | None:
    """Return the first element after a pixel, and round to it again, at which two tensors differ; None if none does.

    Examples
    --------
    >>> a = np.zeros((1, 2, 2, 2), np.int8)
    >>> b = a.copy()
    >>> b[0, 1, 0, 1] = 1
    >>> next_difference(a, b, (1, 1, 0)), next_difference(a, a, (0, 0, 0))
    ((1, 0, 1), None)
    """
    differ = as_channels(one) != as_channels(other)
    places = np.flatnonzero(differ)
    if not len(places):
        return None
    here = int(np.ravel_multi_index(pixel, differ.shape))
    later = places[places > here]
    channel, row, column = np.unravel_index(later[0] if len(later) else places[0], differ.shape)
    return int(channel), int(row), int(column)
