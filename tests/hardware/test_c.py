"""The C programs: no warning, no sanitizer's complaint, the engine's bytes."""

import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from resnet8doc.errors import UserError
from resnet8doc.graph import Graph
from resnet8doc.hardware import buffers, c, write_vectors
from resnet8doc.hardware.c._compile import zig

from .side_by_side import Programs

Array = npt.NDArray[Any]

KINDS = [
    pytest.param("int8", "int8", True, id="int8-per-channel"),
    pytest.param("uint8", "uint8", False, id="uint8"),
    pytest.param("uint8", "int8", True, id="u8s8"),
    pytest.param("int8", "int8", False, id="int8-per-tensor"),
    pytest.param("uint8", "uint8", True, id="uint8-zero-point-per-channel"),
]


def engine_codes(graph: Graph, images: Array, tensor: str) -> Array:
    codes = graph.run(images, tensor)[tensor]
    return codes.transpose(0, 2, 3, 1) if codes.ndim == 4 else codes


@pytest.mark.criterion("13.2")
@pytest.mark.parametrize("variant", ["float", "integer"])
@pytest.mark.parametrize(("code", "weight", "per_channel"), KINDS)
def test_every_tensor_of_random_networks_equals_the_engine(
    make_network: Callable[..., Graph], images: Array, tmp_path: Path, code: str, weight: str, per_channel: bool,
    variant: Any,
) -> None:  # fmt: skip
    for seed in (1, 2):
        graph = make_network(seed, code, weight, per_channel)
        program = c.build(graph, tmp_path / str(seed), variant)
        found = c.run(program, graph, images, "all")
        assert list(found) == [buffer.tensor for buffer in buffers(graph).buffers]
        for tensor, codes in found.items():
            expected = engine_codes(graph, images, tensor)
            assert len(np.unique(expected)) > 3, f"{tensor} of seed {seed} tests nothing"
            np.testing.assert_array_equal(codes, expected, err_msg=tensor)


@pytest.mark.criterion("13.2")
@pytest.mark.parametrize("variant", ["float", "integer"])
def test_sanitizers_find_nothing(network: Graph, images: Array, programs: Programs, variant: Any) -> None:
    program = programs.build(network, variant, ("-O1", *c.SANITIZE))
    plain = programs.build(network, variant)
    for tensor, codes in c.run(program, network, images, "all").items():
        np.testing.assert_array_equal(codes, c.run(plain, network, images, "all")[tensor])


def test_sanitizers_would_find_something(tmp_path: Path) -> None:
    broken = tmp_path / "broken.c"
    broken.write_text(
        "#include <stdio.h>\nint main(int argc, char **argv)\n{\n    int few[2] = {0, 0};\n    (void)argv;\n"
        '    printf("%d\\n", few[argc + 1]);\n    return 0;\n}\n'
    )
    program = c.compile_c([broken], tmp_path / "broken", flags=("-O0", *c.SANITIZE))
    assert subprocess.run([program], capture_output=True, check=False).returncode != 0


def test_integer_program_has_no_floats(network: Graph) -> None:
    texts = c.generate(network, "integer")
    code = "".join(texts[name] for name in ("operators.c", "requantize_integer.c", "network.c", "parameters.c"))
    code = re.sub(r"/\*.*?\*/", "", code, flags=re.DOTALL)
    assert not re.search(r"\b(float|double)\b", code)
    assert "math.h" not in code


def test_equality_counts_mismatches(network: Graph, images: Array, programs: Programs, tmp_path: Path) -> None:
    right = c.equality(network, images, np.zeros(len(images)), tmp_path, progress=False)
    assert (right["mismatches"], right["images"]) == (0, len(images))
    other = network.with_input(
        "down_quant", "y_zero_point", np.array(5, np.int8)
    )  # the program is made of it, the engine runs it...
    assert c.equality(other, images, np.zeros(len(images)), tmp_path, progress=False)["mismatches"] == 0
    program = programs.build(network)
    assert not np.array_equal(c.run(program, other, images, "down_y")["down_y"], engine_codes(other, images, "down_y"))


def test_text_output(network: Graph, images: Array, programs: Programs) -> None:
    program = programs.build(network)
    said = subprocess.run([program], input=images[:2].tobytes(), capture_output=True, check=True).stdout.decode()
    probabilities = network.run(images[:2])["softmax"]
    lines = said.splitlines()
    assert lines[0] == f"image 0: class {probabilities[0].argmax()}"
    np.testing.assert_allclose([float(line.split()[-1]) for line in lines[1:6]], probabilities[0], atol=5e-5)
    logits = network.run(images[:1], "logits_y")["logits_y"]
    assert [int(line.split()[2]) for line in lines[1:6]] == logits[0].tolist()


def test_half_an_image_is_refused(network: Graph, programs: Programs) -> None:
    program = programs.build(network)
    result = subprocess.run([program], input=b"\0" * 100, capture_output=True, check=False)
    assert (result.returncode, result.stderr.decode()) == (1, "the last image has 100 bytes of 192\n")


