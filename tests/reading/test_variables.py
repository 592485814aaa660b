"""A streaming network of TensorFlow Lite: its variables are inputs and outputs of the graph, step by step equal."""

from typing import Any

import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema
from ai_edge_litert.interpreter import Interpreter

from resnet8doc.errors import UserError
from resnet8doc.graph import Graph
from resnet8doc.oracles._operator import pack
from resnet8doc.reading import read_model

Array = np.ndarray[Any, Any]

SCALE, ZERO = 0.5, 3
FRAMES, WIDTH = 3, 4


class Builder:
    """A model in the schema's object form."""

    def __init__(self) -> None:
        self.model = schema.ModelT()
        self.model.version, self.model.description = 3, b"a stream"
        self.model.buffers, self.model.operatorCodes, self.model.subgraphs = [schema.BufferT()], [], []

    def graph(self) -> Any:
        """Begin a graph."""
        graph = schema.SubGraphT()
        graph.tensors, graph.operators, graph.inputs, graph.outputs = [], [], [], []
        self.model.subgraphs.append(graph)
        return graph

    def tensor(
        self, graph: Any, shape: list[int], kind: int = schema.TensorType.INT8, data: Array | None = None
    ) -> int:
        """Add a tensor; codes have one scale."""
        tensor = schema.TensorT()
        tensor.name, tensor.shape, tensor.type, tensor.buffer = b"t%d" % len(graph.tensors), shape, kind, 0
        if kind == schema.TensorType.INT8:
            tensor.quantization = schema.QuantizationParametersT()
            tensor.quantization.scale = np.array([SCALE], np.float32)
            tensor.quantization.zeroPoint = np.array([ZERO], np.int64)
        if data is not None:
            buffer = schema.BufferT()
            buffer.data = np.frombuffer(data.tobytes(), np.uint8)
            tensor.buffer = len(self.model.buffers)
            self.model.buffers.append(buffer)
        graph.tensors.append(tensor)
        return len(graph.tensors) - 1

    def operator(self, graph: Any, kind: str, inputs: list[int], outputs: list[int], **options: Any) -> None:
        """Add an operator."""
        code = schema.OperatorCodeT()
        code.builtinCode = getattr(schema.BuiltinOperator, kind)
        code.deprecatedBuiltinCode, code.version = min(code.builtinCode, 127), 1
        operator = schema.OperatorT()
        operator.opcodeIndex, operator.inputs, operator.outputs = len(self.model.operatorCodes), inputs, outputs
        record = {
            "CALL_ONCE": schema.CallOnceOptionsT, "VAR_HANDLE": schema.VarHandleOptionsT,
            "READ_VARIABLE": schema.ReadVariableOptionsT, "ASSIGN_VARIABLE": schema.AssignVariableOptionsT,
            "CONCATENATION": schema.ConcatenationOptionsT, "STRIDED_SLICE": schema.StridedSliceOptionsT,
            "REDUCE_MAX": schema.ReducerOptionsT, "RELU": None,
        }[kind]  # fmt: skip
        if record is not None:
            operator.builtinOptions = record()
            operator.builtinOptionsType = getattr(schema.BuiltinOptions, record.__name__[:-1])
            for name, value in options.items():
                setattr(operator.builtinOptions, name, value)
        self.model.operatorCodes.append(code)
        graph.operators.append(operator)


def stream(first: Array, other: str = "ASSIGN_VARIABLE") -> bytes:
    """Return a network that gives the largest of the last four frames of its input, and keeps three of them."""
    b = Builder()
    main, begin = b.graph(), b.graph()
    resource, int32 = schema.TensorType.RESOURCE, schema.TensorType.INT32
    x, handle = b.tensor(main, [1, 1, WIDTH]), b.tensor(main, [], resource)
    old, whole = b.tensor(main, [1, FRAMES, WIDTH]), b.tensor(main, [1, FRAMES + 1, WIDTH])
    ends = [
        b.tensor(main, [3], int32, np.array(end, np.int32)) for end in ([0, 1, 0], [1, FRAMES + 1, WIDTH], [1, 1, 1])
    ]
    new, axis = b.tensor(main, [1, FRAMES, WIDTH]), b.tensor(main, [1], int32, np.array([1], np.int32))
    again, y = b.tensor(main, [1, FRAMES, WIDTH]), b.tensor(main, [1, WIDTH])
    z = b.tensor(main, [1, WIDTH])
    b.operator(main, "CALL_ONCE", [], [], initSubgraphIndex=1)
    b.operator(main, "VAR_HANDLE", [], [handle], container=b"", sharedName=b"frames")
    b.operator(main, "READ_VARIABLE", [handle], [old])
    b.operator(main, "CONCATENATION", [old, x], [whole], axis=1)
    b.operator(main, "STRIDED_SLICE", [whole, *ends], [new], beginMask=0, endMask=0, ellipsisMask=0, newAxisMask=0,
               shrinkAxisMask=0, offset=False)  # fmt: skip
    b.operator(main, "ASSIGN_VARIABLE", [handle, new], [])
    b.operator(main, "READ_VARIABLE", [handle], [again])
    b.operator(main, "REDUCE_MAX", [again, axis], [y], keepDims=False)
    b.operator(main, "RELU", [y], [z])
    main.inputs, main.outputs = [x], [z]
    at = b.tensor(begin, [], resource)
    stored = b.tensor(begin, [1, FRAMES, WIDTH], data=first)
    b.operator(begin, "VAR_HANDLE", [], [at], container=b"", sharedName=b"frames")
    if other == "ASSIGN_VARIABLE":
        b.operator(begin, other, [at, stored], [])
    else:
        b.operator(begin, other, [stored], [b.tensor(begin, [1, FRAMES, WIDTH])])
    return pack(b.model)


FIRST = np.full((1, FRAMES, WIDTH), ZERO, np.int8)


def test_step_by_step_equal() -> None:
    content = stream(FIRST)
    graph = Graph.from_parts(*read_model(content, "stream.tflite"))
    assert [entry.shape for entry in graph.inputs] == [("batch", 1, WIDTH), ("batch", FRAMES, WIDTH)]
    assert len(graph.outputs) == 2
    interpreter = Interpreter(model_content=content)
    interpreter.allocate_tensors()
    rng, state = np.random.default_rng(0), FIRST
    for _ in range(10):
        x = rng.integers(-128, 128, (1, 1, WIDTH)).astype(np.int8)
        interpreter.set_tensor(interpreter.get_input_details()[0]["index"], x)
        interpreter.invoke()
        found = graph.run({graph.inputs[0].name: x, graph.inputs[1].name: state}, runtime="xnnpack")
        y, state = (found[entry.name] for entry in graph.outputs)
        np.testing.assert_array_equal(y, interpreter.get_tensor(interpreter.get_output_details()[0]["index"]))
    assert (state[0, -1] == x).all()


def test_another_graph_that_computes_is_refused() -> None:
    with pytest.raises(
        UserError, match="holds 2 subgraphs, and one of them has RELU; expected one, or others that set"
    ):
        read_model(stream(FIRST, "RELU"), "stream.tflite")
