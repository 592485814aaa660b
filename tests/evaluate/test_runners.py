"""Real runtimes on small real models."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import pytest
from numpy.typing import NDArray

from resnet8doc.errors import UserError
from resnet8doc.evaluate import evaluate, open_model

Weights = tuple[NDArray[np.float32], NDArray[np.float32]]

SUFFIXES = (".keras", ".onnx", ".pt", ".tflite")
BACKENDS = {".keras": "keras", ".onnx": "onnxruntime", ".pt": "pytorch", ".tflite": "tflite"}


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_backend_follows_from_the_file_and_computes_the_model(
    suffix: str, models: dict[str, Path], images: NDArray[np.uint8], expected: NDArray[np.float64]
) -> None:
    runner = open_model(models[suffix])
    found = runner.run(images.astype(np.float32))
    assert runner.backend == BACKENDS[suffix]
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_result_does_not_depend_on_the_batch_size(
    suffix: str, models: dict[str, Path], images: NDArray[np.uint8], labels: NDArray[np.uint8]
) -> None:
    whole = evaluate(models[suffix], images, labels, batch_size=57, progress=False)
    parts = evaluate(models[suffix], images, labels, batch_size=10, progress=False)
    np.testing.assert_allclose(whole.probabilities, parts.probabilities, rtol=1e-5, atol=1e-7)
    assert whole.confusion.tolist() == parts.confusion.tolist()


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_corrupt_file_is_a_users_error(suffix: str, models: dict[str, Path], tmp_path: Path) -> None:
    whole = models[suffix].read_bytes()
    for name, content in (("empty", b""), ("noise", b"not a model"), ("cut", whole[: len(whole) // 2])):
        path = tmp_path / f"{name}{suffix}"
        path.write_bytes(content)
        with pytest.raises(UserError, match=rf"{name}{suffix} cannot be loaded \(.+\); expected a whole .+ build it"):
            open_model(path)


def test_unknown_suffix_names_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"model\.tar ends in \.tar; expected \.keras, \.onnx, \.pt or \.tflite\."):
        open_model(tmp_path / "model.tar")
    with pytest.raises(UserError, match="ends in no suffix"):
        open_model(tmp_path / "model")


def test_missing_file_says_what_makes_it(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"none\.onnx does not exist; expected a model's file\. Make it first"):
        open_model(tmp_path / "none.onnx")


def test_onnx_of_another_shape(tmp_path: Path, weights: Weights, write: Any) -> None:
    shapes: dict[str, tuple[int | str, ...]] = {"small": ("batch", 28, 28, 3), "fixed": (1, 32, 32, 3)}
    for name, shape in shapes.items():
        path = write.onnx(tmp_path / f"{name}.onnx", weights, shape)
        with pytest.raises(UserError, match=rf"{name}\.onnx has input .*expected float32 \(batch, 32, 32, 3\)"):
            open_model(path)
    nine = write.onnx(tmp_path / "nine.onnx", (weights[0][:, :9], weights[1][:9]))
    with pytest.raises(UserError, match=r"nine\.onnx has output .*expected float32 \(batch, 10\)"):
        open_model(nine)


def test_keras_of_another_shape(tmp_path: Path, weights: Weights, write: Any) -> None:
    with pytest.raises(UserError, match=r"has input \(None, 28, 28, 3\); expected float32 \(batch, 32, 32, 3\)"):
        open_model(write.keras(tmp_path / "small.keras", weights, size=28))


def test_tflite_of_another_shape(tmp_path: Path, weights: Weights, write: Any) -> None:
    with pytest.raises(
        UserError, match=r"has input .*float32 \[-1, 28, 28, 3\].*expected float32 \(batch, 32, 32, 3\)"
    ):
        open_model(write.tflite(tmp_path / "small.tflite", weights, size=28))


def test_tflite_with_an_interface_of_codes(
    tmp_path: Path, weights: Weights, write: Any, images: NDArray[np.uint8], expected: NDArray[np.float64]
) -> None:
    found = open_model(write.tflite(tmp_path / "codes.tflite", weights, int8=True)).run(images.astype(np.float32))
    assert found.dtype == np.float32
    assert np.unique(found * 256 % 1).tolist() == [0], "probabilities are codes of scale 1/256"
    np.testing.assert_allclose(found, expected, atol=0.05)


def test_torchscript_of_another_shape(tmp_path: Path, weights: Weights, write: Any) -> None:
    with pytest.raises(UserError, match=r"has output float32 \(1, 9\); expected float32 \(batch, 10\)"):
        open_model(write.torchscript(tmp_path / "nine.pt", weights, classes=9))
    with pytest.raises(UserError, match=r"has an input that refuses \(1, 32, 32, 3\)"):
        open_model(write.torchscript(tmp_path / "four.pt", (np.zeros((4, 10), np.float32), weights[1])))


def test_quantized_engine_of_the_archive_is_current_only_while_the_model_runs(
    tmp_path: Path, weights: Weights, write: Any
) -> None:
    import torch

    before = torch.backends.quantized.engine
    other = next(name for name in torch.backends.quantized.supported_engines if name not in ("none", before))
    runner = open_model(write.torchscript(tmp_path / "tiny.pt", weights, engine=other))
    assert runner.options["quantized_engine"] == other
    assert torch.backends.quantized.engine == before
    with pytest.raises(UserError, match=r"quantized for abacus; expected one of the engines of this processor: .+"):
        open_model(write.torchscript(tmp_path / "abacus.pt", weights, engine="abacus"))


def test_onnxruntime_gives_the_same_whatever_the_number_of_threads(
    models: dict[str, Path], images: NDArray[np.uint8]
) -> None:
    pixels = images.astype(np.float32)
    answers = [open_model(models[".onnx"]).run(pixels)]
    for threads in (1, 2, 3):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        session = onnxruntime.InferenceSession(models[".onnx"], options, providers=["CPUExecutionProvider"])
        answers.append(session.run(None, {"input": pixels})[0])
    assert all(answer.tobytes() == answers[0].tobytes() for answer in answers)


def test_importing_the_evaluator_imports_no_framework() -> None:
    frameworks = "{'ai_edge_litert', 'tensorflow', 'keras', 'torch', 'onnx', 'onnxruntime', 'cpuinfo'}"
    code = f"import sys, resnet8doc.evaluate;print(sorted({frameworks} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"
