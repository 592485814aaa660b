import logging
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime as ort
import pytest
from numpy.typing import NDArray
from onnx import numpy_helper
from onnxruntime.quantization import QuantType, quantize_static

from resnet8doc.architecture import LAYERS
from resnet8doc.dataset import preprocess
from resnet8doc.errors import UserError
from resnet8doc.quantize import VARIANTS, _inspect, of_runtime, onnxruntime

Quantize = Callable[[str], tuple[Path, dict[str, Any]]]
PRODUCTS = [layer.name for layer in LAYERS.values() if layer.kind == "conv"] + ["dense_matmul"]
FILES = [variant.file for variant in of_runtime("onnxruntime")]


@pytest.mark.criterion("6.1")
@pytest.mark.parametrize("file", FILES)
def test_holds_the_types_it_is_named_for(quantized: Quantize, file: str) -> None:
    path, report = quantized(file)
    variant = VARIANTS[file]
    found = _inspect.layers(onnx.load(path))
    assert sorted(layer.name for layer in found) == sorted(PRODUCTS)
    for layer in found:
        assert layer.weight_type == variant.expected_weight_type(conv=layer.op_type.endswith("Conv"))
        assert layer.activation_type == layer.output_type == variant.activation_type
        assert layer.bias_type == ("int32" if layer.name != "dense_matmul" else None)
        assert layer.per_channel == variant.per_channel
    assert report["bytes"] == path.stat().st_size < report["float_bytes"] / 2
    assert report["format"] == variant.format


@pytest.mark.parametrize("file", [file for file in FILES if "qoperator" in file])
def test_qoperator_models_use_the_standard_integer_operators(quantized: Quantize, file: str) -> None:
    operators = quantized(file)[1]["operators"]
    assert (operators["QLinearConv"], operators["QLinearMatMul"]) == (9, 1)
    assert (operators["QuantizeLinear"], operators["DequantizeLinear"]) == (1, 1)
    assert operators["com.microsoft.QLinearAdd"] == 4  # three residual additions and the dense layer's bias
    assert not {"Conv", "MatMul", "Gemm", "com.microsoft.QGemm"} & operators.keys()


@pytest.mark.parametrize("file", FILES)
def test_names_survive(quantized: Quantize, float_model: Path, file: str) -> None:
    names = {node.name for node in onnx.load(quantized(file)[0]).graph.node}
    kept = {node.name for node in onnx.load(float_model).graph.node if node.op_type != "Relu"}
    assert kept <= names


@pytest.mark.parametrize("file", FILES)
def test_runs_and_gives_probabilities(quantized: Quantize, images: NDArray[np.uint8], file: str) -> None:
    session = ort.InferenceSession(quantized(file)[0], providers=["CPUExecutionProvider"])
    (result,) = session.run(["softmax"], {"input": preprocess(images)})
    assert result.shape == (len(images), 10)
    assert result.dtype == np.float32
    np.testing.assert_allclose(result.sum(axis=1), 1, atol=0.05)  # every probability is rounded to 1/256


def test_asked_for_uint8_per_channel_qoperator_convolutions_get_int8(quantized: Quantize) -> None:
    _, report = quantized("resnet8_u8s8_qoperator.onnx")
    assert report["asked"]["weight_type"] == "uint8"
    assert {layer["weight_type"] for layer in report["layers"] if layer["op_type"] == "QLinearConv"} == {"int8"}
    assert report["weights"] == "int8, uint8"
    assert report["warnings"] == []  # it happens silently
    qdq = quantized("resnet8_uint8_per_channel.onnx")[1]
    assert (qdq["asked"]["weight_type"], qdq["weights"]) == ("uint8", "uint8")


def test_reduced_range_uses_seven_bits(quantized: Quantize) -> None:
    for layer in quantized("resnet8_u8s8_reduce_range.onnx")[1]["layers"]:
        assert -64 <= layer["codes"][0] < layer["codes"][1] <= 64
    for layer in quantized("resnet8_u8s8.onnx")[1]["layers"]:
        assert max(map(abs, layer["codes"])) == 127


