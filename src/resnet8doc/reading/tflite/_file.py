"""From a TensorFlow Lite file to plain records: tensors, operators, edges."""

import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
from ai_edge_litert import schema_py_generated as schema

from ...errors import UserError

Array = npt.NDArray[Any]

IDENTIFIER = b"TFL3"
"""Bytes 4 to 8 of every TensorFlow Lite file."""

DAMAGE = (
    struct.error, AttributeError, IndexError, KeyError, MemoryError, OverflowError, RecursionError, TypeError,
    ValueError,
)  # fmt: skip
"""What the generated reader raises for bytes that are no whole flatbuffer: it looks up offsets and checks none."""

STORED = {
    "FLOAT32": np.float32, "INT8": np.int8, "UINT8": np.uint8, "INT16": np.int16, "INT32": np.int32, "INT64": np.int64,
    "BOOL": np.bool_,
}  # fmt: skip
"""The types whose numbers are read."""

_KINDS = {code: name for name, code in vars(schema.BuiltinOperator).items() if isinstance(code, int)}
_TYPES = {code: name for name, code in vars(schema.TensorType).items() if isinstance(code, int)}


@dataclass(frozen=True)
class Tensor:
    """One tensor of the file.

    Attributes
    ----------
    index, name
        As the file has them.
    shape
        Static shape; four axes are ``[N, H, W, C]``.
    free
        Whether the first axis may have any length.
    dtype
        As numpy spells it: ``int8``; in the schema's capitals where numpy has no such type.
    scale, zero_point
        float32 and int64 ``[channels]`` or ``[1]``, or None.
    axis
        Of the scales, if there are several.
    data
        The stored numbers, or None for a tensor that is computed or fed.
    """

    index: int
    name: str
    shape: tuple[int, ...]
    free: bool
    dtype: str
    scale: Array | None
    zero_point: Array | None
    axis: int
    data: Array | None


@dataclass(frozen=True)
class Operation:
    """One operator of the file: its kind as the schema names it, tensors by index (-1: left out), its options."""

    index: int
    kind: str
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    options: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True)
class File:
    """A whole file; ``inputs`` and ``outputs`` are indices of tensors, ``others`` the operators of further graphs."""

    description: str
    tensors: tuple[Tensor, ...]
    operations: tuple[Operation, ...]
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    others: tuple[tuple[Operation, ...], ...] = ()


def read_file(content: bytes, file: str) -> File:
    """Read a TensorFlow Lite file's bytes.

    Raises
    ------
    UserError
        If it is no TensorFlow Lite file, is torn, or holds sparse tensors.
    """
    if content[4:8] != IDENTIFIER:
        raise UserError(
            f"{file} is not marked as a TensorFlow Lite file (TFL3)", "a TensorFlow Lite file", "Give a .tflite file."
        )
    try:
        return _parse(file, content)
    except DAMAGE as error:
        raise UserError(
            f"{file} is damaged or incomplete ({type(error).__name__}: {str(error)[:120]})",
            "a whole TensorFlow Lite file", "Copy or convert it again.",
        ) from error  # fmt: skip


def _parse(file: str, content: bytes) -> File:
    model = schema.ModelT.InitFromObj(schema.Model.GetRootAs(content, 0))
    graphs = model.subgraphs or []
    if not graphs:
        raise UserError(f"{file} holds no subgraph", "one", "Check the conversion.")
    graph = graphs[0]
    if not graph.operators:
        raise UserError(f"{file} holds no operators", "a model that computes something", "Check the conversion.")
    tensors = tuple(_tensor(index, entry, model.buffers) for index, entry in enumerate(graph.tensors))
    operations = tuple(_operation(index, entry, model.operatorCodes) for index, entry in enumerate(graph.operators))
    for operation in operations:
        for index in (*operation.inputs, *operation.outputs):
            if not -1 <= index < len(tensors):
                raise UserError(
                    f"operator {operation.index} ({operation.kind}) names tensor {index} of {len(tensors)}",
                    "a tensor of the file", "The file is damaged: copy or convert it again.",
                )  # fmt: skip
    for operation in operations:
        _check_arity(operation)
    for index in (*graph.inputs, *graph.outputs):
        if not 0 <= index < len(tensors):
            raise UserError(
                f"{file} names tensor {index} of {len(tensors)} as an input or output", "a tensor of the file",
                "The file is damaged: copy or convert it again.",
            )  # fmt: skip
    description = (model.description or b"").decode()
    others = tuple(
        tuple(_operation(index, entry, model.operatorCodes) for index, entry in enumerate(other.operators or []))
        for other in graphs[1:]
    )
    inputs, outputs = tuple(map(int, graph.inputs)), tuple(map(int, graph.outputs))
    return File(description, tensors, operations, inputs, outputs, others)


