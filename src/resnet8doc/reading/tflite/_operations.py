"""The extraction of a TensorFlow Lite file."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ...errors import UserError
from . import (
    _blocks,
    _choices,
    _elementwise,
    _extremes,
    _indexed,
    _matrices,
    _parts,
    _products,
    _resize,
    _shapes,
    _transposed,
    _windowed,
)
from ._batch import keeps_batch
from ._build import COMPARISONS, FULL_INTEGER, TO_CHANNELS_LAST, Build, Value
from ._constants import FOLDED, INTEGERS, fold
from ._file import File, Operation, read_file
from ._kernels import name_kernel
from ._variables import with_states_fed

Array = npt.NDArray[Any]

TRANSLATE: dict[str, Callable[[Build, Operation], None]] = {
    "CONV_2D": _products.convolution,
    "DEPTHWISE_CONV_2D": _products.depthwise,
    "TRANSPOSE_CONV": _transposed.transposed,
    "FULLY_CONNECTED": _products.fully_connected,
    "BATCH_MATMUL": _matrices.batch_matmul,
    "ADD": _elementwise.binary,
    "MUL": _elementwise.binary,
    "SUB": _elementwise.binary,
    "PRELU": _elementwise.binary,
    "SQUARED_DIFFERENCE": _elementwise.binary,
    "DIV": _elementwise.binary,
    "QUANTIZE": _elementwise.quantize,
    "DEQUANTIZE": _elementwise.dequantize,
    "LOGISTIC": _elementwise.unary,
    "LEAKY_RELU": _elementwise.unary,
    "TANH": _elementwise.own_curve,
    "HARD_SWISH": _elementwise.own_curve,
    "ABS": _elementwise.own_curve,
    "NEG": _elementwise.own_curve,
    "EXP": _elementwise.own_curve,
    "ELU": _elementwise.own_curve,
    "GELU": _elementwise.own_curve,
    "SQRT": _elementwise.own_curve,
    "RSQRT": _elementwise.own_curve,
    "RELU": _elementwise.activation,
    "RELU6": _elementwise.activation,
    "RELU_N1_TO_1": _elementwise.activation,
    "AVERAGE_POOL_2D": _windowed.average_pool,
    "MAX_POOL_2D": _windowed.max_pool,
    "MEAN": _windowed.mean,
    "SUM": _windowed.mean,
    "SOFTMAX": _windowed.softmax,
    "LOG_SOFTMAX": _windowed.log_softmax,
    "L2_NORMALIZATION": _windowed.l2_normalization,
    "RESHAPE": _shapes.reshape,
    "TRANSPOSE": _shapes.transpose,
    "PAD": _shapes.pad,
    "PADV2": _shapes.pad,
    "CONCATENATION": _shapes.concatenation,
    "SQUEEZE": _shapes.reshape,
    "EXPAND_DIMS": _shapes.reshape,
    "STRIDED_SLICE": _parts.strided_slice,
    "SLICE": _parts.slice_of,
    "SPLIT": _parts.split,
    "SPLIT_V": _parts.split,
    "PACK": _parts.pack,
    "UNPACK": _parts.unpack,
    "TILE": _parts.tile,
    "GATHER": _parts.gather,
    "REVERSE_V2": _parts.reverse,
    "MIRROR_PAD": _parts.mirror_pad,
    "DEPTH_TO_SPACE": _parts.depth_to_space,
    "SPACE_TO_DEPTH": _parts.depth_to_space,
    "SPACE_TO_BATCH_ND": _blocks.space_to_batch,
    "BATCH_TO_SPACE_ND": _blocks.batch_to_space,
    "MAXIMUM": _extremes.larger,
    "MINIMUM": _extremes.larger,
    **dict.fromkeys(COMPARISONS, _choices.comparison),
    "SELECT": _choices.select,
    "SELECT_V2": _choices.select,
    "REDUCE_MAX": _extremes.largest,
    "REDUCE_MIN": _extremes.largest,
    "ARG_MAX": _extremes.place,
    "ARG_MIN": _extremes.place,
    "CAST": _extremes.cast,
    "GATHER_ND": _indexed.gather_nd,
    "SCATTER_ND": _indexed.scatter_nd,
    "TOPK_V2": _indexed.top_k,
    "BROADCAST_TO": _indexed.broadcast_to,
    "RESIZE_NEAREST_NEIGHBOR": _resize.nearest,
    "RESIZE_BILINEAR": _resize.bilinear,
}
"""What translates each operator."""


@dataclass(frozen=True)
class Place:
    """Where a tensor of the extraction lies in the file: its index, and whether its channels were brought forward."""

    index: int
    channels_first: bool


@dataclass(frozen=True)
class Reading:
    """A TensorFlow Lite file as an extraction.

    Attributes
    ----------
    operations, tensors
        The extraction's JSON, without the name of its tensors' file, and its stored tensors.
    places
        The tensors of the extraction that the file has too, by their name in the extraction.
    states
        Inputs of the extraction that are variables of the file, by their name in the extraction.
    """

    operations: dict[str, Any]
    tensors: dict[str, Array]
    places: dict[str, Place]
    states: tuple[str, ...] = ()


def read(path: Path) -> Reading:
    """Translate a TensorFlow Lite file: see :func:`read_content`.

    Raises
    ------
    UserError
        If the file is missing, or as :func:`read_content`.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        missing = "does not exist" if isinstance(error, FileNotFoundError) else f"cannot be read ({error.strerror})"
        raise UserError(f"{path} {missing}", "a TensorFlow Lite file", "Check the path.") from error
    return read_content(content, path.name)


