"""TensorFlow Lite files of one operator, so that a runtime can be asked about it alone, and of several."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import flatbuffers
import numpy as np
import numpy.typing as npt
from ai_edge_litert import schema_py_generated as schema

Array = npt.NDArray[Any]

OPTIONS: dict[str, tuple[Any, int]] = {
    "ABS": (schema.AbsOptionsT, 2),
    "ADD": (schema.AddOptionsT, 2),
    "ARG_MAX": (schema.ArgMaxOptionsT, 2),
    "ARG_MIN": (schema.ArgMinOptionsT, 2),
    "AVERAGE_POOL_2D": (schema.Pool2DOptionsT, 2),
    "BATCH_MATMUL": (schema.BatchMatMulOptionsT, 2),
    "BATCH_TO_SPACE_ND": (schema.BatchToSpaceNDOptionsT, 2),
    "BROADCAST_TO": (schema.BroadcastToOptionsT, 3),
    "CAST": (schema.CastOptionsT, 1),
    "CONCATENATION": (schema.ConcatenationOptionsT, 2),
    "CONV_2D": (schema.Conv2DOptionsT, 3),
    "CONV_3D": (schema.Conv3DOptionsT, 1),
    "DEPTHWISE_CONV_2D": (schema.DepthwiseConv2DOptionsT, 3),
    "DEPTH_TO_SPACE": (schema.DepthToSpaceOptionsT, 1),
    "DEQUANTIZE": (schema.DequantizeOptionsT, 2),
    "DIV": (schema.DivOptionsT, 2),
    "ELU": (None, 1),
    "EQUAL": (schema.EqualOptionsT, 2),
    "EXP": (schema.ExpOptionsT, 2),
    "EXPAND_DIMS": (schema.ExpandDimsOptionsT, 1),
    "FULLY_CONNECTED": (schema.FullyConnectedOptionsT, 4),
    "GATHER": (schema.GatherOptionsT, 2),
    "GATHER_ND": (schema.GatherNdOptionsT, 2),
    "GELU": (schema.GeluOptionsT, 2),
    "GREATER": (schema.GreaterOptionsT, 2),
    "GREATER_EQUAL": (schema.GreaterEqualOptionsT, 2),
    "HARD_SWISH": (None, 1),
    "L2_NORMALIZATION": (schema.L2NormOptionsT, 2),
    "LEAKY_RELU": (schema.LeakyReluOptionsT, 2),
    "LESS": (schema.LessOptionsT, 2),
    "LESS_EQUAL": (schema.LessEqualOptionsT, 2),
    "LOGISTIC": (None, 2),
    "LOG_SOFTMAX": (schema.LogSoftmaxOptionsT, 2),
    "MAXIMUM": (schema.MaximumMinimumOptionsT, 2),
    "MAX_POOL_2D": (schema.Pool2DOptionsT, 2),
    "MEAN": (schema.ReducerOptionsT, 2),
    "MINIMUM": (schema.MaximumMinimumOptionsT, 2),
    "MIRROR_PAD": (schema.MirrorPadOptionsT, 2),
    "MUL": (schema.MulOptionsT, 2),
    "NEG": (schema.NegOptionsT, 1),
    "NOT_EQUAL": (schema.NotEqualOptionsT, 2),
    "PACK": (schema.PackOptionsT, 2),
    "PAD": (schema.PadOptionsT, 2),
    "PADV2": (schema.PadV2OptionsT, 2),
    "PRELU": (None, 1),
    "QUANTIZE": (schema.QuantizeOptionsT, 2),
    "REDUCE_MAX": (schema.ReducerOptionsT, 2),
    "REDUCE_MIN": (schema.ReducerOptionsT, 2),
    "RELU": (None, 2),
    "RELU6": (None, 2),
    "RELU_N1_TO_1": (None, 1),
    "RESHAPE": (schema.ReshapeOptionsT, 1),
    "RESIZE_BILINEAR": (schema.ResizeBilinearOptionsT, 3),
    "RESIZE_NEAREST_NEIGHBOR": (schema.ResizeNearestNeighborOptionsT, 3),
    "REVERSE_V2": (schema.ReverseV2OptionsT, 3),
    "RSQRT": (None, 2),
    "SCATTER_ND": (schema.ScatterNdOptionsT, 1),
    "SELECT": (schema.SelectOptionsT, 2),
    "SELECT_V2": (schema.SelectV2OptionsT, 1),
    "SLICE": (schema.SliceOptionsT, 2),
    "SOFTMAX": (schema.SoftmaxOptionsT, 2),
    "SPACE_TO_BATCH_ND": (schema.SpaceToBatchNDOptionsT, 2),
    "SPACE_TO_DEPTH": (schema.SpaceToDepthOptionsT, 2),
    "SPLIT": (schema.SplitOptionsT, 2),
    "SPLIT_V": (schema.SplitVOptionsT, 2),
    "SQRT": (None, 2),
    "SQUARED_DIFFERENCE": (schema.SquaredDifferenceOptionsT, 2),
    "SQUEEZE": (schema.SqueezeOptionsT, 1),
    "STRIDED_SLICE": (schema.StridedSliceOptionsT, 2),
    "SUB": (schema.SubOptionsT, 2),
    "SUM": (schema.ReducerOptionsT, 2),
    "TANH": (None, 2),
    "TILE": (schema.TileOptionsT, 2),
    "TOPK_V2": (schema.TopKV2OptionsT, 2),
    "TRANSPOSE": (schema.TransposeOptionsT, 2),
    "TRANSPOSE_CONV": (schema.TransposeConvOptionsT, 3),
    "UNPACK": (schema.UnpackOptionsT, 2),
}
"""For each operator the record of its options, and the version at which it takes int8."""

_TYPES = {
    np.dtype(np.int8): schema.TensorType.INT8,
    np.dtype(np.int32): schema.TensorType.INT32,
    np.dtype(np.float32): schema.TensorType.FLOAT32,
    np.dtype(np.uint8): schema.TensorType.UINT8,
    np.dtype(np.int16): schema.TensorType.INT16,
    np.dtype(np.int64): schema.TensorType.INT64,
    np.dtype(np.bool_): schema.TensorType.BOOL,
}


@dataclass(frozen=True)
class Spec:
    """A tensor of the file.

    Attributes
    ----------
    shape, dtype
        Static shape; four axes are ``[N, H, W, C]``.
    scale, zero_point
        Of its codes: a number, or one for each channel along ``axis``; None for real numbers.
    data
        What is stored; None for a tensor that is fed or computed.
    """

    shape: Sequence[int]
    dtype: npt.DTypeLike = np.int8
    scale: Any = None
    zero_point: int = 0
    data: Array | None = None
    axis: int = 0


@dataclass(frozen=True)
class Step:
    """An operator of a file.

    Attributes
    ----------
    kind
        One of `OPTIONS`, as the schema spells it.
    inputs, outputs
        Its tensors, by their places in the file; -1 leaves one out.
    options
        Fields of the operator's options by the schema's names; the others keep their defaults.
    """

    kind: str
    inputs: Sequence[int]
    outputs: Sequence[int]
    options: Mapping[str, Any] = field(default_factory=dict)


def operator_file(
    kind: str, inputs: Sequence[Spec | None], output: Spec | Sequence[Spec], options: Mapping[str, Any] | None = None
) -> bytes:
    """Return the bytes of a TensorFlow Lite file of one operator.

    Parameters
    ----------
    kind
        One of `OPTIONS`, as the schema spells it.
    inputs
        In the operator's order; those without data are fed, in that order. None leaves one out.
    output
        What it makes; several of an operator of several outputs.
    options
        Fields of the operator's options by the schema's names; the others keep their defaults.

    Examples
    --------
    >>> content = operator_file("RELU", [Spec((1, 4), scale=0.5)], Spec((1, 4), scale=0.5))
    >>> content[4:8]
    b'TFL3'
    """
    made = [output] if isinstance(output, Spec) else list(output)
    places: list[int] = []
    tensors: list[Spec] = []
    for entry in (*inputs, *made):
        places.append(-1 if entry is None else len(tensors))
        tensors += [] if entry is None else [entry]
    taken, given = places[: len(inputs)], places[len(inputs) :]
    return network_file(tensors, [Step(kind, taken, given, options or {})], given, "one operator")


def network_file(
    tensors: Sequence[Spec], steps: Sequence[Step], outputs: Sequence[int], description: str = "a network"
) -> bytes:
    """Return the bytes of a TensorFlow Lite file of several operators.

    Parameters
    ----------
    tensors
        All of them; those without data that no operator makes are fed, in this order.
    steps
        The operators in an order of computation.
    outputs
        What comes out, by its place among the tensors.
    description
        The file's.

    Examples
    --------
    >>> row = Spec((1, 4), np.uint8, scale=0.5)
    >>> network_file([row] * 3, [Step("RELU", [0], [1]), Step("RELU6", [1], [2])], [2])[4:8]
    b'TFL3'
    """
    model, graph = schema.ModelT(), schema.SubGraphT()
    model.version, model.description, model.buffers = 3, description.encode(), [schema.BufferT()]
    graph.tensors = [_tensor(entry, index, model.buffers) for index, entry in enumerate(tensors)]
    computed = {index for step in steps for index in step.outputs}
    graph.inputs = [index for index, entry in enumerate(tensors) if entry.data is None and index not in computed]
    kinds = list(dict.fromkeys(step.kind for step in steps))
    model.operatorCodes = [_code(kind) for kind in kinds]
    graph.operators = [_operation(step, kinds.index(step.kind)) for step in steps]
    graph.outputs = list(outputs)
    model.subgraphs = [graph]
    return pack(model)


def _code(kind: str) -> Any:
    code = schema.OperatorCodeT()
    code.builtinCode = getattr(schema.BuiltinOperator, kind)
    code.deprecatedBuiltinCode, code.version = min(code.builtinCode, 127), OPTIONS[kind][1]
    return code


def _operation(step: Step, code: int) -> Any:
    operation, record = schema.OperatorT(), OPTIONS[step.kind][0]
    operation.opcodeIndex, operation.inputs, operation.outputs = code, list(step.inputs), list(step.outputs)
    if record is not None:
        operation.builtinOptions = record()
        operation.builtinOptionsType = getattr(schema.BuiltinOptions, record.__name__[:-1])
        for name, value in step.options.items():
            if not hasattr(operation.builtinOptions, name):
                raise ValueError(f"{step.kind} has no option {name}")
            setattr(operation.builtinOptions, name, value)
    return operation


def pack(model: Any) -> bytes:
    """Return the bytes of a model in the schema's object form."""
    builder = flatbuffers.Builder(1024)
    builder.Finish(model.Pack(builder), b"TFL3")
    return bytes(builder.Output())


def _tensor(entry: Spec, index: int, buffers: list[Any]) -> Any:
    tensor = schema.TensorT()
    tensor.name, tensor.shape, tensor.type = b"t%d" % index, list(entry.shape), _TYPES[np.dtype(entry.dtype)]
    if entry.scale is not None:
        tensor.quantization = schema.QuantizationParametersT()
        tensor.quantization.scale = np.atleast_1d(np.asarray(entry.scale, np.float32))
        tensor.quantization.zeroPoint = np.full(tensor.quantization.scale.size, entry.zero_point, np.int64)
        tensor.quantization.quantizedDimension = entry.axis
    tensor.buffer = 0
    if entry.data is not None:
        tensor.buffer, buffer = len(buffers), schema.BufferT()
        buffer.data = np.frombuffer(np.ascontiguousarray(entry.data, entry.dtype).tobytes(), np.uint8)
        buffers.append(buffer)
    return tensor
