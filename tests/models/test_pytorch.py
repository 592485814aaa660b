"""The PyTorch model: made by onnx2torch, kept as TorchScript that needs nothing but torch."""

import re
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
import torch
from numpy.typing import NDArray

from resnet8doc import models
from resnet8doc.architecture import LAYERS
from resnet8doc.errors import UserError
from resnet8doc.models import compare_predictions, log_summary

pytestmark = pytest.mark.slow  # torch, and the conversion it starts from


@pytest.mark.criterion("3.1")
def test_onnx2torch_loads_the_onnx_file(converted: Path) -> None:
    module = models.load_onnx2torch(converted / "models" / "resnet8.onnx")
    assert isinstance(module, torch.fx.GraphModule)
    called = [str(node.target) for node in module.graph.nodes if node.op == "call_module"]
    layers = [layer.name for layer in LAYERS.values() if layer.kind != "batch_normalization"]
    assert called == ["input_nchw", *layers]
    assert isinstance(module.get_submodule("dense"), torch.nn.Linear)
    assert sum(item.numel() for item in module.parameters()) == 77706


@pytest.mark.criterion("3.2")
@pytest.mark.criterion("3.3")
def test_shapes_are_those_of_onnx(converted: Path, images: NDArray[np.float32]) -> None:
    session = onnxruntime.InferenceSession(converted / "models" / "resnet8.onnx")
    module = models.load_torchscript(converted / "models" / "resnet8.pt")
    assert session.get_inputs()[0].shape == ["batch", 32, 32, 3]
    for count in (1, 20):
        with torch.inference_mode():
            ours = module(torch.from_numpy(images[:count])).numpy()
        theirs = session.run(None, {"input": images[:count]})[0]
        assert ours.shape == theirs.shape == (count, 10)
        assert ours.dtype == theirs.dtype == np.float32
        assert compare_predictions(theirs, ours)["max_abs_difference"] < 1e-4
    with pytest.raises(RuntimeError), torch.inference_mode():
        module(torch.zeros(1, 3, 32, 32))  # channels first is not what either takes


@pytest.mark.criterion("3.4")
def test_the_log_shows_onnx2torch(
    artifact: Callable[[str], Path], record_property: Callable[[str, object], None]
) -> None:
    path = artifact("logs/onnx_to_pytorch.log")
    lines = path.read_text(encoding="utf-8").splitlines()
    assert "onnx2torch 1.5.15" in lines[0]
    assert "INFO onnx2torch: stem_conv became Conv2d" in lines
    found = log_summary(path)
    assert found["errors"] == []
    assert all("torch.jit" in item["message"] for item in found["warnings"])  # its deprecation, and nothing else
    record_property("evidence", f"{len(lines)} lines, no error; {found['versions']}")


FRESH = """
import sys, numpy, torch
names = ("resnet8doc", "onnx2torch", "onnx")
for name in names:
    sys.modules[name] = None  # importing them now fails
model, images, answers = sys.argv[1:]
numpy.save(answers, torch.jit.load(model)(torch.from_numpy(numpy.load(images))).detach().numpy())
for name in names:
    del sys.modules[name]
from resnet8doc._tensorflow import tf
import torch._dynamo
"""


@pytest.fixture(scope="module")
def fresh(
    converted: Path, images: NDArray[np.float32], tmp_path_factory: pytest.TempPathFactory
) -> tuple[subprocess.CompletedProcess[str], Path]:
    """Give how a new process ended and the file of its answers: one for two tests, as torch's import takes seconds."""
    folder = tmp_path_factory.mktemp("fresh")
    np.save(folder / "images.npy", images)
    paths = converted / "models" / "resnet8.pt", folder / "images.npy", folder / "answers.npy"
    command = [sys.executable, "-c", FRESH, *map(str, paths)]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder), paths[-1]


def test_the_file_runs_in_a_process_without_this_package_or_onnx2torch(
    fresh: tuple[subprocess.CompletedProcess[str], Path], converted: Path, images: NDArray[np.float32]
) -> None:
    process, answers = fresh
    assert answers.exists(), process.stderr
    with torch.inference_mode():
        ours = models.load_torchscript(converted / "models" / "resnet8.pt")(torch.from_numpy(images)).numpy()
    np.testing.assert_array_equal(np.load(answers), ours)


def test_tensorflow_and_torchs_compiler_live_in_one_process(
    fresh: tuple[subprocess.CompletedProcess[str], Path],
) -> None:
    """Loaded in the other order TensorFlow 2.21.0 and Triton crash; `_tensorflow` is what keeps them apart."""
    process, _ = fresh
    assert process.returncode == 0, process.stderr


def test_the_same_onnx_file_gives_the_same_content(converted: Path, tmp_path: Path) -> None:
    models.to_pytorch(converted / "models" / "resnet8.onnx", tmp_path / "other_name.pt", tmp_path / "x.log")
    content = _content(tmp_path / "other_name.pt")
    assert len(content) > 10
    assert content == _content(converted / "models" / "resnet8.pt")


def _content(path: Path) -> dict[str, bytes]:
    """Read a TorchScript archive, without the number that torch gives a class that it traced before in this process."""
    with zipfile.ZipFile(path) as archive:
        return {
            re.sub(r"___torch_mangle_\d+", "", name): re.sub(rb"\.___torch_mangle_\d+", b"", archive.read(name))
            for name in archive.namelist()
            if name.endswith(".py") or "/constants/" in name
        }


def test_what_is_not_torchscript_is_a_users_error(tmp_path: Path) -> None:
    path = tmp_path / "resnet8.pt"
    torch.save({"weights": torch.zeros(3)}, path)
    with pytest.raises(UserError, match=r"resnet8\.pt is not TorchScript \("):
        models.load_torchscript(path)
    path.write_bytes(b"not a model")
    with pytest.raises(UserError, match=r"resnet8\.pt is not TorchScript \("):
        models.load_torchscript(path)
    with pytest.raises(UserError, match=r"none\.pt does not exist"):
        models.load_torchscript(tmp_path / "none.pt")


def test_an_onnx_file_of_another_network_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "resnet8.onnx"
    path.write_bytes(b"not a model")
    with pytest.raises(UserError, match=r"resnet8\.onnx is not a valid ONNX model"):
        models.to_pytorch(path, tmp_path / "resnet8.pt", tmp_path / "x.log")
    assert not (tmp_path / "resnet8.pt").exists()
