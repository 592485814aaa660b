"""One operator as a model of its own, in ONNX Runtime and in onnx's reference implementation."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
import onnxruntime
from onnx import helper, numpy_helper
from onnx.reference import ReferenceEvaluator

from ..arithmetic import ONNXRUNTIME_X86, Runtime
from ..ops import OPERATORS, Operator
from ._probe import session_options

Array = npt.NDArray[Any]


@dataclass(frozen=True)
class Case:
    """One operator with its inputs.

    Attributes
    ----------
    op_type
        ``QLinearConv``.
    inputs
        By formal name; None where it is left out.
    attributes
        By name.
    output
        The output's type.
    constants
        Store all but the first input in the model, as a network does, so that the runtime packs the weights.
    domain
        ``com.microsoft`` for ONNX Runtime's own form of an operator that the standard has too; else None.
    """

    op_type: str
    inputs: Mapping[str, Array | None]
    attributes: Mapping[str, Any]
    output: npt.DTypeLike
    constants: bool = True
    domain: str | None = None

    @property
    def operator(self) -> Operator:
        """The record of the operator."""
        return _operator(self.op_type, self.domain)

    def model(self) -> tuple[onnx.ModelProto, dict[str, Array]]:
        """Return the model of one node, and what is to be fed to it."""
        operator = self.operator
        given = {name: np.asarray(self.inputs[name]) for name in operator.inputs if self.inputs.get(name) is not None}
        last = max(operator.inputs.index(name) for name in given) + 1
        names = [name if name in given else "" for name in operator.inputs[:last]]
        fed = list(given)[:1] if self.constants else list(given)
        node = helper.make_node(self.op_type, names, ["result"], domain=operator.domain, **self.attributes)
        kinds = {name: helper.np_dtype_to_tensor_dtype(array.dtype) for name, array in given.items()}
        graph = helper.make_graph(
            [node],
            "single",
            [helper.make_tensor_value_info(name, kinds[name], given[name].shape) for name in fed],
            [helper.make_tensor_value_info("result", helper.np_dtype_to_tensor_dtype(np.dtype(self.output)), None)],
            [numpy_helper.from_array(array, name) for name, array in given.items() if name not in fed],
        )
        opsets = [helper.make_opsetid("", 21), helper.make_opsetid("com.microsoft", 1)]
        model = helper.make_model(graph, opset_imports=opsets, ir_version=10)
        return model, {name: np.ascontiguousarray(given[name]) for name in fed}

    def in_onnxruntime(self) -> Array:
        """Return what ONNX Runtime computes."""
        model, feeds = self.model()
        options = session_options("ORT_DISABLE_ALL", 1)
        options.log_severity_level = 4
        session = onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
        return np.asarray(session.run(None, feeds)[0])

    def in_reference(self) -> Array:
        """Return what ``onnx.reference`` computes; it has no operators of ONNX Runtime's domain."""
        model, feeds = self.model()
        with np.errstate(all="ignore"):  # not-a-number and infinities are among the inputs
            return np.asarray(next(iter(ReferenceEvaluator(model).run(None, feeds))))

    def in_engine(self, runtime: Runtime = ONNXRUNTIME_X86) -> Array:
        """Return what this engine computes."""
        operator = self.operator
        extra = {"runtime": runtime.limited_to(operator.op_type, operator.parts)} if operator.quantized else {}
        return np.asarray(operator.function(**self.inputs, **self.attributes, **extra))


@cache
def _operator(op_type: str, among: str | None) -> Operator:
    return next(
        found for (domain, name), found in OPERATORS.items() if name == op_type and among in (None, domain)
    )  # fmt: skip
