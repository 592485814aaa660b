"""Writing an extraction: the JSON and the tensors beside it."""

import tempfile
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import UserError
from ..files import read_json, replacing, sha256, write_json
from ..graph import Graph
from ..graph import load as load_graph
from ..reading import onnx, tflite
from ._fuse import EVERYTHING, FUSED, How, described, fuse
from ._read import read_model, read_types
from ._schema import validate
from .pytorch import read as read_pytorch

Array = npt.NDArray[Any]

SUFFIX = "_operations"
TFLITE, PYTORCH, EXTRACTION = ".tflite", ".pt", ".json"


def extract(
    model: Path | str, folder: Path | str | None = None, *, fused: How | None = None, channels_first: bool = False
) -> Path:
    """Extract a model: every node, attribute, scale, zero point, weight and edge.

    Parameters
    ----------
    model
        An ONNX file of the operators in :data:`resnet8doc.ops.OPERATORS`: QOperator, QDQ or float; a TensorFlow Lite
        file of int8 or int16 codes; or a quantized TorchScript file of this project.
    folder
        Where to write ``<model>_operations.json`` and ``<model>_operations.npz``; beside the model if None. As files of
        several kinds may have one stem, it is ``<model>_tflite_operations`` of a TensorFlow Lite file,
        ``<model>_pytorch_operations`` of a PyTorch one, ``<model>_fused_operations`` or
        ``<model>_fused_integers_operations`` of a fused graph.
    fused
        Extract not the model but what ONNX Runtime makes of it on this processor: ``default``, as a session runs it
        unless it is told otherwise; ``integers``, with ``session.qdqisint8allowed=1``, so that a QDQ model of int8
        activations becomes codes throughout. It is proven by
        :func:`resnet8doc.proof.prove`.
    channels_first
        Of the fused graph, the form before images are turned to channels last (``ORT_ENABLE_EXTENDED``): the same
        numbers, and what the hardware tools read.

    Returns
    -------
    pathlib.Path
        Of the JSON file.

    Raises
    ------
    UserError
        If the model cannot be read, has an unknown operator (all of them are named), lacks a scale, or has a scale that
        is not finite or a zero point of the wrong type.
    """
    path = Path(model)
    if fused is None:
        operations, tensors = read_operations(path)
    else:
        operations, tensors = read_fused(path, fused, channels_first=channels_first)
    target = (path.parent if folder is None else Path(folder)) / f"{operations['model']['name']}{SUFFIX}.json"
    with replacing(target.with_suffix(".npz")) as temporary:
        pack(tensors, temporary)
    operations["tensors"] = {"file": target.with_suffix(".npz").name, "sha256": sha256(target.with_suffix(".npz"))}
    validate(operations)
    write_json(target, operations)
    return target


def read_operations(path: Path) -> tuple[dict[str, Any], dict[str, Array]]:
    """Return an extraction's JSON (without the name of its tensors' file) and its tensors, checked by the engine.

    Raises
    ------
    UserError
        As :func:`extract`.
    """
    if path.suffix == TFLITE:
        reading = tflite.read(path)
        Graph.from_parts(reading.operations, reading.tensors)
        return reading.operations, reading.tensors
    if path.suffix == PYTORCH:
        script = read_pytorch(path)
        Graph.from_parts(script.operations, script.tensors)
        return script.operations, script.tensors
    if path.suffix == EXTRACTION:
        raise UserError(
            f"{path} ends in {EXTRACTION}, as an extraction does", "the model itself: .onnx, .tflite or .pt",
            "Name the model that it was extracted from; draw, vectors, check, c and spec take an extraction too.",
        )  # fmt: skip
    proto = read_model(path)
    return onnx.read(proto, path.name, sha256(path), read_types)


def read_fused(path: Path, how: How, *, channels_first: bool = False) -> tuple[dict[str, Any], dict[str, Array]]:
    """Return the extraction of the graph that ONNX Runtime makes of a model: see :func:`extract`.

    Raises
    ------
    UserError
        As :func:`extract`; or if the file is no ONNX model, which alone ONNX Runtime rewrites.
    """
    if path.suffix == TFLITE:
        raise UserError(
            f"{path.name} is a TensorFlow Lite file", "an ONNX model: ONNX Runtime rewrites those",
            "Extract it without --fused: a TensorFlow Lite interpreter runs the operators that the file holds.",
        )  # fmt: skip
    read_model(path)  # our own, clearer messages first
    level = FUSED if channels_first else EVERYTHING
    with tempfile.TemporaryDirectory() as folder:
        operations, tensors = read_operations(fuse(path, Path(folder) / path.name, how, level))
    name = f"{path.stem}_fused{'_integers' if how == 'integers' else ''}{'_channels_first' if channels_first else ''}"
    operations["model"] |= {"name": name, "sha256": sha256(path), "rewritten": described(how, level)}
    return operations, tensors


def pack(tensors: Mapping[str, Array], target: Path) -> None:
    """Write an ``.npz`` whose bytes depend on the arrays alone (``numpy.savez`` writes the time of day into it).

    Piece by piece: a large model is not held once more in memory.
    """
    with zipfile.ZipFile(target, "w") as archive:
        for name, array in sorted(tensors.items()):
            info = zipfile.ZipInfo(f"{name}.npy", date_time=(1980, 1, 1, 0, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o644 << 16
            info.file_size = array.nbytes  # about: by it zipfile chooses the form of its header
            with archive.open(info, "w") as entry:
                np.lib.format.write_array(entry, np.asarray(array, order="C"), version=(1, 0), allow_pickle=False)


def load(path: Path | str, *, fused: How | None = None) -> Graph:
    """Load an extraction at the desk: JSON held against its schema, tensors against their checksum, then all checked.

    Parameters
    ----------
    path
        Of ``<model>_operations.json``, or of the ONNX, TensorFlow Lite or PyTorch model itself, then extracted in
        memory.
    fused
        Of an ONNX model: what ONNX Runtime makes of it, as for :func:`extract`.

    Raises
    ------
    UserError
        If something does not hold; the message says where in the file.
    """
    path = Path(path)
    if fused is not None:
        return Graph.from_parts(*read_fused(path, fused))
    if path.suffix != EXTRACTION:
        return Graph.from_parts(*read_operations(path))
    operations = read_json(path)
    validate(operations)
    tensors = path.with_suffix(".npz")
    if tensors.is_file() and sha256(tensors) != operations["tensors"]["sha256"]:
        raise UserError(
            f"{tensors.name} is not the file that was extracted with {path.name} (its sha256 differs)",
            "both files from one extraction",
            "Extract the model again: python -m resnet8doc extract MODEL.onnx.",
        )
    return load_graph(path)
