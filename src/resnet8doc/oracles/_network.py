"""Every tensor of a TensorFlow Lite file, as a runtime computes it, under the extraction's names."""

from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import UserError
from ..graph import Graph
from ..reading.tflite import read
from ._mend import mended
from ._tflite import interpret
from ._trial import survives

Array = npt.NDArray[Any]


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
        If the file cannot be extracted, or the runtime refuses it or dies of it.
    """

    def __init__(self, path: Path, kernels: str, batch: int = 1) -> None:
        reading = read(path)
        self.graph = Graph.from_parts(reading.operations, reading.tensors)
        self.kernels = kernels
        self._places = reading.places
        content = mended(path.read_bytes())
        survives(content, kernels, self._zeros(), path.name)
        several = None
        if batch > 1 and kernels != "tflite_micro":
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
        """Return every tensor that the file has too, by its name in the extraction.

        Parameters
        ----------
        feeds
            The graph's inputs in their order, ``[batch, ...]``, channels last.

        Returns
        -------
        dict
            Tensors of four axes are ``[N, C, H, W]``, channels last in memory, as the engine has them.
        """
        names = [entry.name for entry in self.graph.inputs]
        self._runtime.run({self._places[name].index: values for name, values in zip(names, feeds, strict=True)})
        found = {}
        for name, place in self._places.items():
            values = self._runtime.tensor(place.index)
            found[name] = np.moveaxis(values, -1, 1) if place.channels_first else values
        return found
