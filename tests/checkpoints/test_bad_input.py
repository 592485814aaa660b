"""What a user is told whose file cannot be used."""

import io
import json
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from resnet8doc import checkpoints
from resnet8doc.architecture import LAYERS
from resnet8doc.checkpoints import Weights
from resnet8doc.errors import UserError

Writer = Callable[[Path, Weights], None]


def _fails(path: Path | str, message: str) -> None:
    with pytest.raises(UserError, match=message) as caught:
        checkpoints.load(path)
    assert caught.value.remedy.endswith(".")


def _save(path: Path, weights: Weights) -> Path:
    np.savez(path, *weights.values())
    return path


def test_an_unknown_name_lists_the_valid_ones(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    _fails("resnet50", r"'resnet50' is unknown; expected bundled, mlperf-tiny, or the path of a \.h5, \.keras or \.npz")
    _fails("missing.h5", r"the checkpoint missing\.h5 does not exist; expected bundled, mlperf-tiny, or")
    (tmp_path / "weights.pt").touch()
    _fails("weights.pt", r"the checkpoint weights\.pt is a \.pt file; expected .* \.h5, \.keras or \.npz file")


def test_the_first_layer_that_differs_is_named(weights: Weights, tmp_path: Path) -> None:
    wide = weights | {"stack2_conv1/kernel": np.zeros((3, 3, 16, 48), np.float32)}
    wide["stack2_conv1/bias"] = np.zeros(48, np.float32)
    _fails(
        _save(tmp_path / "wide.npz", wide),
        r"wide\.npz is another architecture: for stack2_conv1 it has layer 6 with the shapes "
        r"\(3, 3, 16, 48\), \(48,\); expected a conv with the shapes \(3, 3, 16, 32\), \(32,\)\.",
    )


def test_a_layer_too_many_and_one_too_few_are_named(weights: Weights, tmp_path: Path) -> None:
    more = weights | {"more/kernel": np.zeros((10, 10), np.float32), "more/bias": np.zeros(10, np.float32)}
    said = r"one layer more than ResNet8: layer 17 with the shapes \(10, 10\), \(10,\)"
    _fails(_save(tmp_path / "more.npz", more), said)
    fewer = {name: array for name, array in weights.items() if not name.startswith("dense/")}
    _fails(_save(tmp_path / "fewer.npz", fewer), r"for dense it has no such layer; expected a dense with the shapes")


def test_folded_weights_are_another_architecture(weights: Weights, tmp_path: Path) -> None:
    from resnet8doc.models import fold

    _fails(_save(tmp_path / "folded.npz", fold(weights)), r"for stem_bn it has no such layer")


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_numbers_that_are_not_finite_are_refused(weights: Weights, tmp_path: Path, value: float) -> None:
    kernel = weights["stack3_conv2/kernel"].copy()
    kernel[1, 2, 3, 4] = value
    _fails(
        _save(tmp_path / "x.npz", weights | {"stack3_conv2/kernel": kernel}),
        rf"x\.npz: stack3_conv2/kernel holds {value} at \(1, 2, 3, 4\); expected finite numbers that fit float32",
    )


def test_float64_beyond_float32_is_refused(weights: Weights, tmp_path: Path) -> None:
    arrays = [array.astype(np.float64) for array in weights.values()]
    arrays[0][:] = 1e300
    np.savez(tmp_path / "x.npz", *arrays)
    _fails(tmp_path / "x.npz", r"stem_conv/kernel holds inf")


def test_integers_and_negative_variances_are_refused(weights: Weights, tmp_path: Path) -> None:
    np.savez(tmp_path / "i.npz", *(array.astype(np.int8) for array in weights.values()))
    _fails(tmp_path / "i.npz", r"stem_conv/kernel is int8; expected floating point numbers")
    variance = weights["stem_bn/moving_variance"] - 100
    _fails(
        _save(tmp_path / "v.npz", weights | {"stem_bn/moving_variance": variance}),
        r"stem_bn/moving_variance holds -\d.*; expected variances that are not negative",
    )


@pytest.mark.parametrize("suffix", [".h5", ".keras", ".npz"])
def test_a_corrupt_file_is_a_users_error(
    suffix: str, weights: Weights, keras_files: dict[str, Path], tmp_path: Path
) -> None:
    good = {".npz": _save(tmp_path / "good.npz", weights)}.get(suffix) or keras_files[f"resnet8{suffix}"]
    content = good.read_bytes()
    path = tmp_path / f"bad{suffix}"
    half = len(content) // 2
    for bad in (b"", b"not weights", content[:half], bytes(half) + content[half:]):
        path.write_bytes(bad)
        _fails(path, rf"{re.escape(str(path))} (cannot be read \(|holds )")


def test_pickles_in_an_npz_are_not_opened(tmp_path: Path, weights: Weights) -> None:
    class Trap:
        def __reduce__(self) -> tuple[Callable[..., Any], tuple[Any, ...]]:
            return (Path.touch, (tmp_path / "sprung",))

    np.savez(tmp_path / "x.npz", *weights.values(), np.array([Trap()], object))
    _fails(tmp_path / "x.npz", r"cannot be read \(Object arrays cannot be loaded when allow_pickle=False\)")
    assert not (tmp_path / "sprung").exists()


def test_a_bomb_is_not_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("resnet8doc.checkpoints._npz.LIMIT", 1_000_000)
    with zipfile.ZipFile(tmp_path / "x.npz", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("arr_0.npy", bytes(1_500_000))
    _fails(tmp_path / "x.npz", r"unpacks to 1,500,000 bytes; expected at most 1,000,000")


def test_an_h5_that_points_elsewhere_is_refused(weights: Weights, write_keras2: Writer, tmp_path: Path) -> None:
    write_keras2(tmp_path / "other.h5", weights)
    write_keras2(tmp_path / "links.h5", weights)
    with h5py.File(tmp_path / "links.h5", "a") as file:
        del file["model_weights/conv2d/conv2d/bias:0"]
        file["model_weights/conv2d/conv2d/bias:0"] = h5py.ExternalLink("other.h5", "model_weights/conv2d/conv2d/bias:0")
    _fails(tmp_path / "links.h5", r"conv2d/conv2d/bias:0 points to another file; expected arrays in the file itself")


def test_a_huge_array_is_not_read(weights: Weights, write_keras2: Writer, tmp_path: Path) -> None:
    write_keras2(tmp_path / "x.h5", weights)
    with h5py.File(tmp_path / "x.h5", "a") as file:
        del file["model_weights/conv2d/conv2d/bias:0"]
        file.create_dataset("model_weights/conv2d/conv2d/bias:0", shape=(10**12,), dtype="f4", chunks=(1000,))
    _fails(tmp_path / "x.h5", r"bias:0 has the shape \(1000000000000,\); expected arrays of ResNet8")


def _changed(source: Path, target: Path, layer: str, change: Callable[[dict[str, Any]], object]) -> Path:
    """Copy a .keras file with one layer's configuration changed."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "config.json":
                config = json.loads(content)
                change(next(item for item in config["config"]["layers"] if item["config"]["name"] == layer))
                content = json.dumps(config).encode()
            new.writestr(name, content)
    return target


@pytest.mark.parametrize(
    ("layer", "change", "message"),
    [
        ("stack2_conv1", lambda c: c["config"].update(strides=[1, 1]), r"has strides \(1, 1\); expected \(2, 2\)"),
        ("stem_conv", lambda c: c["config"].update(padding="valid"), "has padding valid; expected same"),
        ("stem_conv", lambda c: c["config"].update(activation="relu"), "has activation relu; expected linear"),
        ("stem_bn", lambda c: c["config"].update(epsilon=1e-5), r"has epsilon 1e-05; expected 0\.001"),
        ("stem_relu", lambda c: c["config"].update(max_value=6.0), r"has max_value 6\.0; expected None"),
        ("stack1_add", lambda c: c.update(class_name="Multiply"), "is a Multiply of stem_relu, stack1_bn2"),
        ("pool", lambda c: c["config"].update(pool_size=[4, 4]), r"has pool_size \(4, 4\); expected \(8, 8\)"),
        ("stack1_relu2", lambda c: c.update(class_name="Lambda"), "is a Lambda of stack1_add"),
        ("input", lambda c: c["config"].update(batch_shape=[None, 64, 64, 3]), r"has shape \(64, 64, 3\)"),
        ("softmax", lambda c: c["config"].update(name="x", axis=-1) or c.update(class_name="ReLU"), "is a ReLU of"),
    ],
)
def test_the_same_weights_in_another_net_are_refused(
    keras_files: dict[str, Path],
    tmp_path: Path,
    layer: str,
    change: Callable[[dict[str, Any]], object],
    message: str,
) -> None:
    path = _changed(keras_files["resnet8.keras"], tmp_path / "other.keras", layer, change)
    _fails(path, rf"other\.keras is another architecture: \w+ {message}")


def test_a_pointer_to_the_wrong_layer_is_refused(keras_files: dict[str, Path], tmp_path: Path) -> None:
    def rewire(layer: dict[str, Any]) -> None:
        text = json.dumps(layer["inbound_nodes"]).replace("stem_relu", "stem_bn")
        layer["inbound_nodes"] = json.loads(text)

    path = _changed(keras_files["resnet8.keras"], tmp_path / "other.keras", "stack1_conv1", rewire)
    _fails(path, r"stack1_conv1 has inputs \('stem_bn',\); expected \('stem_relu',\)")


def test_a_keras_2_configuration_is_followed_too(mlperf_tiny: Path, tmp_path: Path) -> None:
    content = (mlperf_tiny / "pretrainedResnet.h5").read_bytes()
    (tmp_path / "x.h5").write_bytes(content)
    with h5py.File(tmp_path / "x.h5", "a") as file:
        config = json.loads(file.attrs["model_config"])
        config["config"]["layers"][9]["inbound_nodes"][0][0][0] = "batch_normalization"  # layer 9 is the first addition
        file.attrs["model_config"] = json.dumps(config)
    _fails(tmp_path / "x.h5", r"add is a Add of stem_bn, stack1_bn2; expected only the layers of ResNet8")


def test_another_file_is_not_taken_for_mlperf_tiny(
    weights: Weights, write_keras2: Writer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_keras2(tmp_path / "pretrainedResnet.h5", weights)
    monkeypatch.setenv(checkpoints.MLPERF_TINY_VARIABLE, str(tmp_path))
    _fails("mlperf-tiny", r"pretrainedResnet\.h5 has the sha256 [0-9a-f]{64}; expected 5f938a8eea.*, MLPerf Tiny's")
    monkeypatch.setenv(checkpoints.MLPERF_TINY_VARIABLE, str(tmp_path / "none"))
    _fails("mlperf-tiny", r"none does not exist; expected MLPerf Tiny's .* Correct or unset RESNET8DOC_MLPERF_TINY")


def test_no_network_says_how_to_go_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import requests

    def unplugged(*args: object, **options: object) -> None:
        raise requests.ConnectionError("no route to host")

    monkeypatch.delenv(checkpoints.MLPERF_TINY_VARIABLE, raising=False)
    monkeypatch.setenv("RESNET8DOC_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(requests, "get", unplugged)
    _fails("mlperf-tiny", r"could not be fetched from https://raw\.githubusercontent\.com/mlcommons/tiny/.*no route")


def test_a_poisoned_answer_does_not_stay_in_the_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import requests

    def poisoned(*args: object, **options: object) -> requests.Response:
        response = requests.Response()
        response.status_code = 200
        response.headers["content-length"] = "8"
        response.raw = io.BytesIO(b"poisoned")
        return response

    monkeypatch.delenv(checkpoints.MLPERF_TINY_VARIABLE, raising=False)
    monkeypatch.setenv("RESNET8DOC_CACHE", str(tmp_path))
    monkeypatch.setattr(requests, "get", poisoned)
    _fails("mlperf-tiny", r"could not be fetched .* expected a download with the right bytes")
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_what_is_cached_is_used_without_a_network(
    mlperf_tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import requests

    folder = tmp_path / "mlperf-tiny"
    folder.mkdir()
    (folder / "pretrainedResnet.h5").write_bytes((mlperf_tiny / "pretrainedResnet.h5").read_bytes())
    monkeypatch.delenv(checkpoints.MLPERF_TINY_VARIABLE, raising=False)
    monkeypatch.setenv("RESNET8DOC_CACHE", str(tmp_path))
    monkeypatch.delattr(requests, "get")
    assert checkpoints.load("mlperf-tiny").name == "mlperf-tiny"
    assert len(LAYERS) == 30
