"""The extraction of an ONNX model."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy.typing as npt
from google.protobuf.message import DecodeError
from onnx.onnx_ml_pb2 import ModelProto

from ...errors import UserError
from ...graph import Graph
from ._bodies import reads
from ._names import refuse_bytes
from ._nodes import Infer, Types, every_entry, read_nodes, refuse_unknown
from ._prepare import Stored, fold, read_initializers
from ._types import type_and_shape

Array = npt.NDArray[Any]

DAMAGE = (
    DecodeError, AttributeError, IndexError, KeyError, MemoryError, OverflowError, RecursionError, TypeError,
    UnicodeDecodeError, ValueError,
)  # fmt: skip
"""What the two protobuf readers, the compiled one and the one in Python, raise for bytes that are no message."""


def parse(content: bytes, file: str) -> ModelProto:
    """Return the message that an ONNX file is.

    Raises
    ------
    UserError
        If it is none, or a model without nodes.
    """
    try:
        model: ModelProto = ModelProto.FromString(content)
    except DAMAGE as error:
        raise UserError(
            f"{file} cannot be read ({str(error)[:120] or type(error).__name__})", "an ONNX model",
            "Check that the file is complete.",
        ) from error  # fmt: skip
    if not model.graph.node:
        raise UserError(f"{file} holds no nodes", "an ONNX model", "Check that the file is complete.")
    return model


def read(
    model: ModelProto, file: str, digest: str, infer: Infer | None = None
) -> tuple[dict[str, Any], dict[str, Array]]:
    """Return an extraction's JSON (without the name of its tensors' file) and its tensors, checked by the engine.

    Parameters
    ----------
    model
        The message. Its stored tensors are taken out of it, so that a large model is not held twice.
    file, digest
        The file's name and the sha256 of its bytes, in hexadecimal.
    infer
        What says types and shapes of inner tensors, at the desk ONNX Runtime; None to know only what the file declares
        of its inputs and outputs.

    Raises
    ------
    UserError
        If the model has an unknown operator (all of them are named), a name that is no text, lacks a scale, or has a
        scale that is not finite or a zero point of the wrong type.
    """
    refuse_bytes(model)
    refuse_unknown(model)
    for entry in (*model.graph.input, *model.graph.output):
        if entry.type.HasField("sequence_type"):
            refuse_sequence(entry.name)
    stored = read_initializers(model)
    del model.graph.initializer[:]
    fed = [entry.name for entry in model.graph.input if entry.name not in stored]
    folded = fold(model, stored)
    if not folded:
        raise UserError(f"all that {file} computes is constant", "a network", "Check that its input is one.")
    given = [output.name for output in model.graph.output]
    used = {name for node in folded for name in reads(node)} | set(given)
    stored = {name: value for name, value in stored.items() if name in used}
    types = declared(model)
    nodes = read_nodes(model, folded, stored, {})
    operations = _operations(file, digest, model, nodes, stored, _described(fed, types), _described(given, types))
    tensors = {name: array for name, (_, array) in stored.items()}
    Graph.from_parts(operations, tensors)  # our own, clearer messages first; ONNX Runtime is asked for types afterwards
    if infer is None:
        return operations, tensors
    types = infer(model, folded, stored)
    nodes = read_nodes(model, folded, stored, types)
    return (
        _operations(file, digest, model, nodes, stored, _described(fed, types), _described(given, types)), tensors
    )  # fmt: skip


def refuse_sequence(name: str) -> None:
    """Refuse a sequence of tensors at a network's edge: what reads and writes files knows tensors alone.

    Raises
    ------
    UserError
        Always.
    """
    raise UserError(
        f"the input or output {name} is a sequence of tensors", "tensors: a sequence may stand between nodes",
        "Export the model with one input or output for each tensor, or with ConcatFromSequence before it.",
    )  # fmt: skip


def declared(model: ModelProto) -> Types:
    """Return what a model says of the types and shapes of its inputs and outputs."""
    return {entry.name: type_and_shape(entry) for entry in (*model.graph.input, *model.graph.output)}


def _described(names: Sequence[str], types: Types) -> list[dict[str, Any]]:
    found = [(name, *types.get(name, (None, None))) for name in names]
    return [{"name": name, "dtype": dtype, "shape": shape} for name, dtype, shape in found]


def _operations(
    file: str, digest: str, model: ModelProto, nodes: list[dict[str, Any]], stored: Stored,
    inputs: list[dict[str, Any]], outputs: list[dict[str, Any]],
) -> dict[str, Any]:  # fmt: skip
    counts = Counter(node["op_type"] for node in every_entry(nodes))
    readers: dict[str, list[dict[str, Any]]] = {}
    for node in nodes:
        for entry in node["inputs"]:
            if entry["initializer"]:
                readers.setdefault(entry["tensor"], []).append(
                    {"node": node["name"], "input": entry["formal"], "index": entry["index"]}
                )
    return {
        "format": "resnet8doc.operations",
        "version": 2,
        "model": {
            "name": file.rpartition(".")[0] or file,
            "file": file,
            "sha256": digest,
            "producer": f"{model.producer_name} {model.producer_version}".strip(),
            "ir_version": model.ir_version,
            "opsets": {entry.domain: entry.version for entry in model.opset_import},
            "quant_format": quant_format(counts),
        },
        "counts": dict(sorted(counts.items())),
        "inputs": inputs,
        "outputs": outputs,
        "nodes": nodes,
        "initializers": [
            {
                "name": name,
                "dtype": kind,
                "stored_dtype": str(array.dtype),
                "shape": list(array.shape),
                "read_by": readers.get(name, []),
            }
            for name, (kind, array) in sorted(stored.items())
        ],
    }


def quant_format(counts: Mapping[str, int]) -> str:
    """Return ``QOperator``, ``QDQ`` or ``float``, by the operators that a model has.

    Examples
    --------
    >>> quant_format({"QLinearConv": 9, "QuantizeLinear": 1}), quant_format({"Conv": 9, "DequantizeLinear": 30})
    ('QOperator', 'QDQ')
    """
    if any(op_type.startswith(("QLinear", "QGemm")) for op_type in counts):
        return "QOperator"
    return "QDQ" if counts.get("DequantizeLinear") else "float"
