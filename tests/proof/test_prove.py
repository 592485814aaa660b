"""The proof counts what is there, finds what is wrong, and shows the first of it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from resnet8doc.extract import How
from resnet8doc.faults import Rounded
from resnet8doc.files import read_json
from resnet8doc.proof import GENERATORS, compare_fusion, compare_operators, failure, machine, prove
from resnet8doc.runtimes import ONNXRUNTIME_X86

QOPERATOR = [
    "resnet8_int8_qoperator", "resnet8_int8_per_tensor_qoperator", "resnet8_uint8_qoperator", "resnet8_u8s8_qoperator",
]  # fmt: skip
Artifact = Callable[[str], Path]


@pytest.fixture(scope="module")
def images() -> np.ndarray[Any, Any]:
    """Noise reaches more codes than photographs do."""
    return np.random.default_rng(0).integers(0, 256, (40, 32, 32, 3)).astype(np.uint8)


def proven_here() -> None:
    if not machine().proven:
        pytest.skip(f"{machine().name} is not among the processors on which equality was proven")


@pytest.mark.slow
@pytest.mark.parametrize("name", QOPERATOR)
def test_every_tensor_of_every_node_equals_onnxruntimes(
    name: str, artifact: Artifact, images: np.ndarray[Any, Any]
) -> None:
    proven_here()
    result = prove(artifact(f"models/{name}.onnx"), images, chunk=16, progress=False)
    assert failure(result) is None
    assert result["totals"]["local_mismatches"] == result["totals"]["end_to_end_mismatches"] == 0
    assert result["totals"]["nodes"] == len(result["nodes"]) == 20
    assert result["totals"]["values"] == sum(row["values"] for row in result["nodes"]) == 40 * 121_000
    assert all(row["mismatches"] == 0 for row in result["outputs"].values())


@pytest.mark.slow
@pytest.mark.parametrize("name", ["resnet8_int8", "resnet8_uint8", "resnet8_int4"])
@pytest.mark.parametrize("fused", [None, "default", "integers"])
def test_qdq_node_by_node(name: str, fused: How | None, artifact: Artifact, images: np.ndarray[Any, Any]) -> None:
    """Real convolutions are summed in another order; all that is held to equality is equal."""
    proven_here()
    result = prove(artifact(f"models/{name}.onnx"), images, fused=fused, progress=False)
    assert failure(result) is None
    assert result["totals"]["local_mismatches"] == 0
    real = [row for row in result["nodes"] if not row["held"]]
    assert all(row["op_type"] in ("Conv", "MatMul", "GlobalAveragePool", "Softmax") for row in real)
    if fused:
        assert result["as_run"] == {"values": 400, "mismatches": 0, "decisions_changed": 0}
        assert {row["tensor"] for row in result["real"]} >= {row["tensor"] for row in real}
    if (fused == "integers" and name == "resnet8_int8") or (fused and name == "resnet8_uint8"):
        assert not real
        assert [row["tensor"] for row in result["real"]] == ["input", "softmax"]
        assert result["totals"]["end_to_end_mismatches"] == 0
        assert all(row["mismatches"] == 0 for row in result["outputs"].values()), "the plain session's outputs too"


@pytest.mark.slow
def test_a_strangers_network_as_its_session_runs_it(networks: Path) -> None:
    """MobileNetV2 of ONNX's model zoo: depthwise convolutions, images with their channels last."""
    proven_here()
    image = np.random.default_rng(1).normal(0, 1, (1, 3, 224, 224)).astype(np.float32)
    result = prove(networks / "zoo-mobilenetv2-12-int8.onnx", image, fused="default", progress=False)
    assert failure(result) is None
    assert {"QLinearConv", "QLinearAdd"} <= {row["op_type"] for row in result["nodes"]}
    assert result["totals"]["values"] > 7_000_000
    assert result["totals"]["local_mismatches"] == result["totals"]["end_to_end_mismatches"] == 0
    assert result["as_run"]["mismatches"] == 0


