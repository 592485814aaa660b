"""What is compared now: one picture through A and through B, after the reader's changes."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import count

from ...graph import Graph, Node
from ._edits import Edit, Modified, apply
from ._run import Comparison, Run
from ._sides import EDITED, Side, side
from ._state import State

_turns = count()


@dataclass(frozen=True)
class Scene:
    """Two arithmetics on one picture.

    Attributes
    ----------
    graph
        The unchanged model.
    original
        Its run, in its own arithmetic.
    reference
        The float network's run on the same picture; None without one.
    edits
        The reader's changes.
    sides, runs
        A and B.
    modified
        The model with the reader's changes, whatever A and B are.
    turn
        How many scenes there were before.
    """

    graph: Graph
    original: Run
    reference: Run | None
    edits: tuple[Edit, ...]
    sides: tuple[Side, Side]
    runs: tuple[Run, Run]
    modified: Modified
    turn: int

    def __repr__(self) -> str:
        """Name what is compared, in short, for marimo asks after every change."""
        return f"<Scene of {' and '.join(side.key for side in self.sides)}>"

    @property
    def after(self) -> Run | None:
        """B's run; None where B is what A is."""
        one, other = self.sides
        unchanged = one.key == self.graph.runtime.name and other.key == EDITED and not self.edits
        return None if one.key == other.key or unchanged else self.runs[1]

    @cached_property
    def comparison(self) -> Comparison:
        """Float, A and B."""
        return Comparison(self.reference, *self.runs)

    def state(self, model: str, image: str, node: str, pixel: tuple[int, int, int], lesson: str) -> State:
        """Return what stands in the page's address, with the rest of what is chosen."""
        one, other = self.sides
        return State(model, image, node, pixel, self.edits, one.key, other.key, lesson)

    def nodes(self, name: str) -> tuple[Node, Node]:
        """Return an operator as A and as B have it."""
        one, other = (run.graph.node(name) for run in self.runs)
        return one, other


def compare(
    original: Run, reference: Run | None, float_graph: Graph | None, keys: tuple[str, str], edits: Sequence[Edit]
) -> Scene:
    """Run A and B on a picture.

    Parameters
    ----------
    original
        The unchanged model's run.
    reference, float_graph
        The float network's run, and the network; None without one.
    keys
        Of A and B, as `sides` has them.
    edits
        The reader's changes.
    """
    graph, made = original.graph, tuple(edits)
    one, other = (side(key, graph, float_graph, made) for key in keys)
    first = one.run(original)
    runs = (first, first if keys[0] == keys[1] else other.run(original))
    return Scene(graph, original, reference, made, (one, other), runs, apply(graph, float_graph, made), next(_turns))
