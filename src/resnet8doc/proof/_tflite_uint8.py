"""Random single operators of uint8 codes, as quantization-aware training in TensorFlow 1 made them."""

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
from ai_edge_litert import schema_py_generated as schema

from ..oracles import Spec, operator_file, pack
from ..runtimes.logarithms import undecided_rows
from ._tflite_case import Random, TfliteCase, Ties
from ._tflite_cases import TFLITE_GENERATORS

Array = npt.NDArray[Any]

UINT8 = ", uint8"
"""What stands behind an operator's name."""

OF_WEIGHTS = ("CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED", "TRANSPOSE_CONV")
"""Operators whose second input is weights."""

WITHOUT = ("BATCH_MATMUL", "SQUARED_DIFFERENCE", "ABS", "NEG", "EXP", "ELU", "SQRT", "RSQRT")
"""Operators that no kernel set has for uint8."""


def lifted(codes: Array) -> Array:
    """Return int8 codes as uint8: each 128 higher.

    Examples
    --------
    >>> lifted(np.array([-128, 0, 127], np.int8))
    array([  0, 128, 255], dtype=uint8)
    """
    return codes.view(np.uint8) ^ np.uint8(128)


def as_uint8(case: TfliteCase, rng: Random | None = None) -> TfliteCase:
    """Return a case of int8 codes as one of uint8: codes and zero points 128 higher, one scale for all weights.

    Parameters
    ----------
    case
        What `TFLITE_GENERATORS` make, or another of one operator.
    rng
        Moves the weights' zero point anywhere, and the weights with it, clamped; None leaves it at 128.
    """
    model = schema.ModelT.InitFromObj(schema.Model.GetRootAs(case.content, 0))
    graph = model.subgraphs[0]
    for tensor in graph.tensors:
        told = tensor.quantization
        if told is not None and told.scale is not None and len(told.scale) > 1:
            told.scale, told.zeroPoint, told.quantizedDimension = told.scale[:1], told.zeroPoint[:1], 0
        if tensor.type == schema.TensorType.INT8:
            tensor.type, told.zeroPoint = schema.TensorType.UINT8, np.asarray(told.zeroPoint) + 128
            buffer = model.buffers[tensor.buffer]
            if buffer.data is not None:
                buffer.data = lifted(np.asarray(buffer.data, np.uint8).view(np.int8))
    kinds = {getattr(schema.BuiltinOperator, kind) for kind in OF_WEIGHTS}
    if rng is not None and model.operatorCodes[0].builtinCode in kinds:
        weights = graph.tensors[graph.operators[0].inputs[1]]
        zero = [0, 255, int(rng.integers(256)), int(rng.integers(96, 160))][int(rng.integers(4))]
        buffer = model.buffers[weights.buffer]
        buffer.data = np.clip(np.asarray(buffer.data, np.int64) - 128 + zero, 0, 255).astype(np.uint8)
        weights.quantization.zeroPoint = np.array([zero])
    inputs = tuple(lifted(values) if values.dtype == np.int8 else values for values in case.inputs)
    return TfliteCase(pack(model), inputs)


def concatenation(rng: Random, ties: Ties) -> TfliteCase:
    """CONCATENATION of every code of two scales, some of which are the output's."""
    scales = [np.float32(2.0 ** -rng.integers(1, 5) if ties == "powers of two" else rng.uniform(0.01, 0.1))
              for _ in range(3)]  # fmt: skip
    zeros = rng.integers(0, 256, 3).tolist()
    zeros[1] = (zeros[2] + int(rng.integers(1, 256))) % 256  # of one scale and zero point it would be a Concat
    if rng.integers(3) == 0:
        scales[0], zeros[0] = scales[2], zeros[2]
    lengths = [256 + int(rng.integers(9)), 512]
    specs = [
        Spec((1, length), np.uint8, scale, zero) for length, scale, zero in zip(lengths, scales, zeros, strict=False)
    ]
    made = Spec((1, sum(lengths)), np.uint8, scales[2], zeros[2])
    content = operator_file("CONCATENATION", specs, made, {"axis": 1})
    return TfliteCase(content, tuple(np.resize(np.arange(256, dtype=np.uint8), (1, length)) for length in lengths))


def log_softmax(rng: Random, ties: Ties) -> TfliteCase:
    """LOG_SOFTMAX, a row that the C library decides replaced by another: of uint8 these are others than of int8."""
    case = as_uint8(TFLITE_GENERATORS["LOG_SOFTMAX"](rng, ties))
    model = schema.ModelT.InitFromObj(schema.Model.GetRootAs(case.content, 0))
    (codes,) = case.inputs
    wrong = undecided_rows(codes, np.float32(model.subgraphs[0].tensors[0].quantization.scale[0]))
    codes[wrong] = codes[~wrong][0]
    return case


def _turned(make: Callable[[Random, Ties], TfliteCase]) -> Callable[[Random, Ties], TfliteCase]:
    return lambda rng, ties: as_uint8(make(rng, ties), rng)


UINT8_GENERATORS: dict[str, Callable[[Random, Ties], TfliteCase]] = {
    **{
        name + UINT8: _turned(make) for name, make in TFLITE_GENERATORS.items() if name.partition(",")[0] not in WITHOUT
    },
    "CONCATENATION" + UINT8: concatenation,
    "LOG_SOFTMAX" + UINT8: log_softmax,
}
"""What makes random cases of each operator that a kernel set has for uint8."""

MICRO = ("DEQUANTIZE" + UINT8,)
"""Those of them that TensorFlow Lite Micro has."""
