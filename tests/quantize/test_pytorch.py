import subprocess
import sys
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from resnet8doc import models
from resnet8doc.architecture import LAYERS
from resnet8doc.dataset import preprocess
from resnet8doc.errors import UserError
from resnet8doc.quantize import VARIANTS, of_runtime, pytorch
from resnet8doc.quantize._engine import current_engine
from resnet8doc.quantize._fx_warnings import EXPECTED, pass_on_unknown, reason

Quantize = Callable[[str], tuple[Path, dict[str, Any]]]
PRODUCTS = [layer.name for layer in LAYERS.values() if layer.kind in ("conv", "dense")]
FILES = [
    pytest.param(
        variant.file,
        marks=pytest.mark.skipif(
            variant.engine not in pytorch.supported_engines(), reason=f"this PyTorch has no engine {variant.engine}"
        ),
    )
    for variant in of_runtime("pytorch")
]


def run(path: Path, images: NDArray[np.uint8]) -> NDArray[np.float32]:
    with current_engine(VARIANTS[path.name].engine), torch.inference_mode():
        result: NDArray[np.float32] = pytorch.load(path)(torch.from_numpy(preprocess(images))).numpy()
    return result


@pytest.mark.criterion("7.1")
@pytest.mark.criterion("7.2")
@pytest.mark.parametrize("file", FILES)
def test_every_convolution_and_linear_holds_qint8(quantized: Quantize, file: str) -> None:
    path, report = quantized(file)
    for layers in (pytorch.assert_int8(pytorch.load(path)), report["layers"]):
        assert sorted(layer["name"] for layer in layers) == sorted(PRODUCTS)
        for layer in layers:
            assert layer["weight_type"] == "int8"
            assert layer["zero_point"] == [0, 0]
            assert layer["per_channel"] == VARIANTS[file].per_channel
    assert (report["weights"], report["activations"]) == ("int8", "uint8")
    assert report["bytes"] == path.stat().st_size < report["float_bytes"] / 2


@pytest.mark.parametrize("file", FILES)
def test_takes_any_batch_and_gives_probabilities(quantized: Quantize, images: NDArray[np.uint8], file: str) -> None:
    for count in (1, len(images)):
        result = run(quantized(file)[0], images[:count])
        assert result.shape == (count, 10)
        assert result.dtype == np.float32
        np.testing.assert_allclose(result.sum(axis=1), 1, atol=1e-5)


@pytest.mark.parametrize("file", FILES)
def test_is_near_the_float_model(quantized: Quantize, float_model: Path, images: NDArray[np.uint8], file: str) -> None:
    with torch.inference_mode():
        expected = models.load_onnx2torch(float_model)(torch.from_numpy(preprocess(images))).numpy()
    spread = np.log(expected).std()
    assert np.abs(np.log(run(quantized(file)[0], images)) - np.log(expected)).mean() < 0.25 * spread


ALONE = """
import sys, numpy, torch
for name in ("resnet8doc", "onnx2torch", "onnx"):
    sys.modules[name] = None
folder, *named = sys.argv[1:]
images = torch.from_numpy(numpy.load(folder + "/x.npy"))
for engine, path in (pair.split("=", 1) for pair in named):
    torch.backends.quantized.engine = engine
    with torch.inference_mode():
        numpy.save(folder + "/" + engine, torch.jit.load(path)(images).numpy())
"""


