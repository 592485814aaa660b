"""A reader's own network and what it is fed."""

import io
import json
import math
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any

import numpy as np
import numpy.typing as npt

from ...architecture import CLASSES, IMAGE_SHAPE
from ...errors import UserError
from ...graph import Graph, TensorInfo, from_bytes, lite_runtime
from ._picture import opened
from ._run import Run

Array = npt.NDArray[Any]

LARGEST_MODEL, LARGEST_INPUT = 200_000_000, 64_000_000
"""Bytes of a file that are taken."""

MOST = 1 << 25
"""Elements of an input that are made up."""

ARRAYS = (".npy", ".npz")
MODELS = (".onnx", ".tflite")
SMALL = 40
"""Nodes up to which a network that sorts the gallery's pictures is run whole: ResNet8 in all its forms."""
FREE = 32
"""Length that a free axis gets, other than the first, until an array says another."""


@dataclass(frozen=True)
class Own:
    """A reader's network, which runs.

    Attributes
    ----------
    graph, operations
        The network, and its extraction's JSON.
    name
        In the address.
    said
        What was opened and what it is fed, for the reader.
    run
        On what it is fed until the reader gives something: seeded values.
    """

    graph: Graph
    operations: dict[str, Any]
    name: str
    said: str
    run: Run


def sorts_pictures(graph: Graph) -> bool:
    """Tell whether a network takes the gallery's pictures and answers with ten numbers, one for each class."""
    if len(graph.inputs) != 1 or len(graph.outputs) != 1:
        return False
    fed, given = graph.inputs[0], graph.outputs[0].shape
    takes = tuple(fed.shape or ())[1:] == IMAGE_SHAPE and fed.dtype in ("float32", "uint8")
    return takes and given is not None and tuple(given)[1:] == (len(CLASSES),)


def wanted(graph: Graph) -> str:
    """Say what a network is fed."""
    parts = []
    for entry in graph.inputs:
        shape = (
            "any shape" if entry.shape is None else f"[{', '.join('?' if n is None else str(n) for n in entry.shape)}]"
        )
        parts.append(f"{entry.name}, {entry.dtype or 'numbers'} {shape}")
    return f"{'; '.join(parts)}, as an {'.npy' if len(parts) == 1 else '.npz with an array for each'}, or a picture"


def own_name(content: bytes) -> str:
    """Return what a reader's own file is called in the address: by its hash, since it never leaves their machine."""
    return "own-" + sha256(content).hexdigest()[:12]


def own_network(files: Mapping[str, bytes]) -> Own:
    """Open a reader's network and run it once.

    Parameters
    ----------
    files
        One model by its name, ``.onnx`` or ``.tflite``; or an extraction's two files.

    Raises
    ------
    UserError
        If they are none of these, cannot be read, or hold a network that does not run.
    """
    for name, content in files.items():
        if len(content) > LARGEST_MODEL:
            raise UserError(f"{name} has {len(content):,} bytes", f"at most {LARGEST_MODEL:,}",
                            "Work with it at the desk: python -m resnet8doc extract MODEL.onnx.")  # fmt: skip
    operations, graph, content = _opened(files)
    feeds, made_up = _until_given(graph)
    run = run_of(graph, feeds)
    nodes = f"{len(graph.nodes)} node{'s' if len(graph.nodes) > 1 else ''}"
    fed = "" if sorts_pictures(graph) else f" Until you give it something, it is fed {made_up}."
    return Own(graph, operations, own_name(content), f"{graph.name} is open: {graph.format}, {nodes}.{fed}", run)


def run_of(graph: Graph, images: Array | Mapping[str, Array]) -> Run:
    """Run a network on pictures, or on its inputs by name; a large one computes what is asked for.

    Raises
    ------
    UserError
        If an operator refuses its inputs, which is named, or what comes out is not what the file declares.
    """
    if len(graph.nodes) <= SMALL and sorts_pictures(graph):
        return Run.of(graph, images)
    feeds = images if isinstance(images, Mapping) else {graph.inputs[0].name: images}
    run = Run.on_demand(graph, feeds)
    for entry in graph.outputs:
        _hold(entry, run.values[entry.name])
    return run


