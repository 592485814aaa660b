"""The onnx package's own node tests of operators that exporters write: as ONNX Runtime computes them, or refused."""

import importlib
import warnings
from typing import Any

import numpy as np
import onnxruntime
import pytest

from resnet8doc.errors import UserError
from resnet8doc.graph import Graph
from resnet8doc.reading import read_model

MODULES = (
    "affinegrid", "attention", "bitcast", "blackmanwindow", "center_crop_pad", "col2im", "cumprod", "det", "dft",
    "hammingwindow", "hannwindow", "instance_normalization", "lppool", "loop", "maxunpool", "meanvariancenormalization",
    "melweightmatrix", "resize", "rnn", "rotaryembedding", "sequenceinsert", "splittosequence", "stft",
    "tensorscatter", "unique",
)  # fmt: skip
REFUSED = (
    "Q is float16", "opset 25", "is a sequence of tensors", "OptionalHasElement", "round_prefer_ceil", "float16",
)  # fmt: skip
"""What is refused: half precision, a version of Attention that is a function to ONNX Runtime, sequences at a network's
edge, optional values, and a rounding that the runtime has otherwise than it says."""


def cases(module: str) -> list[Any]:
    """Return the cases of one module, which registers them where it is imported: that computes what they expect."""
    node = importlib.import_module("onnx.backend.test.case.node")
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")  # some overflow on purpose
        importlib.import_module(f"onnx.backend.test.case.node.{module}")
    operator = module.replace("_", "")
    return [
        case for case in node._NodeTestCases
        if "_expanded" not in case.name and any(one.op_type.lower() == operator for one in case.model.graph.node)
    ]  # fmt: skip


LEAST = 150


def in_onnxruntime(case: Any, fed: dict[str, Any]) -> dict[str, Any] | None:
    """Return what the runtime gives; None where it has no kernel."""
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.log_severity_level = 4
    try:
        session = onnxruntime.InferenceSession(
            case.model.SerializeToString(), options, providers=["CPUExecutionProvider"]
        )
        return dict(zip([entry.name for entry in session.get_outputs()], session.run(None, fed), strict=True))
    except Exception:  # onnxruntime raises a dozen types of its own that have no base but this
        return None


def in_engine(case: Any, fed: dict[str, Any]) -> dict[str, Any] | str:
    """Return what the engine gives, or the sentence with which it refuses."""
    try:
        found: dict[str, Any] = Graph.from_parts(*read_model(case.model.SerializeToString(), "m.onnx")).run(fed)
    except UserError as error:
        return str(error)
    return found


def agrees(case: Any) -> None:
    for inputs, _ in case.data_sets:
        fed = {entry.name: value for entry, value in zip(case.model.graph.input, inputs, strict=False)}
        expected, found = in_onnxruntime(case, fed), in_engine(case, fed)
        if expected is None:
            continue
        if isinstance(found, str):
            assert any(reason in found for reason in REFUSED), found
            continue
        for name, value in expected.items():
            assert (found[name].dtype, found[name].shape) == (value.dtype, value.shape)
            real = value.dtype.kind == "f"
            largest = np.abs(value[np.isfinite(value)]).max(initial=1) if real else 1
            np.testing.assert_allclose(found[name], value, rtol=1e-4, atol=1e-5 * largest if real else 0)


@pytest.mark.parametrize("module", MODULES)
def test_as_the_runtime_computes_it_or_refused(module: str, subtests: pytest.Subtests) -> None:
    for case in cases(module):
        with subtests.test(case.name):
            agrees(case)


def test_there_are_cases() -> None:
    assert sum(len(cases(module)) for module in MODULES) >= LEAST