@pytest.fixture(scope="module")
def alone(quantized: Quantize, images: NDArray[np.uint8], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the folder of what a process that has torch alone computes of every file, named as its engine."""
    folder = tmp_path_factory.mktemp("alone")
    np.save(folder / "x.npy", preprocess(images))
    variants = [variant for variant in of_runtime("pytorch") if variant.engine in pytorch.supported_engines()]
    named = [f"{variant.engine}={quantized(variant.file)[0]}" for variant in variants]
    subprocess.run([sys.executable, "-W", "ignore", "-c", ALONE, str(folder), *named], check=True)
    return folder


@pytest.mark.slow  # a fresh process
@pytest.mark.parametrize("file", FILES)
def test_loads_in_a_fresh_process_that_has_torch_alone(
    quantized: Quantize, images: NDArray[np.uint8], alone: Path, file: str
) -> None:
    theirs = np.load(alone / f"{VARIANTS[file].engine}.npy")
    np.testing.assert_array_equal(theirs, run(quantized(file)[0], images))


@pytest.mark.parametrize("file", FILES)
def test_archive_holds_torchscript_and_names_its_engine(quantized: Quantize, file: str) -> None:
    path, _ = quantized(file)
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
        assert archive.read("archive/extra/quantized_engine").decode() == VARIANTS[file].engine
    assert "archive/constants.pkl" in names  # what torch.save writes has none, and would unpickle Python objects


@pytest.mark.criterion("6.5")
@pytest.mark.parametrize("file", FILES)
def test_log_says_method_and_sample_count(quantized: Quantize, images: NDArray[np.uint8], file: str) -> None:
    path, report = quantized(file)
    log = (path.parent / report["log"]).read_text(encoding="utf-8")
    assert f"calibration: Histogram, {len(images)} samples" in log
    assert f"engine {VARIANTS[file].engine}" in log


@pytest.mark.parametrize("file", FILES)
def test_every_warning_is_known_and_has_a_reason(quantized: Quantize, file: str) -> None:
    given = quantized(file)[1]["warnings"]
    assert given
    assert all(warning["reason"] for warning in given)


def test_unknown_warning_reaches_the_user() -> None:
    with pytest.warns(UserWarning, match="something new"):
        pass_on_unknown([f"{EXPECTED[0].start} and more", "UserWarning: something new"])
    assert reason("UserWarning: something new") is None


def test_two_runs_compute_the_same(
    quantized: Quantize, float_model: Path, images: NDArray[np.uint8], tmp_path: Path
) -> None:
    file = next(variant.file for variant in of_runtime("pytorch") if variant.engine in pytorch.supported_engines())
    again = tmp_path / file
    pytorch.quantize(float_model, again, images, VARIANTS[file], tmp_path / "log", progress=False)
    np.testing.assert_array_equal(run(again, images), run(quantized(file)[0], images))


@pytest.fixture(scope="module")
def evidence(float_model: Path, images: NDArray[np.uint8]) -> dict[str, Any]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # FX's deprecation; the tests above hold what it says
        return pytorch.uint8_evidence(models.load_onnx2torch(float_model), torch.from_numpy(preprocess(images)))


@pytest.mark.criterion("7.2")
def test_fx_raises_nothing_for_uint8_weights_and_leaves_float32(evidence: dict[str, Any]) -> None:
    assert evidence["fx"]["raised"] is None
    assert sorted(evidence["fx"]["weight_types"]) == sorted(PRODUCTS)
    assert set(evidence["fx"]["weight_types"].values()) == {"torch.float32"}


@pytest.mark.criterion("7.2")
def test_operators_refuse_uint8_weights(evidence: dict[str, Any]) -> None:
    assert [entry["engine"] for entry in evidence["operators"]] == pytorch.supported_engines()
    refused = {entry["engine"]: (entry["operator"], entry["message"]) for entry in evidence["operators"]}
    for engine in {"fbgemm", "x86"} & refused.keys():
        assert refused[engine] == ("quantized::conv2d_prepack", "expected scalar type QInt8 but found QUInt8")
    if "qnnpack" in refused:
        assert refused["qnnpack"] == ("quantized::conv2d", "expected scalar type QInt8 but found QUInt8")
    assert all(operator for operator, _ in refused.values())


def test_float_model_is_not_called_quantized(float_model: Path) -> None:
    module = models.load_onnx2torch(float_model)
    with pytest.raises(UserError, match=r"stem_conv \(Conv2d\) has weights of the type torch.float32"):
        pytorch.assert_int8(module)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # TorchScript's deprecation
        traced = torch.jit.freeze(torch.jit.trace(module, torch.zeros(1, 32, 32, 3)))
    with pytest.raises(UserError, match=r"aten::_convolution.* is computed outside of any quantized layer"):
        pytorch.assert_int8(traced)


def test_product_with_weights_quantized_at_every_call_is_not_called_quantized() -> None:
    class Product(torch.nn.Module):
        def forward(self, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
            result: torch.Tensor = torch.ops.quantized.matmul(x, y, 1.0, 0)
            return result

    with pytest.raises(UserError, match="the product matmul is computed outside of any quantized layer"):
        pytorch.assert_int8(torch.fx.symbolic_trace(Product()))


def test_module_without_layers_is_not_called_quantized() -> None:
    with pytest.raises(UserError, match="the model has no convolution and no linear layer"):
        pytorch.assert_int8(torch.nn.ReLU())


def test_engine_is_restored(quantized: Quantize) -> None:
    before = torch.backends.quantized.engine
    quantized(next(variant.file for variant in of_runtime("pytorch") if variant.engine in pytorch.supported_engines()))
    assert torch.backends.quantized.engine == before
    with pytest.raises(UserError, match="this PyTorch has no quantized engine 'dsp'; expected one of"), \
            current_engine("dsp"):  # fmt: skip
        pass


def test_load_refuses_what_is_not_in_the_table(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"mine.pt is not a quantized PyTorch model of this project"):
        pytorch.load(tmp_path / "mine.pt")
    with pytest.raises(UserError, match=r"resnet8_int8_qnnpack.pt does not exist"):
        pytorch.load(tmp_path / "resnet8_int8_qnnpack.pt")
    (tmp_path / "resnet8_int8_qnnpack.pt").write_bytes(b"PK not a zip")
    with pytest.raises(UserError, match="is not TorchScript"):
        pytorch.load(tmp_path / "resnet8_int8_qnnpack.pt")