def own_feeds(graph: Graph, name: str, content: bytes) -> tuple[dict[str, Array], str]:
    """Return a reader's own array or picture as what a network is fed, and what was done to it.

    Parameters
    ----------
    graph
        The network.
    name, content
        The file: ``.npy``, ``.npz`` with an array for each input, or a picture, which needs Pillow.

    Raises
    ------
    UserError
        If it cannot be read, or does not fit the network.
    """
    from ...reading import feeds  # in a wheel of its own, which a browser loads when a reader brings a file

    if len(content) > LARGEST_INPUT:
        raise UserError(f"{name} has {len(content):,} bytes", f"at most {LARGEST_INPUT:,}", "Give fewer items.")
    if not name.lower().endswith(ARRAYS):
        picture, done = opened(content)
        found, said = feeds.as_feed(graph, [picture])
        return found, " ".join([f"{name} is fed: {said}.", *done])
    found = feeds.read_arrays(io.BytesIO(content), name, graph)
    first = {entry.name: _first(entry, found[entry.name]) for entry in graph.inputs}
    shapes = ", ".join(f"{array.dtype} {list(array.shape)}" for array in first.values())
    cut = any(found[name].shape != array.shape for name, array in first.items())
    more = " Its first item is fed." if cut else ""
    return first, f"{name} is fed: {shapes}.{more}"


def _opened(files: Mapping[str, bytes]) -> tuple[dict[str, Any], Graph, bytes]:
    models = [name for name in files if name.lower().endswith(MODELS)]
    if len(models) == 1 and len(files) == 1:
        from ...reading import read_model  # likewise

        name = models[0]
        operations, tensors = read_model(files[name], name)
        graph = Graph.from_parts(operations, tensors)
        lite = name.lower().endswith(".tflite")
        return operations, graph.with_runtime(lite_runtime(operations)) if lite else graph, files[name]
    written = [content for name, content in files.items() if name.endswith(".json")]
    stored = [content for name, content in files.items() if name.endswith(".npz")]
    if len(files) != 2 or len(written) != 1 or len(stored) != 1:
        raise UserError(
            f"the files given are {', '.join(files) or 'none'}",
            "one .onnx or .tflite, or an extraction's two files, <model>_operations.json and .npz",
            "Choose an extraction's two at once; python -m resnet8doc extract MODEL.onnx writes them.",
        )  # fmt: skip
    if not zipfile.is_zipfile(io.BytesIO(stored[0])):
        raise UserError("the .npz is no .npz", "the one that the extraction wrote beside its JSON", "Choose that one.")
    graph = from_bytes(written[0], stored[0])
    operations = json.loads(written[0])
    file = operations.get("model", {}).get("file")
    lite = isinstance(file, str) and file.endswith(".tflite")
    return operations, graph.with_runtime(lite_runtime(operations)) if lite else graph, written[0]


def _until_given(graph: Graph) -> tuple[dict[str, Array], str]:
    """Return what a network is fed until the reader gives something."""
    if sorts_pictures(graph):
        return {graph.inputs[0].name: np.zeros((1, *IMAGE_SHAPE), np.uint8)}, ""
    from ...reading import feeds  # likewise

    free = sorted({
        f"axis {axis} of {entry.name}" if length is None else str(length)
        for entry in graph.inputs for axis, length in enumerate(entry.shape or ())
        if axis and not isinstance(length, int)
    })  # fmt: skip
    fixed = _with_lengths(graph)
    for entry in fixed.inputs:
        many = math.prod(n for n in entry.shape or () if isinstance(n, int))
        if many > MOST:
            raise UserError(f"the input {entry.name} has {many:,} elements", f"at most {MOST:,}",
                            "Work with it at the desk, where there is more memory.")  # fmt: skip
    found, said = feeds.seeded(fixed, 1)
    if free:
        said += f", with a length of {FREE} for {', '.join(free)}: an .npy says another"
    return found, said


def _with_lengths(graph: Graph) -> Graph:
    inputs = tuple(
        replace(entry, shape=tuple(FREE if axis and not isinstance(length, int) else length
                                   for axis, length in enumerate(entry.shape)))
        if entry.shape is not None else entry
        for entry in graph.inputs
    )  # fmt: skip
    return replace(graph, inputs=inputs)


def _first(entry: TensorInfo, array: Array) -> Array:
    """Return as many items of an array as the network takes at once."""
    first = entry.shape[0] if entry.shape else None
    return array[: first if isinstance(first, int) else 1] if array.ndim else array


def _hold(entry: TensorInfo, found: Array) -> None:
    """Refuse a network that declares another output than it makes: who reads the file is told wrong."""
    fits = entry.shape is None or (
        len(entry.shape) == found.ndim
        and all(not isinstance(n, int) or n == m for n, m in zip(entry.shape, found.shape, strict=True))
    )
    narrow = (entry.dtype or "").endswith(("int4", "int2"))  # which numpy has not
    if not fits or (entry.dtype not in (None, str(found.dtype)) and not narrow):
        raise UserError(
            f"the output {entry.name} comes out as {found.dtype} {list(found.shape)}",
            f"{entry.dtype or 'numbers'} {_listed(entry.shape)}, as the file declares",
            "Export the model again with the output it makes; onnx.shape_inference.infer_shapes says which that is.",
        )


def _listed(shape: tuple[int | str | None, ...] | None) -> str:
    return "of any shape" if shape is None else f"[{', '.join('?' if n is None else str(n) for n in shape)}]"
