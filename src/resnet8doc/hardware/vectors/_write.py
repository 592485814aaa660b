"""Test vectors of a network, written to a folder with a manifest."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ...errors import UserError
from ...files import is_free, read_json, replacing_folder, write_json
from ...graph import Graph
from ..network import Feeds, Network, Operation, axis_names
from ._formats import FORMATS
from ._vector import Vector, vector

Array = npt.NDArray[Any]

MANIFEST = "manifest.json"
CREDIT = "Image of CIFAR-10, collected by Alex Krizhevsky, Vinod Nair and Geoffrey Hinton (2009)"


def write_vectors(
    graph: Graph,
    inputs: Feeds,
    indices: Sequence[int],
    layers: Sequence[str] | None,
    formats: Iterable[str],
    output: Path,
    *,
    credit: str | None = None,
) -> Path:
    """Write test vectors: for each operator and input its operands, parameters, accumulators and expected output.

    Parameters
    ----------
    graph
        A network of integer operators (QOperator), in the arithmetic of its runtime.
    inputs
        What the network is fed: ``[N, ...]`` in the order of axes that the model has (uint8 pixels are taken for real
        numbers where it wants them), or for several inputs a dictionary.
    indices
        Which of the N.
    layers
        Names of layers, nodes or output tensors; None for every operator.
    formats
        Some of ``npz``, ``json``, ``c``, ``hex``, ``hex.zip``.
    output
        A folder. It appears complete or not at all; an earlier set of vectors there is replaced.
    credit
        Whose the inputs are, for every file to say: :data:`CREDIT` for images of CIFAR-10.

    Returns
    -------
    Path
        The manifest: what each file holds, its sha256, the layout of every tensor. Its schema is
        ``vectors.schema.json``.

    Raises
    ------
    UserError
        If a layer, an image or a format does not exist, or the folder holds something else or cannot be written.
    """
    network = Network(graph)
    chosen = _choose_formats(formats)
    fed, count = network.items.feeds(inputs)
    numbers = _choose_items(indices, count)
    operations = network.operations if layers is None else _choose_layers(network, layers)
    _check_output(output)
    items = {number: network.items.take(fed, [number]) for number in numbers}
    every = {number: network.items.run(item) for number, item in items.items()}
    vectors = [vector(network, operation, every[number], number) for operation in operations for number in numbers]
    with replacing_folder(output) as made:
        files = [entry for one in vectors for entry in _write(one, chosen, made, credit or "")]
        write_json(made / MANIFEST, _manifest(network, items, vectors, files, credit))
    return output / MANIFEST


def runtime_of_vectors(folder: Path) -> str | None:
    """Return the name of the runtime in whose arithmetic a set of test vectors is; None if a path is no such set."""
    if not (folder / MANIFEST).is_file():
        return None
    described = read_json(folder / MANIFEST)
    ours = isinstance(described, dict) and described.get("format") == "resnet8doc.vectors"
    name = described.get("runtime", "onnxruntime_x86") if ours else None
    return name if isinstance(name, str) else None


def _choose_formats(formats: Iterable[str]) -> list[str]:
    chosen = list(dict.fromkeys(formats))
    for name in chosen:
        if name not in FORMATS:
            raise UserError(f"there is no format {name!r}", f"one of {', '.join(FORMATS)}", "Choose one of these.")
    if not chosen:
        raise UserError("no format is named", f"one or more of {', '.join(FORMATS)}", "Choose one of these.")
    return chosen


def _choose_items(indices: Sequence[int], count: int) -> list[int]:
    chosen = [int(index) for index in dict.fromkeys(indices)]
    for index in chosen:
        if not 0 <= index < count:
            raise UserError(f"there is no image {index}", f"0 to {count - 1}", "Choose a number in that range.")
    if not chosen:
        raise UserError("no image is named", f"one or more of 0 to {count - 1}", "Choose one.")
    return chosen


def _choose_layers(network: Network, layers: Sequence[str]) -> list[Operation]:
    chosen: dict[str, Operation] = {}
    for name in layers:
        of_layer = [operation for operation in network.operations if operation.node.layer == name]
        for operation in of_layer or [network.operation(name)]:
            chosen[operation.name] = operation
    if not chosen:
        raise UserError("no layer is named", "one or more layers", "Choose some, or all.")
    return [operation for operation in network.operations if operation.name in chosen]


def _check_output(output: Path) -> None:
    """Refuse to replace a folder that holds anything but vectors."""
    if is_free(output):
        return
    found = read_json(output / MANIFEST) if (output / MANIFEST).is_file() else None
    if not isinstance(found, dict) or found.get("format") != "resnet8doc.vectors":
        raise UserError(
            f"{output} exists and holds no test vectors", "a new or empty folder, or an earlier set of vectors",
            "Choose another folder.",
        )  # fmt: skip


def _write(one: Vector, formats: list[str], folder: Path, credit: str) -> list[dict[str, Any]]:
    entries = []
    for kind in formats:
        for name, content in FORMATS[kind](one, credit).items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)  # into a folder that nobody sees before it is complete
            entries.append({
                "path": name, "format": kind, "node": one.node, "image": one.image, "bytes": len(content),
                "sha256": hashlib.sha256(content).hexdigest(),
            })  # fmt: skip
    return entries


def _manifest(
    network: Network, items: Mapping[int, Mapping[str, Array]], vectors: list[Vector], files: list[dict[str, Any]],
    credit: str | None,
) -> dict[str, Any]:  # fmt: skip
    first = next(iter(items))
    return {
        "format": "resnet8doc.vectors",
        "version": 3,
        "model": network.graph.name,
        "runtime": network.graph.runtime.name,
        "credit": credit,
        "order": "the last axis runs fastest; words of hex files are two's complement, float32 by its IEEE 754 bits",
        "inputs": [
            {
                "name": entry.name, "dtype": entry.dtype, "shape": list(network.item(entry.name)),
                "axes": list(axis_names(len(network.item(entry.name)), network.layout(entry.name))),
            }
            for entry in network.graph.inputs
        ],
        "images": [{"index": number, "sha256": _digest(item)} for number, item in items.items()],
        "layers": [_describe(one) for one in vectors if one.image == first],
        "files": files,
    }  # fmt: skip


def _digest(item: Mapping[str, Array]) -> str:
    """Return the sha256 of one item's numbers as they were given, input after input."""
    return hashlib.sha256(b"".join(np.ascontiguousarray(array).tobytes() for array in item.values())).hexdigest()


def _describe(one: Vector) -> dict[str, Any]:
    return {
        "node": one.node,
        "layer": one.layer,
        "op_type": one.op_type,
        "attributes": dict(one.attributes),
        "tensors": [
            {
                "name": tensor.name, "dtype": str(tensor.array.dtype), "shape": list(tensor.array.shape),
                "axes": list(tensor.axes), "meaning": tensor.meaning,
            }
            for tensor in one.tensors.values()
        ],
    }  # fmt: skip
