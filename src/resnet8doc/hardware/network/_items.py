"""One input of a network at a time, or many at once where the network keeps them apart."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from ...arithmetic import Runtime
from ...errors import UserError
from ...graph import Graph, Node

Array = npt.NDArray[Any]
Feeds = Array | Mapping[str, Array]
Shape = tuple[int, ...]


class Items:
    """Runs a graph on several items, each by itself as the model's shapes have it.

    Parameters
    ----------
    graph
        The network.
    shapes
        The shape of each input for one item.
    leading
        Whether the first axis of every tensor counts items, one an item; else results get an axis of their own for it.
    together
        Whether the engine may be given many items in one call.
    """

    def __init__(self, graph: Graph, shapes: Mapping[str, Shape], leading: bool, together: bool) -> None:
        self.graph = graph
        self.shapes = shapes
        self.leading = leading
        self.together = together

    def feeds(self, given: Feeds) -> tuple[dict[str, Array], int]:
        """Return inputs by their names, checked, and how many items they hold.

        Raises
        ------
        UserError
            If an input is missing, has another shape, or the inputs hold different numbers of items.
        """
        names = list(self.shapes)
        if not isinstance(given, Mapping):
            if len(names) != 1:
                raise UserError(
                    f"there is one array and {self.graph.name} has {len(names)} inputs",
                    f"one for each of {', '.join(names)}", "Give a dictionary, or an .npz with an array for each.",
                )  # fmt: skip
            given = {names[0]: given}
        if set(given) != set(names):
            raise UserError(
                f"the inputs given are {', '.join(map(str, given)) or 'none'}", f"{', '.join(names)}",
                "Name each array after the input that it is for.",
            )  # fmt: skip
        arrays = {name: np.asarray(given[name]) for name in names}
        counts = {name: self._count(name, array) for name, array in arrays.items()}
        if len(set(counts.values())) != 1:
            listed = ", ".join(f"{name} {count}" for name, count in counts.items())
            raise UserError(
                f"the inputs hold different numbers of items: {listed}", "the same", "Give as many of each."
            )
        return arrays, next(iter(counts.values()))

    def _count(self, name: str, array: Array) -> int:
        shape = self.shapes[name]
        if array.shape == shape:
            return 1
        fits = len(shape) > 0 and array.ndim == len(shape) and array.shape[1:] == shape[1:]
        if not fits or len(array) % shape[0]:
            wanted = ", ".join(["N" if shape and shape[0] == 1 else str((*shape, 0)[0]), *map(str, shape[1:])])
            raise UserError(
                f"{name} has shape {list(array.shape)}", f"[{wanted}]",
                f"Give {name} in this shape; --shape says other lengths for free axes.",
            )  # fmt: skip
        return len(array) // shape[0]

    def take(self, given: Feeds, numbers: list[int]) -> dict[str, Array]:
        """Return some of the items."""
        arrays, count = self.feeds(given)
        if count == 1 and numbers == [0]:
            return arrays
        parts = {name: array.reshape(count, -1, *array.shape[1:])[numbers] for name, array in arrays.items()}
        return {name: part.reshape(-1, *part.shape[2:]) for name, part in parts.items()}

    def run(self, given: Feeds) -> dict[str, Array]:
        """Compute every tensor: the items along the first axis."""
        arrays, count = self.feeds(given)
        if self.together:
            return self.graph.run(arrays, "all")
        made = [self.graph.run(self._one(arrays, number, count), "all") for number in range(count)]
        return {name: self._join([one[name] for one in made]) for name in made[0]}

    def _one(self, arrays: Mapping[str, Array], number: int, count: int) -> dict[str, Array]:
        if count == 1:
            return dict(arrays)
        lengths = {name: self.shapes[name][0] for name in arrays}
        return {name: a[number * lengths[name] : (number + 1) * lengths[name]] for name, a in arrays.items()}

    def _join(self, parts: list[Array]) -> Array:
        return np.concatenate(parts) if self.leading else np.stack(parts)

    def compute(self, node: Node, values: Mapping[str, Array], runtime: Runtime | None = None) -> Array:
        """Run one node on tensors as :meth:`run` returns them."""
        if self.together:
            return self.graph.compute(node, values, runtime)
        read = {entry.tensor: values[entry.tensor] for entry in node.inputs if not entry.parameter}
        count = len(next(iter(read.values())))
        parts = []
        for number in range(count):
            part = slice(number, number + 1) if self.leading else number
            parts.append(self.graph.compute(node, {name: array[part] for name, array in read.items()}, runtime))
        return self._join(parts)
