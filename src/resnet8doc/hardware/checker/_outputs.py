"""A user's own layer outputs, read from whatever they were written as."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from ...arrays import read_hex, read_numbers
from ...errors import UserError
from ...graph import Graph
from ..memory import buffers
from ..network import Network, Operation, identifier

Array = npt.NDArray[Any]
Layout = Literal["NHWC", "NCHW"]

SUFFIXES = (".hex", ".bin", ".npy")


def read_outputs(path: Path, graph: Graph, count: int = 1, layout: Layout = "NHWC") -> dict[str, Array]:
    """Read layer outputs, of some layers or all.

    Parameters
    ----------
    path
        An ``.npz`` with an array for each layer; a folder with a ``.hex`` (one two-digit word a line), ``.bin`` (raw
        bytes) or ``.npy`` file for each layer; or one ``.bin`` with every tensor, as ``network --all`` writes it.
        Names are those of layers, nodes or output tensors.
    graph
        The network that they are of.
    count
        How many inputs of the network (images) they are of.
    layout
        The order of numbers that come without a shape: ``NHWC`` (channels last) or ``NCHW``.

    Returns
    -------
    dict
        Codes, or truth values, by the tensors' names, as they are stored: ``[N, H, W, C]`` or ``[N, K]``.

    Raises
    ------
    UserError
        If the file cannot be read, a layer does not exist, or an array has the wrong length or type. Pickled objects
        are never loaded.
    """
    network = Network(graph)
    if path.is_dir():
        found: Mapping[str, Array] = _read_folder(path)
    elif path.suffix == ".npz":
        found = _read_npz(path)
    elif path.suffix == ".bin":
        return _read_all(path, network, graph, count)
    else:
        state = "is none of these" if path.exists() else "does not exist"
        raise UserError(f"{path} {state}", "an .npz, a .bin or a folder", "Name one of these.")
    return as_outputs(found, graph, count, layout)


def as_outputs(found: Mapping[str, Array], graph: Graph, count: int = 1, layout: Layout = "NHWC") -> dict[str, Array]:
    """Bring a user's arrays into the form that :func:`check` compares; parameters as for :func:`read_outputs`.

    Raises
    ------
    UserError
        If a layer does not exist or is given twice, or an array has the wrong length or type.
    """
    if not found:
        raise UserError("there are no outputs", "at least one layer's", "Write your layers' outputs and try again.")
    network = Network(graph)
    outputs: dict[str, Array] = {}
    named: dict[str, str] = {}
    for name, array in found.items():
        operation = _find(network, name)
        if operation.output in named:
            raise UserError(
                f"{named[operation.output]} and {name} are one tensor", "each once", "Leave one of the two out."
            )
        named[operation.output] = name
        outputs[operation.output] = _fit(np.asarray(array), network, operation, name, count, layout)
    return outputs


def _find(network: Network, name: str) -> Operation:
    # Tensors before nodes: in TensorFlow Lite a clamp makes the tensor that has the name of the convolution before it.
    for names in ("output", "identifier", "name"):
        for operation in network.operations:
            known = {"output": operation.output, "identifier": identifier(operation.output), "name": operation.name}
            if known[names] == name:
                return operation
    of_layer = [o for o in network.operations if o.node.layer == name]
    return of_layer[-1] if of_layer else network.operation(name)


def _read_npz(path: Path) -> dict[str, Array]:
    found = read_numbers(path)
    if "" in found:
        raise UserError(f"{path} holds a single array", "an .npz, with an array for each layer", "Use numpy.savez.")
    return found


def _read_folder(folder: Path) -> dict[str, Array]:
    found: dict[str, Array] = {}
    for path in sorted(folder.iterdir()):
        if path.suffix not in SUFFIXES:
            continue
        if path.stem in found:
            raise UserError(f"{folder} has two files for {path.stem}", "one for each layer", "Remove one of them.")
        found[path.stem] = _read_file(path)
    if not found:
        raise UserError(f"{folder} holds no outputs", f"files that end in {', '.join(SUFFIXES)}", "Put them there.")
    return found


def _read_file(path: Path) -> Array:
    if path.suffix == ".bin":
        return _read_bytes(path)
    if path.suffix == ".npy":
        return next(iter(read_numbers(path).values()))
    return read_hex(path)


def _read_bytes(path: Path) -> Array:
    try:
        return np.frombuffer(path.read_bytes(), np.uint8)
    except OSError as error:
        raise UserError(f"{path} cannot be read ({error.strerror})", "a file", "Name an existing file.") from error


def _read_all(path: Path, network: Network, graph: Graph, count: int) -> dict[str, Array]:
    kept = buffers(graph).buffers
    lengths = [buffer.bytes for buffer in kept]
    content = _read_bytes(path)
    if content.size != sum(lengths) * count:
        raise UserError(
            f"{path} has {content.size} bytes", f"{sum(lengths) * count}, every tensor of {count} images",
            "Write it with network --all, or give a folder with a file for each layer.",
        )  # fmt: skip
    parts = np.split(content.reshape(count, -1), np.cumsum(lengths)[:-1], axis=1)
    made = {operation.output for operation in network.operations}  # the others are copies in a second layout
    given = {buffer.tensor: part for buffer, part in zip(kept, parts, strict=True) if buffer.tensor in made}
    return as_outputs(given, graph, count)


def _fit(array: Array, network: Network, operation: Operation, name: str, count: int, layout: Layout) -> Array:
    shape, dtype = network.shape(operation.output), network.dtype(operation.output)
    if operation.op_type == "DequantizeLinear":
        raise UserError(f"{name} is made by DequantizeLinear", "layers that make codes", f"Leave {name} out.")
    size = count * int(np.prod(shape, dtype=int))
    if array.size != size:
        raise UserError(
            f"{name} has {array.size} numbers", f"{size}: {count} x {' x '.join(map(str, shape))}",
            "Give the whole output of each image.",
        )  # fmt: skip
    codes = _codes(array, dtype, name)
    if not network.is_image(operation.output):
        return codes.reshape(count, *shape)
    *leading, height, width, channels = shape
    first = (*leading, channels, height, width)
    own = array.shape[1:] if array.shape[:1] == (count,) and array.ndim == len(shape) + 1 else array.shape
    if own == shape and (shape != first or layout == "NHWC"):
        return codes.reshape(count, *shape)
    if own == first or (array.ndim < 3 and layout == "NCHW"):
        return np.moveaxis(codes.reshape(count, *first), -3, -1)
    if array.ndim >= 3:
        raise UserError(
            f"{name} has shape {list(array.shape)}", f"{list(shape)} or {list(first)}, with {count} images in front",
            "Correct the shape, or give a flat array.",
        )  # fmt: skip
    return codes.reshape(count, *shape)


def _codes(array: Array, dtype: np.dtype[Any], name: str) -> Array:
    if dtype.kind == "b":
        if array.dtype.kind not in "biu" or np.any((array != 0) & (array != 1)):
            raise UserError(
                f"{name} is {array.dtype}, or holds other numbers than 0 and 1", "truth values", "Give 0 and 1."
            )
        return array.astype(bool)
    if array.dtype.kind not in "iu":
        raise UserError(f"{name} is {array.dtype}", f"codes of {dtype}", "Give the integers, before dequantization.")
    if array.dtype.itemsize == 1:
        return np.ascontiguousarray(array).view(dtype)  # raw bytes: the model says how to read them
    limits = np.iinfo(dtype)
    if array.min() < limits.min or array.max() > limits.max:
        worst = array.min() if array.min() < limits.min else array.max()
        raise UserError(f"{name} holds {worst}", f"{limits.min} to {limits.max} ({dtype})", "Give the 8-bit codes.")
    return array.astype(dtype)