def read_content(content: bytes, file: str) -> Reading:
    """Translate a TensorFlow Lite file's bytes.

    Operators that compute the same mathematics as ONNX's become those, so that the network can be run under any
    runtime's arithmetic; what has no counterpart keeps its own name, in the domain ``tflite``. Tensors of four axes are
    ``[N, C, H, W]``.

    Parameters
    ----------
    content
        The file.
    file
        Its name, with its ending.

    Raises
    ------
    UserError
        If it cannot be read, or holds an operator, a type or a quantization that is not known.
    """
    whole = read_file(content, file)
    read_in = with_states_fed(whole)
    _refuse_unknown(read_in)
    if not keeps_batch(read_in):
        read_in = replace(read_in, tensors=tuple(replace(tensor, free=False) for tensor in read_in.tensors))
    build = Build(read_in)
    fed = [_feed(build, index) for index in read_in.inputs]
    for op in read_in.operations:
        _translate(build, op)
    given = [_give(build, index) for index in read_in.outputs]
    operations = _describe(content, file, build, fed, given)
    states = tuple(build.inputs[index].name for index in read_in.inputs if index not in whole.inputs)
    return Reading(operations, build.stored, _places(build), states)


def _translate(build: Build, op: Operation) -> None:
    first = len(build.nodes)
    try:
        if not fold(build, op):
            build.refuse_two_types(op)
            TRANSLATE[op.kind](build, op)
            name_kernel(build, op, first)
    except KeyError as error:
        raise UserError(
            f"{build.where(op)} lacks its option {error}", "all options that the schema gives it",
            "The file is damaged: copy or convert it again.",
        ) from error  # fmt: skip
    except (IndexError, OverflowError, TypeError, ValueError, ZeroDivisionError) as error:
        raise UserError(
            f"{build.where(op)} contradicts itself ({str(error)[:120]})", "options and shapes that fit",
            "The file is damaged: copy or convert it again.",
        ) from error  # fmt: skip


def _refuse_unknown(file: File) -> None:
    unknown: dict[str, list[int]] = {}
    for op in file.operations:
        folded = op.kind in FOLDED and {file.tensors[index].dtype for index in op.outputs} <= {*INTEGERS}
        if op.kind not in TRANSLATE and not folded:
            unknown.setdefault(op.kind, []).append(op.index)
    if unknown:
        listed = "; ".join(
            f"{kind} (operator {', '.join(map(str, where[:3]))}{', …' if len(where) > 3 else ''})"
            for kind, where in unknown.items()
        )
        raise UserError(
            f"the model has operators that cannot be read: {listed}", ", ".join(sorted(TRANSLATE)),
            "Export the model without them.",
        )  # fmt: skip


