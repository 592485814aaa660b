"""The engine equals TensorFlow Lite's kernel sets, and the proof finds it where it does not."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from resnet8doc import dataset
from resnet8doc.cli import app
from resnet8doc.errors import UserError
from resnet8doc.files import read_json
from resnet8doc.oracles import KERNELS, Spec, TfliteNetwork, operator_file
from resnet8doc.oracles._tflite import NotKeptError
from resnet8doc.proof import (
    TFLITE_GENERATORS,
    UINT8_GENERATORS,
    EngineFaultError,
    compare_tflite_operators,
    failure_tflite,
    prove_tflite,
)  # fmt: skip
from resnet8doc.proof import _tflite as module
from resnet8doc.proof._tflite_operators import operators_of
from resnet8doc.runtimes import RUNTIMES

Artifact = Callable[[str], Path]
NETWORKS = {"mlperf-ad01_int8": (640,), "mlperf-kws_int8": (49, 10, 1), "tflm-hello_world_int8": (1,),
            "tflm-micro_speech": (1960,)}  # fmt: skip


@pytest.mark.parametrize("kernels", KERNELS)
@pytest.mark.parametrize("name", NETWORKS)
def test_networks_that_others_made(name: str, kernels: str, networks: Path) -> None:
    inputs = np.random.default_rng(0).integers(-128, 128, (4, *NETWORKS[name])).astype(np.int8)
    found = prove_tflite(networks / f"{name}.tflite", inputs, kernels, batch=2, progress=False)
    assert found["totals"]["values"] > 0
    assert (found["totals"]["local_mismatches"], found["totals"]["end_to_end_mismatches"]) == (0, 0)
    assert failure_tflite(found) is None


@pytest.mark.parametrize("kernels", KERNELS)
def test_single_operators(kernels: str) -> None:
    found = compare_tflite_operators(3000, kernels=(kernels,), seed=7, progress=False)
    assert {row["operator"] for row in found["rows"]} == set(operators_of(kernels))
    assert {name for each in KERNELS for name in operators_of(each)} == {*TFLITE_GENERATORS, *UINT8_GENERATORS}
    assert [row for row in found["rows"] if row["mismatches"]] == []
    assert all(row["values"] >= 3000 for row in found["rows"])


@pytest.mark.parametrize(
    ("kernels", "others", "name"),
    [("tflite_reference", "tflite_builtin", "mlperf-ad01_int8"), ("tflite_builtin", "xnnpack", "mlperf-kws_int8")],
)
def test_another_arithmetic_is_found_out(
    kernels: str, others: str, name: str, networks: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A proof that could not fail would prove nothing: the engine computes as another kernel set does."""
    monkeypatch.setattr(module, "RUNTIMES", {**RUNTIMES, kernels: RUNTIMES[others]})
    inputs = np.random.default_rng(0).integers(-128, 128, (20, *NETWORKS[name])).astype(np.int8)
    found = prove_tflite(networks / f"{name}.tflite", inputs, kernels, batch=10, progress=False)
    assert found["totals"]["local_mismatches"] > 0
    said = failure_tflite({**found, "proven": True})
    assert said is not None
    assert "First: node " in said
    assert found["first_mismatch"]["trace"]["steps"][-1]["value"] == found["first_mismatch"]["engine"]


@pytest.fixture
def relu(tmp_path: Path) -> Path:
    """Give a file of one operator."""
    path, shape = tmp_path / "relu.tflite", Spec((1, 4), scale=np.float32(0.5), zero_point=3)
    path.write_bytes(operator_file("RELU", [shape], shape))
    return path


def test_a_fault_of_the_engine_is_no_file_that_a_kernel_set_cannot_run(
    relu: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By command too: one kernel set that cannot run a file is left out, a result of another shape is not."""
    run = TfliteNetwork.run

    def other(self: TfliteNetwork, *feeds: np.ndarray) -> dict[str, np.ndarray]:
        return {name: values[..., None] for name, values in run(self, *feeds).items()}

    monkeypatch.setattr(TfliteNetwork, "run", other)
    with pytest.raises(EngineFaultError, match="This is a fault of the engine"):
        prove_tflite(relu, np.zeros((1, 4), np.int8), "tflite_micro", progress=False)
    found = CliRunner().invoke(app, ["prove", str(relu)])
    assert isinstance(found.exception, EngineFaultError)


def test_a_tensor_that_is_read_and_not_kept_is_an_error(relu: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    network = TfliteNetwork(relu, "tflite_micro")

    def lost(index: int) -> np.ndarray:
        raise NotKeptError(f"tensor {index} was not computed", "a tensor that an operator reads", "Compare the others.")

    monkeypatch.setattr(network._runtime, "tensor", lost)
    with pytest.raises(UserError, match="was not computed"):
        network.run(np.zeros((1, 4), np.int8))


@pytest.mark.slow
@pytest.mark.parametrize("kernels", KERNELS)
def test_our_own_network(kernels: str, artifact: Artifact) -> None:
    pixels = dataset.preprocess(dataset.load("test").images[:10])
    found = prove_tflite(artifact("models/resnet8_int8.tflite"), pixels, kernels, batch=5, progress=False)
    assert found["totals"]["nodes"] == 19, "every operator of the file, and the image brought to channels first"
    assert (found["totals"]["local_mismatches"], found["totals"]["end_to_end_mismatches"]) == (0, 0)


@pytest.mark.slow
@pytest.mark.parametrize("kernels", KERNELS)
def test_what_the_build_proved(kernels: str, artifact: Artifact) -> None:
    network = read_json(artifact(f"results/proof/resnet8_int8_{kernels}.json"))
    assert network["inputs"] == 1000
    assert network["totals"]["values"] > 100_000_000
    assert network["totals"]["local_mismatches"] == network["totals"]["end_to_end_mismatches"] == 0
    singles = read_json(artifact(f"results/operators_{kernels}.json"))
    for row in singles["rows"]:
        assert row["values"] >= (100_000 if row["operator"] in UINT8_GENERATORS else 1_000_000), row
        assert row["mismatches"] == 0, row