def test_four_bits_are_written_in_the_standards_own_opset(quantized: Quantize) -> None:
    report = quantized("resnet8_int4.onnx")[1]
    assert report["opset"] == 21
    assert not [name for name in report["operators"] if name.startswith("com.microsoft")]
    assert all(-8 <= layer["codes"][0] <= layer["codes"][1] <= 7 for layer in report["layers"])


@pytest.mark.criterion("6.5")
@pytest.mark.parametrize("file", FILES)
def test_log_says_method_and_sample_count(quantized: Quantize, images: NDArray[np.uint8], file: str) -> None:
    path, report = quantized(file)
    log = (path.parent / report["log"]).read_text(encoding="utf-8")
    assert f"calibration: {VARIANTS[file].calibration}, {len(images)} samples" in log
    assert (report["calibration"], report["samples"]) == (VARIANTS[file].calibration, len(images))
    assert f"found: weights {report['weights']}" in log


@pytest.mark.parametrize("file", ["resnet8_int8.onnx", "resnet8_uint8_qoperator.onnx"])
def test_minmax_ranges_are_the_extremes_of_all_images(
    quantized: Quantize, float_model: Path, images: NDArray[np.uint8], file: str
) -> None:
    model = onnx.load(float_model)
    model.graph.output.extend([onnx.helper.make_empty_tensor_value_info(node.name) for node in model.graph.node[:-1]])
    session = ort.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    names = [output.name for output in session.get_outputs()]
    values = dict(zip(names, session.run(names, {"input": preprocess(images)}), strict=True))
    ranges = quantized(file)[1]["ranges"]
    assert ranges.keys() == {*values, "input"}
    for name, value in values.items():
        np.testing.assert_allclose((ranges[name]["min"], ranges[name]["max"]), (value.min(), value.max()), rtol=1e-5)


@pytest.mark.parametrize("file", FILES)
def test_scales_and_zero_points_follow_from_the_ranges(quantized: Quantize, file: str) -> None:
    ranges = {name: entry for name, entry in quantized(file)[1]["ranges"].items() if "scale" in entry}
    assert {"stem_relu", "dense"} <= ranges.keys() or {"stem_conv", "dense"} <= ranges.keys()
    for name, entry in ranges.items():
        limits = np.iinfo(entry["type"])
        low, high = min(entry["used"][0], 0.0), max(entry["used"][1], 0.0)
        scale = (high - low) / (limits.max - limits.min)
        if name == "softmax" and VARIANTS[file].format == "QOperator":
            scale, low = 1 / 256, 0.0  # QLinearSoftmax's output has this scale whatever was measured
        assert entry["scale"] == np.float32(scale), name
        assert entry["zero_point"] == round(limits.min - low / scale), name


def test_weights_come_back_within_half_a_step(quantized: Quantize, float_model: Path) -> None:
    floats = {item.name: numpy_helper.to_array(item) for item in onnx.load(float_model).graph.initializer}
    graph = onnx.load(quantized("resnet8_int8.onnx")[0]).graph
    arrays = {item.name: numpy_helper.to_array(item) for item in graph.initializer}
    for name in (name for name in floats if name.endswith("kernel")):
        axis = 0 if floats[name].ndim == 4 else 1
        shape = [-1 if i == axis else 1 for i in range(floats[name].ndim)]
        scale = arrays[f"{name}_scale"].reshape(shape)
        error = np.abs(arrays[f"{name}_quantized"] * scale - floats[name])
        assert (error <= scale * 0.5001).all()


def test_entropy_with_the_default_bins_is_minmax(
    quantized: Quantize, float_model: Path, images: NDArray[np.uint8], tmp_path: Path
) -> None:
    default = replace(VARIANTS["resnet8_int8_entropy.onnx"], bins=0)
    onnxruntime.quantize(float_model, tmp_path / "e.onnx", images, default, tmp_path / "log", progress=False)
    assert (tmp_path / "e.onnx").read_bytes() == quantized("resnet8_int8.onnx")[0].read_bytes()


