"""Single operators in ONNX Runtime and in onnx's reference implementation."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
import onnxruntime
import pytest
from onnx import helper, numpy_helper
from onnx.reference import ReferenceEvaluator

from resnet8doc.ops import OPERATORS

Array = npt.NDArray[Any]
RunOperator = Callable[..., Array]


def single_operator(
    op_type: str, inputs: Mapping[str, Array | None], attributes: Mapping[str, Any], constants: bool, output: Any
) -> tuple[onnx.ModelProto, dict[str, Array]]:
    """Return a model of one node; what is not fed is stored in it, so that the runtime packs it as it would in a network."""
    operator = next(o for key, o in OPERATORS.items() if key[1] == op_type)
    given = [name for name in operator.inputs if inputs.get(name) is not None]
    last = operator.inputs.index(given[-1]) + 1 if given else 0
    names = [name if name in given else "" for name in operator.inputs[:last]]
    fed = given[:1] if constants else given
    node = helper.make_node(op_type, names, ["result"], domain=operator.domain, **attributes)
    kinds = {name: helper.np_dtype_to_tensor_dtype(np.asarray(inputs[name]).dtype) for name in given}
    graph = helper.make_graph(
        [node],
        "single",
        [helper.make_tensor_value_info(name, kinds[name], np.shape(inputs[name])) for name in fed],
        [helper.make_tensor_value_info("result", helper.np_dtype_to_tensor_dtype(np.dtype(output)), None)],
        [numpy_helper.from_array(np.asarray(inputs[name]), name) for name in given if name not in fed],
    )
    opsets = [helper.make_opsetid("", 21), helper.make_opsetid("com.microsoft", 1)]
    model = helper.make_model(graph, opset_imports=opsets, ir_version=10)
    return model, {name: np.ascontiguousarray(np.asarray(inputs[name])) for name in fed}


@pytest.fixture(scope="session")
def in_onnxruntime() -> RunOperator:
    """Run one operator in ONNX Runtime: ``run("QLinearConv", inputs, attributes)``."""
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    options.intra_op_num_threads = 1

    def run(
        op_type: str, inputs: Mapping[str, Array | None], attributes: Mapping[str, Any], output: Any, constants: bool = True
    ) -> Array:
        model, feeds = single_operator(op_type, inputs, attributes, constants, output)
        session = onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
        return np.asarray(session.run(None, feeds)[0])

    return run


@pytest.fixture(scope="session")
def in_onnx_reference() -> RunOperator:
    """Run one of the standard's operators in ``onnx.reference``."""

    def run(op_type: str, inputs: Mapping[str, Array | None], attributes: Mapping[str, Any], output: Any) -> Array:
        model, feeds = single_operator(op_type, inputs, attributes, False, output)
        return np.asarray(ReferenceEvaluator(model).run(None, feeds)[0])

    return run


