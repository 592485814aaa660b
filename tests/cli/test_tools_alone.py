"""The tools run with what ``pip install '.[tools]'`` brings: no TensorFlow, no PyTorch, nothing of the site's."""

import re
import tomllib
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from resnet8doc.probes import probes
from resnet8doc.runtimes import RUNTIMES

from .alone import Alone, without

PROJECT = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def name_of(requirement: str) -> str:
    return re.sub(r"[-_.]+", "-", re.split(r"[=<>!~ \[;(]", requirement)[0]).lower()


def closure(requirements: list[str]) -> set[str]:
    """Return the distributions that requirements bring, one another's included; what an extra alone brings is not."""
    found: set[str] = set()
    todo = [name_of(requirement) for requirement in requirements]
    while todo:
        name = todo.pop()
        if name in found:
            continue
        try:
            needs = metadata.requires(name) or []
        except metadata.PackageNotFoundError:  # for another platform or Python
            continue
        found.add(name)
        todo += [name_of(need) for need in needs if "extra" not in need.partition(";")[2]]
    return found


@pytest.fixture(scope="module")
def missing() -> str:
    """Give the top-level modules that are installed here and that the tools' environment has not."""
    brought = closure([*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["tools"]])
    places = metadata.packages_distributions()
    names = {module for module, owners in places.items() if not {name_of(owner) for owner in owners} & brought}
    assert {"tensorflow", "keras", "torch", "matplotlib", "sphinx", "marimo", "doit", "markupsafe"} <= names
    assert not {"numpy", "onnx", "onnxruntime", "ai_edge_litert", "google"} & names
    return ",".join(sorted(names - {"resnet8doc"}))


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a network of a convolution on codes between two boundaries."""
    random = np.random.default_rng(0)
    tensors = {
        "s": np.float32(0.02), "z": np.int8(3), "w": random.integers(-128, 128, (4, 2, 3, 3)).astype(np.int8),
        "sw": np.float32(0.01), "zw": np.int8(0), "sy": np.float32(0.3), "zy": np.int8(-5),
    }  # fmt: skip
    nodes = [
        helper.make_node("QuantizeLinear", ["x", "s", "z"], ["q"], "quantize"),
        helper.make_node("QLinearConv", ["q", "s", "z", "w", "sw", "zw", "sy", "zy"], ["c"], "conv"),
        helper.make_node("DequantizeLinear", ["c", "sy", "zy"], ["y"], "dequantize"),
    ]
    graph = helper.make_graph(
        nodes, "small",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["batch", 2, 6, 6])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["batch", 4, 4, 4])],
        [numpy_helper.from_array(np.asarray(value), name) for name, value in tensors.items()],
    )  # fmt: skip
    path = tmp_path_factory.mktemp("model") / "small.onnx"
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8), path)
    return path


@pytest.fixture(scope="module")
def alone(missing: str) -> Iterator[Alone]:
    """Give what runs commands in a process that has the tools' environment alone."""
    with without(missing) as run:
        yield run


NAMED = ("extract", "draw", "prove", "spec")
BY_OPTION = ("vectors", "c", "prove-c")


@pytest.mark.parametrize("command", [*NAMED, *BY_OPTION])
def test_a_tool_needs_the_tools_alone(command: str, alone: Alone, model: Path, tmp_path: Path) -> None:
    said = alone(tmp_path, command, *([] if command in NAMED else ["--network"]), str(model))
    assert said.returncode == 0, said.stderr
    assert said.stdout


@pytest.mark.parametrize("command", [*NAMED, *BY_OPTION])
def test_so_on_a_tensorflow_lite_file(command: str, alone: Alone, networks: Path, tmp_path: Path) -> None:
    path = tmp_path / "kws.tflite"
    path.write_bytes((networks / "mlperf-kws_int8.tflite").read_bytes())
    said = alone(tmp_path, command, *([] if command in NAMED else ["--network"]), str(path))
    assert said.returncode == 0, said.stderr
    assert said.stdout
    assert ("In the arithmetic of TensorFlow Lite Micro" in said.stderr) == (command in BY_OPTION), "whose bytes"


def test_a_tensorflow_lite_file_is_extracted_without_onnxruntime(networks: Path, tmp_path: Path) -> None:
    """What a command does not need it does not load: half of the time that a short one takes is its imports."""
    (tmp_path / "kws.tflite").write_bytes((networks / "mlperf-kws_int8.tflite").read_bytes())
    with without("onnxruntime,tqdm,keras,tensorflow,torch") as alone:
        said = alone(tmp_path, "extract", "kws.tflite")
    assert said.returncode == 0, said.stderr
    assert (tmp_path / "kws_tflite_operations.json").is_file()


def test_check_finds_a_wrong_code(alone: Alone, model: Path, tmp_path: Path) -> None:
    np.savez(tmp_path / "mine.npz", conv=np.zeros((1, 4, 4, 4), np.int8))
    said = alone(tmp_path, "check", "mine.npz", "--network", str(model), "--layout", "NCHW")
    assert (said.returncode, "Traceback" in said.stderr) == (1, False), said.stderr
    assert "conv" in said.stdout


@pytest.mark.parametrize("kind", ["onnx", "tflite", "hex", "c"])
def test_probes(kind: str, alone: Alone, tmp_path: Path) -> None:
    said = alone(tmp_path, "probes", "--format", kind)
    assert said.returncode == 0, said.stderr
    assert f"{len(probes())} probes" in said.stdout


def test_identify(alone: Alone, tmp_path: Path) -> None:
    outputs = {probe.name: probe.output(RUNTIMES["tflite_micro"]) for probe in probes()}
    np.savez(tmp_path / "mine.npz", allow_pickle=False, **outputs)
    said = alone(tmp_path, "identify", "mine.npz")
    assert said.returncode == 0, said.stderr
    assert "Micro" in said.stdout


def test_what_needs_a_framework_says_so(alone: Alone, tmp_path: Path) -> None:
    said = alone(tmp_path, "convert")
    assert said.returncode == 1
    assert "error: the package " in said.stderr
    assert "pip install 'resnet8doc[frameworks]'" in said.stderr
    assert "Traceback" not in said.stderr


def test_two_kinds_of_model_are_not_proven_at_once(alone: Alone, model: Path, tmp_path: Path) -> None:
    said = alone(tmp_path, "prove", "a.tflite", str(model))
    assert said.returncode == 1
    assert (
        "error: .onnx, .tflite files together, or with --fused; expected files of one kind, without --fused."
        in said.stderr
    )