def test_is_what_quantize_static_alone_gives(
    quantized: Quantize, float_model: Path, images: NDArray[np.uint8], tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(logging.getLogger(), "handlers", [logging.NullHandler()])  # it asks for pre-processing
    batches = iter([{"input": preprocess(images)}])

    class Reader:
        def get_next(self) -> dict[str, NDArray[np.float32]] | None:
            return next(batches, None)

    quantize_static(
        float_model, tmp_path / "plain.onnx", Reader(), per_channel=True,
        activation_type=QuantType.QInt8, weight_type=QuantType.QInt8,
    )  # fmt: skip
    plain = {item.name: numpy_helper.to_array(item) for item in onnx.load(tmp_path / "plain.onnx").graph.initializer}
    graph = onnx.load(quantized("resnet8_int8.onnx")[0]).graph
    ours = {item.name: numpy_helper.to_array(item) for item in graph.initializer}
    assert plain.keys() == ours.keys()
    for name, value in plain.items():
        np.testing.assert_array_equal(ours[name], value)


@pytest.mark.slow  # a fresh process
def test_two_processes_write_the_same_bytes(
    quantized: Quantize, float_model: Path, images: NDArray[np.uint8], tmp_path: Path
) -> None:
    """Here and in another process, in which sets of names have another order."""
    files = ("resnet8_int8.onnx", "resnet8_int8_qoperator.onnx", "resnet8_int8_entropy.onnx", "resnet8_int4.onnx")
    np.save(tmp_path / "images.npy", images)
    code = """
import sys; from pathlib import Path; import numpy
from resnet8doc.quantize import VARIANTS, onnxruntime
model, folder, *files = sys.argv[1:]
there, images = Path(folder, "there"), numpy.load(folder + "/images.npy")
for file in files:
    onnxruntime.quantize(Path(model), there / file, images, VARIANTS[file], there / (file + ".log"), progress=False)
print(hash("a name"))
"""
    seed = "1" if os.environ.get("PYTHONHASHSEED") != "1" else "2"
    command = [sys.executable, "-c", code, str(float_model), str(tmp_path), *files]
    environment = {**os.environ, "PYTHONHASHSEED": seed}
    done = subprocess.run(command, check=True, env=environment, stdout=subprocess.PIPE, text=True)
    assert int(done.stdout.split()[-1]) != hash("a name")
    there = tmp_path / "there"
    assert sorted(path.name for path in there.iterdir()) == sorted([*files, *(f"{file}.log" for file in files)])
    for file in files:
        here = quantized(file)[0]
        for one in (here, here.with_name(f"{file}.log")):
            assert one.read_bytes() == (there / one.name).read_bytes(), one.name


def test_leaves_nothing_else_behind(
    float_model: Path, images: NDArray[np.uint8], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scratch, here = tmp_path / "scratch", tmp_path / "here"
    scratch.mkdir()
    here.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(scratch))
    monkeypatch.chdir(here)
    before = sorted(float_model.parent.iterdir())
    variant = VARIANTS["resnet8_int8_percentile.onnx"]
    onnxruntime.quantize(float_model, tmp_path / "out" / "q.onnx", images, variant, tmp_path / "log", progress=False)
    assert sorted(float_model.parent.iterdir()) == before
    assert list((tmp_path / "out").iterdir()) == [tmp_path / "out" / "q.onnx"]
    assert not list(scratch.iterdir())
    assert not list(here.iterdir())


def test_an_odd_number_of_images_will_do(float_model: Path, images: NDArray[np.uint8], tmp_path: Path) -> None:
    variant = VARIANTS["resnet8_int8_percentile.onnx"]
    report = onnxruntime.quantize(
        float_model, tmp_path / "q.onnx", images[:7], variant, tmp_path / "log", progress=False
    )
    assert report["samples"] == 7


def test_float_model_is_not_called_quantized(float_model: Path) -> None:
    with pytest.raises(UserError, match=r"stem_conv \(Conv\) has weights of the type float32; expected int8"):
        _inspect.verify(onnx.load(float_model), VARIANTS["resnet8_int8.onnx"])


def test_other_variant_is_refused(quantized: Quantize) -> None:
    model = onnx.load(quantized("resnet8_int8_per_tensor.onnx")[0])
    with pytest.raises(UserError, match=r"stem_conv .* has scales for each channel False; expected True"):
        _inspect.verify(model, VARIANTS["resnet8_int8.onnx"])
    with pytest.raises(UserError, match="has weights of the type int8; expected uint8"):
        _inspect.verify(model, VARIANTS["resnet8_uint8.onnx"])