def _feed(build: Build, index: int) -> Value:
    """Take a graph input; one of four axes gets a Transpose, as in the ONNX files."""
    tensor = build.file.tensors[index]
    readers = {op.kind for op in build.file.operations if index in op.inputs}
    resnet8 = any(name.layer == "input" for name in build.names.values())
    name = "input" if resnet8 else tensor.name
    if tensor.dtype not in ("float32", "int8", "uint8", "int16"):
        raise UserError(
            f"the input {tensor.name} is {tensor.dtype}", "float32, int8, uint8 or int16",
            "Convert the model with such an input.",
        )  # fmt: skip
    if tensor.dtype == "float32" and not readers <= {"QUANTIZE"}:
        raise UserError(
            f"the input {tensor.name} is {tensor.dtype} and read by {', '.join(sorted(readers))}",
            "only QUANTIZE to read it", FULL_INTEGER,
        )  # fmt: skip
    first = build.made(tensor)
    if len(tensor.shape) != 4:
        build.inputs[index] = build.values[index] = Value(name, tensor.dtype, first.shape)
        return build.inputs[index]
    build.inputs[index] = Value(name, tensor.dtype, [first.shape[axis] for axis in TO_CHANNELS_LAST])
    build.values[index] = build.transposed(build.inputs[index], (0, 3, 1, 2), f"{name}_nchw", "input")
    return build.inputs[index]


def _give(build: Build, index: int) -> Value:
    """Take a graph output; one of four axes is brought back to channels last."""
    if index not in build.values:
        name = build.file.tensors[index].name
        raise UserError(f"nothing computes the output {name}", "an output that an operator makes", "Convert it again.")
    value = build.values[index]
    if len(value.shape) != 4:
        return value
    return build.transposed(value, TO_CHANNELS_LAST, f"{value.name}_nhwc", "output")


def _places(build: Build) -> dict[str, Place]:
    found = {value.name: Place(index, False) for index, value in build.inputs.items()}
    for index, value in build.values.items():
        if build.file.tensors[index].data is None:
            found[value.name] = Place(index, len(value.shape) == 4)
    return found


def _describe(content: bytes, file: str, build: Build, fed: list[Value], given: list[Value]) -> dict[str, Any]:
    readers: dict[str, list[dict[str, Any]]] = {}
    for node in build.nodes:
        for entry in node["inputs"]:
            if entry["initializer"]:
                readers.setdefault(entry["tensor"], []).append(
                    {"node": node["name"], "input": entry["formal"], "index": entry["index"]}
                )
    opsets = {"": _windowed.OPSET, "com.microsoft": 1}
    if any(node["domain"] == _elementwise.OWN for node in build.nodes):
        opsets[_elementwise.OWN] = 1
    return {
        "format": "resnet8doc.operations",
        "version": 2,
        "model": {
            "name": model_name(file),
            "file": file,
            "sha256": sha256(content).hexdigest(),
            "producer": f"TensorFlow Lite, {build.file.description.rstrip('.') or 'no description'}",
            "opsets": opsets,
            "quant_format": "QOperator",
        },
        "counts": dict(sorted(Counter(node["op_type"] for node in build.nodes).items())),
        "inputs": [{"name": v.name, "dtype": v.dtype, "shape": v.shape} for v in fed],
        "outputs": [{"name": v.name, "dtype": v.dtype, "shape": v.shape} for v in given],
        "nodes": build.nodes,
        "initializers": [
            {
                "name": name,
                "dtype": str(array.dtype),
                "stored_dtype": str(array.dtype),
                "shape": list(np.shape(array)),
                "read_by": readers.get(name, []),
            }
            for name, array in sorted(build.stored.items())
        ],
    }


def model_name(file: str) -> str:
    """Return what a TensorFlow Lite model's extraction is called: an ONNX file of the same stem may lie beside it.

    Examples
    --------
    >>> model_name("resnet8_int8.tflite")
    'resnet8_int8_tflite'
    """
    return f"{file.rpartition('.')[0] or file}_tflite"
