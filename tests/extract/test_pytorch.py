"""Quantized TorchScript files, to the graph format; what cannot be read is said."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from resnet8doc.errors import UserError
from resnet8doc.extract import extract, load
from resnet8doc.extract.pytorch import Script, read
from resnet8doc.files import read_json
from resnet8doc.oracles.pytorch import current

Artifact = Callable[[str], Path]
ENGINE = next(name for name in ("fbgemm", "qnnpack") if name in torch.backends.quantized.supported_engines)


class Small(torch.nn.Module):
    """What a test puts between quantizing an image and giving real numbers."""

    def __init__(self, between: Callable[[torch.Tensor], torch.Tensor], scale: float = 0.5) -> None:
        super().__init__()
        self.between, self.scale = between, scale

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.between(torch.quantize_per_tensor(x, self.scale, 3, torch.quint8).permute(0, 3, 1, 2))


def written(path: Path, module: torch.nn.Module, engine: str | None = ENGINE) -> Path:
    with current(ENGINE), pytest.MonkeyPatch.context():
        traced = torch.jit.trace(module, torch.zeros(2, 32, 32, 3), check_trace=False)
        torch.jit.save(traced, str(path), _extra_files={} if engine is None else {"quantized_engine": engine})
    return path


@pytest.mark.filterwarnings("ignore:.*torch.jit:DeprecationWarning", "ignore:.*torch.jit:FutureWarning")
@pytest.mark.filterwarnings("ignore:.*quantized tensor creation functions")
class TestSmallModels:
    def test_codes_are_moved_and_given_back(self, tmp_path: Path) -> None:
        path = written(tmp_path / "small.pt", Small(lambda q: q.dequantize()))
        target = extract(path)
        assert target.name == "small_pytorch_operations.json"
        nodes = read_json(target)["nodes"]
        assert [node["op_type"] for node in nodes] == ["QuantizeLinear", "Transpose", "DequantizeLinear"]
        graph, image = load(target), np.full((1, 32, 32, 3), 7.25, np.float32)
        (real,) = graph.run(image, runtime="fbgemm").values()
        assert real.shape == (1, 3, 32, 32)
        assert np.unique(real).tolist() == [7.0], "7.25 / 0.5 is a tie, which goes to 14"

    def test_an_operator_that_is_not_known_is_named(self, tmp_path: Path) -> None:
        path = written(tmp_path / "small.pt", Small(lambda q: torch.relu(torch.relu(q)).dequantize()))
        with pytest.raises(UserError, match=r"operators that cannot be read: aten::relu \(2 of it\); expected aten::"):
            read(path)

    def test_a_scale_that_is_no_float32_number(self, tmp_path: Path) -> None:
        path = written(tmp_path / "small.pt", Small(lambda q: q.dequantize(), scale=0.1))
        with pytest.raises(UserError, match=r"has the scale 0\.1; expected a float32 number, as observers give them"):
            read(path)

    def test_a_mean_of_another_memory_order(self, tmp_path: Path) -> None:
        path = written(tmp_path / "small.pt", Small(lambda q: q.contiguous().mean([2, 3]).dequantize()))
        with pytest.raises(UserError, match="aten::contiguous"):
            read(path)

    def test_axes_other_than_the_images(self, tmp_path: Path) -> None:
        path = written(tmp_path / "small.pt", Small(lambda q: q.mean([1]).dequantize()))
        with pytest.raises(UserError, match=r"mean is a mean over the axes \[1\]; expected 2 and 3, the image's"):
            read(path)

    def test_a_file_without_an_engine(self, tmp_path: Path) -> None:
        path = written(tmp_path / "small.pt", Small(lambda q: q.dequantize()), engine=None)
        with pytest.raises(UserError, match=r"small\.pt does not name the engine .*; expected an extra file"):
            extract(path)
        path = written(tmp_path / "small.pt", Small(lambda q: q.dequantize()), engine="tpu")
        with pytest.raises(UserError, match=r"small\.pt was quantized for tpu; expected one of this PyTorch's engines"):
            extract(path)


def test_files_that_are_no_torchscript(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"absent\.pt does not exist; expected a TorchScript file"):
        extract(tmp_path / "absent.pt")
    torn = tmp_path / "torn.pt"
    torn.write_bytes(b"PK\x03\x04 torn")
    with pytest.raises(UserError, match=r"torn\.pt is not TorchScript \(.+\); expected a file that torch"):
        extract(torn)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["resnet8_int8", "resnet8_int8_qnnpack"])
def test_our_own_models(name: str, artifact: Artifact) -> None:
    reading = read(artifact(f"models/{name}.pt"))
    counts = reading.operations["counts"]
    assert (counts["conv2d"], counts["linear"], counts["add"], counts["QLinearReduceMean"]) == (9, 1, 3, 1)
    nodes: dict[str, Any] = {node["name"]: node for node in reading.operations["nodes"]}
    conv = nodes["stack2_conv1"]
    assert conv["attributes"] == {
        "relu": 1, "strides": [2, 2], "pads": [0] * 4, "dilations": [1, 1], "group": 1,
    }  # fmt: skip
    per_channel = name == "resnet8_int8"
    assert reading.tensors["stack2_conv1_w_scale"].shape == ((32,) if per_channel else ())
    assert reading.tensors["stack2_conv1_bias"].dtype == np.float32
    image = np.zeros((1, 32, 32, 3), np.float32)
    script: Script = reading.script
    with current(script.engine):
        assert torch.equal(script.run(image)[script.given], script.whole(image))


@pytest.mark.slow
@pytest.mark.parametrize("runtime", ["fbgemm", "qnnpack", "onednn", "x86"])
def test_a_trace_is_in_the_runtime_that_it_is_asked_for(artifact: Artifact, runtime: str) -> None:
    """Its shape too: the graph's own runtime has no layer of PyTorch."""
    graph = load(artifact("models/resnet8_int8_pytorch_operations.json"))
    values = graph.run(np.full((1, 32, 32, 3), 100, np.float32), "all", runtime=runtime)
    node = graph.node("stem_conv")
    found = graph.trace(node.name, (0, 5, 3, 4), values, runtime=runtime)
    assert found.output == values[node.output][0, 5, 3, 4]