@pytest.mark.slow
def test_a_wrong_engine_is_found_and_its_first_mismatch_shown(artifact: Artifact, images: np.ndarray[Any, Any]) -> None:
    path = artifact("models/resnet8_int8_qoperator.onnx")
    result = prove(path, images[:4], runtime=ONNXRUNTIME_X86.with_fault(Rounded("floor")), progress=False)
    assert result["totals"]["local_mismatches"] > 0
    first = result["first_mismatch"]
    assert (first["node"], first["image"]) == ("stem_conv", 0)
    assert first["trace"]["steps"][-1]["value"] == first["engine"] != first["onnxruntime"]
    assert len(first["trace"]["terms"]) == 27
    if machine().proven:
        said = failure(result)
        assert said is not None
        assert "First: node stem_conv (QLinearConv), image 0, index [0, " in said
        assert "rounded: round(" in said


@pytest.mark.slow
def test_a_fault_in_one_node_is_local_to_it(artifact: Artifact, images: np.ndarray[Any, Any]) -> None:
    """Local counts tell which node is wrong; end-to-end counts, what comes of it."""
    from resnet8doc.extract import load
    from resnet8doc.proof._probe import Probe
    from resnet8doc.proof._prove import _chunk
    from resnet8doc.proof._tally import Tally

    path = artifact("models/resnet8_int8_qoperator.onnx")
    zero = load(path).quantization("stack1_conv1_quantized")
    assert zero is not None
    graph = load(path).with_input("stack1_conv2", "x_zero_point", np.asarray(zero.zero_point + np.int8(1)))
    probe = Probe(path)
    tallies = {node.name: Tally(node) for node in graph.nodes}
    _chunk(graph, probe.run(images[:4]), set(probe.types), tallies, 0)
    assert {name for name, tally in tallies.items() if tally.local} == {"stack1_conv2"}
    assert tallies["stack1_add"].end_to_end > 0
    assert tallies["stack1_conv1"].end_to_end == 0


@pytest.mark.slow
def test_what_fusion_changes(artifact: Artifact, images: np.ndarray[Any, Any]) -> None:
    result = compare_fusion(artifact("models/resnet8_uint8.onnx"), images, chunk=20, progress=False)
    assert "QLinearConv" in result["fused"]
    assert "QLinearConv" not in result["unfused"]
    rows = {row["tensor"]: row for row in result["tensors"]}
    assert len(rows) > 10
    assert rows["input_nchw_QuantizeLinear_Output"]["mismatches"] == 0
    assert all(row["values"] > 0 for row in rows.values())
    assert result["outputs"]["values"] == 400


def test_single_operators_in_one_table() -> None:
    proven_here()
    result = compare_operators(5, seed=1, progress=False)
    assert all(row["engine"] == 0 for row in result["operators"].values())
    assert all(row["cases"] == 5 and row["values"] > 0 for row in result["operators"].values())
    assert result["operators"]["QGemm"]["onnx_reference"] is None


@pytest.mark.slow
def test_single_operators_of_the_build_are_equal(artifact: Artifact) -> None:
    """The table on the proof page: every operator that has a generator, and not one mismatch of the engine."""
    proven_here()
    found = read_json(artifact("results/operators.json"))
    assert set(found["operators"]) == set(GENERATORS)
    assert {row["engine"] for row in found["operators"].values()} == {0}
    assert min(row["cases"] for row in found["operators"].values()) >= 300
    assert found["operators"]["QLinearAdd"]["documented"] > 0  # the departures that the page shows are there
    assert found["operators"]["QLinearConv"]["onnx_reference"] > 0


def test_a_result_is_json_and_fails_only_where_equality_was_proven() -> None:
    row = {"held": True}
    result: dict[str, Any] = {
        "model": "m", "proven": True, "machine": "x", "nodes": [row], "first_mismatch": None,
        "totals": {"values": 10, "local_mismatches": 0, "end_to_end_mismatches": 3},
    }  # fmt: skip
    assert failure(result) == "m: 0 of 10 values differ node by node, 3 end to end, on x."
    assert failure({**result, "proven": False}) is None
    assert failure({**result, "nodes": [row, {"held": False}]}) is None
    equal = {**result, "totals": {**result["totals"], "end_to_end_mismatches": 0}}
    assert failure(equal) is None
    other = {**equal, "as_run": {"values": 10, "mismatches": 2}}
    assert failure(other) == (
        "m: the graph that ONNX Runtime wrote and the one that a plain session runs differ in 2 of 10 outputs, on x."
    )
    assert failure({**other, "proven": False}) is None