WITHOUT_OUTPUT = ("ASSIGN_VARIABLE", "CALL_ONCE")
OF_VARIABLES = {"READ_VARIABLE": 1, "ASSIGN_VARIABLE": 2}
"""How many inputs the operators of variables have."""


def _check_arity(operation: Operation) -> None:
    """Refuse an operator that makes nothing, or one of variables that reads too little."""
    made = operation.outputs if operation.kind not in WITHOUT_OUTPUT else (0,)
    if not made or min(made) < 0 or len(operation.inputs) < OF_VARIABLES.get(operation.kind, 0):
        raise UserError(
            f"operator {operation.index} ({operation.kind}) has {len(operation.inputs)} inputs and makes "
            f"{'nothing' if not operation.outputs else f'tensors {list(operation.outputs)}'}", "inputs and outputs",
            "The file is damaged: copy or convert it again.",
        )  # fmt: skip


def _tensor(index: int, entry: Any, buffers: list[Any]) -> Tensor:
    name = (entry.name or b"").decode()
    if not name or not name.isprintable():
        name = f"tensor_{index}"
    if entry.sparsity is not None:
        raise UserError(f"tensor {name} is sparse", "dense tensors", "Convert the model without sparsity.")
    kind = _TYPES[entry.type]
    shape = tuple(map(int, entry.shape)) if entry.shape is not None else ()
    signature = () if entry.shapeSignature is None else tuple(map(int, entry.shapeSignature))
    scale = zero = None
    quantization = entry.quantization
    if quantization is not None and quantization.scale is not None and len(quantization.scale):
        scale = np.asarray(quantization.scale, np.float32)
        points = quantization.zeroPoint
        zero = np.zeros(len(scale), np.int64) if points is None else np.asarray(points, np.int64)
        if len(zero) != len(scale):
            raise UserError(f"tensor {name} has {len(scale)} scales and {len(zero)} zero points", "as many of each",
                            "Convert the model again.")  # fmt: skip
    raw = buffers[entry.buffer].data
    data = None
    if raw is not None and len(raw):
        content = np.asarray(raw, np.uint8).tobytes()
        data = (
            np.frombuffer(content, STORED[kind]).reshape(shape) if kind in STORED else np.frombuffer(content, np.uint8)
        )
    return Tensor(
        index, name, shape, bool(signature and signature[0] == -1) or shape[:1] == (1,), kind.lower(), scale, zero,
        int(quantization.quantizedDimension) if quantization is not None else 0, data,
    )  # fmt: skip


def _operation(index: int, entry: Any, codes: list[Any]) -> Operation:
    code = codes[entry.opcodeIndex]
    kind = _KINDS[max(code.builtinCode, code.deprecatedBuiltinCode)]  # codes up to 127 once had a field of a byte
    if kind == "CUSTOM":
        kind = f"CUSTOM {(code.customCode or b'').decode()}".strip()
    options = dict(vars(entry.builtinOptions)) if entry.builtinOptions is not None else {}
    inputs = () if entry.inputs is None else tuple(map(int, entry.inputs))
    return Operation(index, kind, inputs, tuple(map(int, entry.outputs)), options)