def test_wrong_option_and_tensor(network: Graph, images: Array, programs: Programs) -> None:
    program = programs.build(network)
    for arguments, word in ((["--all", "x"], "usage"), (["--tensor", "nothing"], "there is no tensor nothing")):
        result = subprocess.run([program, *arguments], input=images[:1].tobytes(), capture_output=True, check=False)
        assert result.returncode == 2
        assert word in result.stderr.decode()


def test_zig_compiles_it_too(network: Graph, images: Array, tmp_path: Path) -> None:
    program = c.build(network, tmp_path, command=zig())
    last = engine_codes(network, images, "probabilities")
    np.testing.assert_array_equal(c.run(program, network, images)["probabilities"], last)


def test_without_a_compiler(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CC", raising=False)
    monkeypatch.setattr("shutil.which", lambda _: None)
    assert c.compiler()[-2:] == ["ziglang", "cc"]
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    with pytest.raises(UserError, match="there is no C compiler; expected cc on the PATH, or the package ziglang"):
        c.compiler()


def test_warnings_are_errors(tmp_path: Path) -> None:
    source = tmp_path / "unused.c"
    source.write_text("int main(void)\n{\n    int unused;\n    return 0;\n}\n")
    with pytest.raises(UserError, match=r"refuses: .*unused"):
        c.compile_c([source], tmp_path / "unused")
    assert not (tmp_path / "unused").exists()


@pytest.mark.criterion("13.4")
@pytest.mark.parametrize("code", ["int8", "uint8"])
def test_one_layer_against_its_vector(
    make_network: Callable[..., Graph], images: Array, tmp_path: Path, code: str
) -> None:
    graph = make_network(3, code, code, True)
    layers = ["stem", "down", "first_add", "pool", "product", "logits"]
    write_vectors(graph, images, [2], layers, ["c"], tmp_path / "vectors")
    headers = sorted((tmp_path / "vectors").glob("*.h"))
    assert len(headers) == len(layers)
    for header in headers:
        program = c.layer_program(header, tmp_path / "test")
        result = subprocess.run([program], capture_output=True, text=True, check=False)
        assert (result.returncode, result.stdout.split(": ")[1]) == (0, "0 values differ\n")


def test_a_wrong_vector_is_noticed(network: Graph, images: Array, tmp_path: Path) -> None:
    write_vectors(network, images, [0], ["stem"], ["c"], tmp_path / "vectors")
    header = tmp_path / "vectors" / "stem_quant-image0.h"
    lines = header.read_text().splitlines()
    place = next(i for i, line in enumerate(lines) if line.startswith("static const int8_t y["))
    first, _, rest = lines[place + 1].partition(",")
    lines[place + 1] = f"    {int(first) ^ 1},{rest}"
    header.write_text("\n".join(lines) + "\n")
    result = subprocess.run([c.layer_program(header, tmp_path / "test")], capture_output=True, text=True, check=False)
    assert result.returncode == 1
    assert "first output that differs: [0], " in result.stdout


@pytest.mark.criterion("13.2")
def test_sizes_are_those_of_the_sections(network: Graph) -> None:
    rows = c.sizes(network, optimisations=("-Os",))
    assert [row["target"] for row in rows] == ["this machine", "Arm Cortex-M4"]
    weights = sum(network.parameters[f"{name}_w"].nbytes for name in ("stem", "second", "down", "shortcut", "dense"))
    for row in rows:
        assert row["constant_bytes"] > weights + 1024  # and softmax's table
        assert row["flash_bytes"] == row["code_bytes"] + row["constant_bytes"]
        assert row["ram_bytes"] == buffers(network).arena_bytes
        assert 500 < row["code_bytes"] < 20_000


@pytest.mark.slow
@pytest.mark.criterion("13.2")
@pytest.mark.parametrize("variant", ["float", "integer"])
def test_the_real_network_equals_the_engine(
    resnet8: Graph, cifar10: tuple[Array, Array], tmp_path: Path, variant: Any
) -> None:
    images, labels = cifar10
    counts = c.equality(resnet8, images[:100], labels[:100], tmp_path, variant, progress=False)
    assert counts["mismatches"] == 0
    assert counts["values"] == 100 * 117_854
    assert counts["accuracy"] == counts["engine_accuracy"] > 0.8


@pytest.mark.slow
@pytest.mark.criterion("13.2")
def test_the_real_network_under_the_sanitizers(resnet8: Graph, cifar10: tuple[Array, Array], tmp_path: Path) -> None:
    images = cifar10[0][:3]
    program = c.build(resnet8, tmp_path, flags=("-O1", *c.SANITIZE))
    tensor = "softmax_quantized"
    np.testing.assert_array_equal(c.run(program, resnet8, images)[tensor], engine_codes(resnet8, images, tensor))
