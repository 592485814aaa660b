"""The onnx package's own node tests of quantization: equal, or refused by the name of what is missing."""

import importlib
import warnings
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from onnx import TensorProto, numpy_helper

from resnet8doc.errors import UserError
from resnet8doc.graph import Graph
from resnet8doc.reading import read_model

Array = npt.NDArray[Any]

MODULES = (
    "quantizelinear", "dequantizelinear", "dynamicquantizelinear", "qlinearconv", "qlinearmatmul", "matmulinteger",
    "convinteger",
)  # fmt: skip
IN_BYTES = {"int4": np.int8, "int2": np.int8, "uint4": np.uint8, "uint2": np.uint8}
MISSING = ("float8", "float4", "float16")
"""What is refused: codes that are no integers, and QLinearMatMul with scales of 16 bits, which ONNX Runtime has not."""


def cases() -> list[Any]:
    """Return the cases, which each module registers where it is imported."""
    node = importlib.import_module("onnx.backend.test.case.node")
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")  # some overflow on purpose
        for module in MODULES:
            importlib.import_module(f"onnx.backend.test.case.node.{module}")
    starts = tuple(f"test_{name}" for name in (*MODULES, "basic_convinteger"))
    return [case for case in node._NodeTestCases if case.name.startswith(starts)]


CASES = cases()
LEAST = 30


def array(value: Any) -> Array:
    """Return an array; of 4 or 2 bits in bytes, which is how the engine holds and gives them."""
    found = numpy_helper.to_array(value) if isinstance(value, TensorProto) else np.asarray(value)
    return found.astype(IN_BYTES.get(str(found.dtype), found.dtype))


def outcome(case: Any) -> str:
    """Run a case; return the sentence with which it is refused, empty where it is equal."""
    try:
        operations, tensors = read_model(case.model.SerializeToString(), f"{case.name}.onnx")
        graph = Graph.from_parts(operations, tensors)
        for inputs, outputs in case.data_sets:
            fed = {entry.name: array(value) for entry, value in zip(case.model.graph.input, inputs, strict=True)}
            made = graph.run(fed)
            for entry, value in zip(case.model.graph.output, outputs, strict=True):
                right = array(value)
                assert made[entry.name].dtype == right.dtype
                np.testing.assert_array_equal(made[entry.name], right)
    except UserError as error:
        return str(error)
    return ""


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_equal_or_refused_by_name(case: Any) -> None:
    refused = any(kind in case.name for kind in ("e4m3", "e5m2", "float4")) or (
        case.name.startswith("test_qlinearmatmul") and "float16" in case.name
    )
    said = outcome(case)
    assert bool(said) == refused, said
    assert not said or any(kind in said for kind in MISSING), said


def test_so_many_are_equal() -> None:
    assert sum(not outcome(case) for case in CASES) >= LEAST


@pytest.mark.parametrize(("kind", "wrong"), [("uint4", 16), ("int4", 8), ("uint2", 4), ("int2", -3)])
def test_a_code_that_does_not_fit_is_refused(kind: str, wrong: int) -> None:
    case = next(case for case in CASES if case.name == f"test_dequantizelinear_{kind}")
    operations, tensors = read_model(case.model.SerializeToString(), "m.onnx")
    graph = Graph.from_parts(operations, tensors)
    inputs, _ = case.data_sets[0]
    fed = {entry.name: array(value) for entry, value in zip(case.model.graph.input, inputs, strict=True)}
    assert graph.run(dict(fed))
    fed["x"].reshape(-1)[0] = wrong
    with pytest.raises(UserError, match=rf"x is .*; expected {kind} in u?int8: "):
        graph.run(fed)
