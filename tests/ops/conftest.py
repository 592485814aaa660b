"""The ONNX Runtime that these tests run against, and single operators in it and in the engine."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import helper, numpy_helper

from resnet8doc.arithmetic import Runtime
from resnet8doc.ops import OPERATORS
from resnet8doc.proof import machine

Array = np.ndarray[Any, Any]
Compare = Callable[..., list[tuple[Array, Array]]]


@pytest.fixture(scope="session")
def runtime_here() -> Runtime:
    """How ONNX Runtime computes on this processor, if that was proven."""
    here = machine()
    if not here.proven:
        pytest.skip(f"{here.name} is not among the processors on which equality with ONNX Runtime was proven")
    return here.runtime


@pytest.fixture(scope="session")
def compare(runtime_here: Runtime) -> Compare:
    """Give a function that runs one operator twice: what ONNX Runtime and what the engine give, output by output."""

    def both(
        op_type: str,
        inputs: Sequence[Any],
        *,
        domain: str = "",
        opset: int = 21,
        outputs: int = 1,
        fed: int = 0,
        **attributes: Any,
    ) -> list[tuple[Array, Array]]:
        given = [None if value is None else np.asarray(value) for value in inputs]
        expected = in_onnxruntime(op_type, given, domain, opset, outputs, attributes, fed)
        version = 1 if domain else onnx.defs.get_schema(op_type, opset, domain).since_version
        operator = OPERATORS[domain, op_type].at(version)
        extra = {"runtime": runtime_here.limited_to(op_type, operator.parts)} if operator.quantized else {}
        found = operator.function(*given, **attributes, **extra)
        return list(zip(expected, found if isinstance(found, tuple) else (np.asarray(found),), strict=False))

    return both


def in_onnxruntime(
    op_type: str,
    given: list[Array | None],
    domain: str,
    opset: int,
    outputs: int,
    attributes: dict[str, Any],
    fed: int,
) -> list[Array]:
    """Run a model of one operator: the input of that number is fed, the others are stored, as weights are."""
    names = ["" if array is None else f"i{number}" for number, array in enumerate(given)]
    results = [f"o{number}" for number in range(outputs)]
    held = {name: array for name, array in zip(names, given, strict=True) if array is not None}
    first, others = f"i{fed}", [name for name in held if name != f"i{fed}"]
    graph = helper.make_graph(
        [helper.make_node(op_type, names, results, domain=domain, **attributes)], "single",
        [helper.make_tensor_value_info(first, helper.np_dtype_to_tensor_dtype(held[first].dtype), held[first].shape)],
        [helper.make_empty_tensor_value_info(name) for name in results],
        [numpy_helper.from_array(held[name], name) for name in others],
    )  # fmt: skip
    opsets = [helper.make_opsetid("", opset), helper.make_opsetid("com.microsoft", 1)]
    model = helper.make_model(graph, opset_imports=opsets, ir_version=8 if opset < 21 else 10)
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.log_severity_level, options.intra_op_num_threads = 4, 1
    session = onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
    return [np.asarray(value) for value in session.run(None, {first: np.array(held[first], order="C")})]
