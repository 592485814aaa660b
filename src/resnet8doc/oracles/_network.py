"""Every tensor of a TensorFlow Lite file, as a runtime computes it, under the extraction's names."""

from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import UserError
from ..graph import Graph
from ..reading.tflite import Reading, read
from ._mend import mended
from ._tflite import NotKeptError, interpret
from ._trial import survives

Array = npt.NDArray[Any]


def read_stateless(path: Path) -> Reading:
    """Read a TensorFlow Lite file that a runtime can be asked about, input by input.

    Raises
    ------
    UserError
        If it cannot be read, or keeps variables: a runtime takes none from outside.
    """
    reading = read(path)
    if reading.states:
        raise UserError(
            f"{path.name} keeps variables from run to run ({', '.join(reading.states)})",
            "states that are inputs and outputs, which a runtime can be given",
            "Convert the model with its states as inputs and outputs; all but proofs take it as it is.",
        )
    return reading


class TfliteNetwork:
    """A TensorFlow Lite file in one of its runtimes.

    Parameters
    ----------
    path
        The file.
    kernels
        One of `resnet8doc.oracles.KERNELS`.
    batch
        How many inputs are run at once, where the runtime and the file allow it; else one.

    Attributes
    ----------
    graph
        The file's extraction.
    batch
        How many inputs are run at once. The built-in kernels treat what is left over of a vector otherwise, so that a
        comparison must run as many.

    Raises
    ------
    UserError
        If the file cannot be extracted or keeps variables, or the runtime refuses it or dies of it.
    """

    def __init__(self, path: Path, kernels: str, batch: int = 1) -> None:
        reading = read_stateless(path)
        self.graph = Graph.from_parts(reading.operations, reading.tensors)
        self.kernels = kernels
        self._needed = {entry.name for entry in self.graph.outputs}
        self._needed |= {entry.tensor for node in self.graph.nodes for entry in node.inputs}
        self._places = reading.places
        content = mended(path.read_bytes())
        survives(content, kernels, self._zeros(), path.name)
        several = None
        one = any(entry.shape and isinstance(entry.shape[0], int) for entry in self.graph.inputs)
        if batch > 1 and kernels != "tflite_micro" and not one:
            with suppress(UserError):  # a Reshape to a fixed batch, as older converters wrote it
                several = interpret(content, kernels, batch)
        self._runtime, self.batch = (interpret(content, kernels), 1) if several is None else (several, batch)

    def _zeros(self) -> dict[int, Array]:
        """Return one input of zeros for each of the file's, by its index."""
        return {
            self._places[entry.name].index: np.zeros(
                [length if isinstance(length, int) else 1 for length in entry.shape or ()], entry.dtype
            )
            for entry in self.graph.inputs
        }

    def run(self, *feeds: Array) -> dict[str, Array]:
        """Return every tensor that the file has too and the runtime computed, by its name in the extraction.

        Parameters
        ----------
        feeds
            The graph's inputs in their order, ``[batch, ...]``, channels last.

        Returns
        -------
        dict
            Without those that nothing reads and the runtime leaves out. Tensors of four axes are ``[N, C, H, W]``,
            channels last in memory, as the engine has them.
        """
        names = [entry.name for entry in self.graph.inputs]
        self._runtime.run({self._places[name].index: values for name, values in zip(names, feeds, strict=True)})
        found = {}
        for name, place in self._places.items():
            try:
                values = self._runtime.tensor(place.index)
            except NotKeptError:
                if name in self._needed:
                    raise
                continue
            found[name] = np.moveaxis(values, -1, 1) if place.channels_first else values
        return found
