"""The network that is specified, in one runtime's arithmetic, and every tensor of one item."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import UserError
from ..extract import load, own_runtime
from ..graph import Graph
from ..hardware import with_shape
from ..inputs import Inputs, chunks, inputs_for
from ..runtimes import runtime as runtime_of

Array = npt.NDArray[Any]
ITEMS = 4
"""So many seeded items are fed to the proof unless it is told otherwise."""


@dataclass(frozen=True)
class Subject:
    """A network and what is needed to say something of it.

    Attributes
    ----------
    path
        The file that was given: a model or an extraction.
    graph
        The engine, computing in the arithmetic that the specification means.
    given
        What it is fed.
    lengths
        Of its free axes, as they were given.
    values
        Every tensor of the first item, parameters not among them.
    is_model
        Whether the file is a model, which a runtime can run, and no extraction.
    is_tflite
        Whether the network is one of TensorFlow Lite.
    """

    path: Path
    graph: Graph
    given: Inputs
    lengths: Mapping[str, int | tuple[int, ...]]
    values: Mapping[str, Array]
    is_model: bool
    is_tflite: bool

    def tensor(self, name: str) -> Array:
        """Return a tensor, stored or computed."""
        return self.graph.parameters[name] if name in self.graph.parameters else self.values[name]


def open_subject(
    model: Path | str,
    source: Path | None = None,
    lengths: Mapping[str, int | tuple[int, ...]] | None = None,
    *,
    images: int | None = None,
    runtime: str | None = None,
) -> Subject:
    """Read a network and compute every tensor of one item.

    Parameters
    ----------
    model
        An ONNX model, a TensorFlow Lite file or an extraction.
    source
        What it is fed, as for :func:`resnet8doc.inputs.inputs_for`; None for seeded values.
    lengths
        Of free axes, as for :func:`resnet8doc.hardware.with_shape`.
    images
        How many items at most.
    runtime
        Whose arithmetic is meant; without it that of `resnet8doc.extract.own_runtime`.

    Raises
    ------
    UserError
        If the network cannot be read or run, or the inputs do not fit.
    """
    path = Path(model)
    is_model = path.suffix != ".json"
    if not path.is_file():
        raise UserError(f"{path} is not a file", "an ONNX model, a .tflite file or an extraction", "Name another.")
    own = own_runtime(path)
    is_tflite = own != "onnxruntime_x86"
    chosen = runtime_of(runtime or own)
    graph = with_shape(load(path).with_runtime(chosen), lengths or {})
    given = inputs_for(graph, source, images, default=ITEMS)
    _, first = next(chunks(graph, given.feeds, 1))
    values = graph.run(first, "all")
    return Subject(
        path, graph, given, lengths or {}, {k: np.asarray(v) for k, v in values.items()}, is_model, is_tflite
    )
