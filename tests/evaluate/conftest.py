"""A tiny classifier in every format: average colour, one dense layer, softmax."""

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx
import pytest
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

Weights = tuple[NDArray[np.float32], NDArray[np.float32]]


@pytest.fixture(scope="session")
def weights() -> Weights:
    """Kernel ``[3, 10]`` and bias ``[10]``; so small that softmax does not saturate."""
    rng = np.random.default_rng(7)
    return (rng.normal(size=(3, 10)) / 40).astype(np.float32), rng.normal(size=10).astype(np.float32)


@pytest.fixture(scope="session")
def images() -> NDArray[np.uint8]:
    """Images of one random colour each, so that the average colour tells them apart."""
    rng = np.random.default_rng(8)
    colours = rng.integers(0, 256, (57, 1, 1, 3), np.uint8)
    return np.ascontiguousarray(np.broadcast_to(colours, (57, 32, 32, 3)))


@pytest.fixture(scope="session")
def expected(weights: Weights, images: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Compute the probabilities by numpy in float64."""
    logits = images.mean(axis=(1, 2)) @ weights[0].astype(np.float64) + weights[1]
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    result: NDArray[np.float64] = powers / powers.sum(axis=1, keepdims=True)
    return result


@pytest.fixture(scope="session")
def labels(expected: NDArray[np.float64]) -> NDArray[np.uint8]:
    """Give the right answer for most images, the class before it for every fifth."""
    right: NDArray[np.uint8] = expected.argmax(axis=1).astype(np.uint8)
    right[::5] = (right[::5] + 9) % 10
    return right


def _write_onnx(path: Path, weights: Weights, shape: tuple[int | str, ...] = ("batch", 32, 32, 3)) -> Path:
    """Write the classifier as ONNX, for images of a given shape."""
    kernel, bias = weights
    nodes = [
        helper.make_node("ReduceMean", ["input", "axes"], ["colour"], keepdims=0),
        helper.make_node("Gemm", ["colour", "kernel", "bias"], ["logits"]),
        helper.make_node("Softmax", ["logits"], ["softmax"], axis=1),
    ]
    constants = {"axes": np.array([1, 2]), "kernel": kernel, "bias": bias}
    graph = helper.make_graph(
        nodes,
        "tiny",
        [helper.make_tensor_value_info("input", TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info("softmax", TensorProto.FLOAT, (shape[0], kernel.shape[1]))],
        [numpy_helper.from_array(value, name) for name, value in constants.items()],
    )
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=10), path)
    return path


def _write_torchscript(path: Path, weights: Weights, classes: int = 10, engine: str | None = None) -> Path:
    """Write the classifier as TorchScript."""
    import torch

    class Tiny(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.kernel, self.bias = torch.from_numpy(weights[0][:, :classes]), torch.from_numpy(weights[1][:classes])

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return torch.softmax(x.mean((1, 2)) @ self.kernel + self.bias, 1)

    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=".*torch.jit", category=FutureWarning)  # what the runner reads
        traced = torch.jit.trace(Tiny().eval(), torch.zeros(2, 32, 32, len(weights[0])))
        torch.jit.save(traced, path, _extra_files={"quantized_engine": engine} if engine else {})
    return path


def _write_keras(path: Path, weights: Weights, size: int = 32) -> Path:
    """Write the classifier as a Keras model for square images of a given size."""
    from resnet8doc._tensorflow import keras

    model = keras.Sequential(
        [keras.Input((size, size, 3)), keras.layers.GlobalAveragePooling2D(), keras.layers.Dense(10, "softmax")]
    )
    model.set_weights(list(weights))
    with warnings.catch_warnings():
        warnings.filterwarnings(
            "ignore", message="__array__", category=DeprecationWarning
        )  # Keras with NumPy 2, not us
        model.save(path)
    return path


def _write_tflite(path: Path, weights: Weights, size: int = 32, int8: bool = False) -> Path:
    """Write the classifier in TensorFlow Lite; with int8, quantized throughout, its interface too."""
    from resnet8doc._tensorflow import keras, tf

    model = keras.Sequential(
        [keras.Input((size, size, 3)), keras.layers.GlobalAveragePooling2D(), keras.layers.Dense(10, "softmax")]
    )
    model.set_weights(list(weights))
    converter = tf.lite.TFLiteConverter.from_keras_model(model)
    if int8:
        colours = np.random.default_rng(9).integers(0, 256, (100, 1, 1, 1, 3)) + np.zeros((1, 1, size, size, 1))
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
        converter.representative_dataset = lambda: ([image.astype(np.float32)] for image in colours)
        converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
        converter.inference_input_type = converter.inference_output_type = tf.int8
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Statistics for quantized inputs", category=UserWarning)
        path.write_bytes(converter.convert())
    return path


@dataclass(frozen=True)
class Writers:
    """Write other classifiers: path, weights and what makes them different."""

    onnx: Callable[..., Path] = _write_onnx
    torchscript: Callable[..., Path] = _write_torchscript
    keras: Callable[..., Path] = _write_keras
    tflite: Callable[..., Path] = _write_tflite


@pytest.fixture(scope="session")
def write() -> Writers:
    """Give the writers of small models."""
    return Writers()


class Models(dict[str, Path]):
    """The classifier in each format by its suffix, written when it is first asked for: each costs a framework."""

    def __init__(self, folder: Path, weights: Weights) -> None:
        super().__init__()
        self.folder, self.weights = folder, weights

    def __missing__(self, suffix: str) -> Path:
        writers: dict[str, Callable[..., Path]] = {
            ".onnx": _write_onnx,
            ".pt": _write_torchscript,
            ".keras": _write_keras,
            ".tflite": _write_tflite,
        }
        self[suffix] = writers[suffix](self.folder / f"tiny{suffix}", self.weights)
        return self[suffix]


@pytest.fixture(scope="session")
def models(tmp_path_factory: pytest.TempPathFactory, weights: Weights) -> dict[str, Path]:
    """Give the classifier in each format, by its suffix."""
    return Models(tmp_path_factory.mktemp("models"), weights)
