"""The probes tell every candidate from every other, real runtimes are named, and so is each mistake."""

import json
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import pytest
from typer.testing import CliRunner

from resnet8doc.cli import app
from resnet8doc.errors import UserError
from resnet8doc.oracles import KERNELS, interpret
from resnet8doc.oracles.pytorch import arithmetic, current
from resnet8doc.pipeline.stages.prove_pytorch import MODELS
from resnet8doc.probes import FORMATS, SAME, candidates, identify, onnx_model, probes, read_outputs, together, write
from resnet8doc.probes._tflite import last, tflite_file
from resnet8doc.proof import machine

from .in_pytorch import IN_PYTORCH

LAST_TENSOR = {"QLinearConv": 3, "QGemm": 3, "QLinearAdd": 2}
"""Where a file of one operator has its output: after its inputs, of which most operators have one."""

Outputs = Mapping[str, np.ndarray[Any, Any]]


def outputs(name: str) -> Outputs:
    return {probe.name: probe.output(candidates()[name].runtime) for probe in probes()}


def alike(name: str) -> set[str]:
    """Return the candidates that nothing tells from one, itself included."""
    return {name, *(other for group in SAME if name in group for other in group)}


def test_every_pair_is_told_apart_but_for_those_that_are_one() -> None:
    left = together(probes(), list(candidates().values()))
    assert {frozenset(pair) for pair in left} == set(SAME)


def test_the_probes_are_few_and_small() -> None:
    assert sum(probe.bytes for probe in probes()) < 4096
    assert sum(outputs("onnxruntime_x86")[probe.name].nbytes for probe in probes()) <= 64


@pytest.mark.parametrize("name", candidates())
def test_each_candidate_is_named(name: str) -> None:
    found = identify(outputs(name))
    assert {match.name for match in found.matches} == alike(name)
    assert all(match.parts_at for match in found.close)


def test_this_onnxruntime_is_named() -> None:
    here = machine()
    found: dict[str, Any] = {}
    for probe in probes():
        session = onnxruntime.InferenceSession(
            onnx_model(probe).SerializeToString(), providers=["CPUExecutionProvider"]
        )
        found[probe.name] = session.run(None, {name: probe.inputs[name] for name in probe.fed})[0]
    assert {match.name for match in identify(found).matches} == alike(here.runtime.name)


@pytest.mark.parametrize("kernels", KERNELS)
def test_each_kernel_set_of_tensorflow_lite_is_named(kernels: str) -> None:
    found: dict[str, Any] = {}
    for probe in probes():
        if not probe.expressible_in_tflite:
            continue
        interpreter = interpret(tflite_file(probe), kernels)
        fed = {number: last(probe.inputs[name]) for number, name in enumerate(probe.fed)}
        interpreter.run(fed)
        codes = interpreter.tensor(LAST_TENSOR.get(probe.op_type, 1))
        found[probe.name] = np.moveaxis(codes, -1, 1) if codes.ndim == 4 else codes
    matches = {match.name for match in identify(found).matches}
    assert kernels in matches
    assert matches & set(KERNELS) == {kernels}


@pytest.mark.parametrize("engine", MODELS)
def test_each_engine_of_pytorch_is_named(engine: str) -> None:
    found: dict[str, Any] = {}
    with current(engine):
        for probe in probes():
            if probe.op_type in IN_PYTORCH:
                found[probe.name] = IN_PYTORCH[probe.op_type](probe)
    assert len(found) >= 5
    matches = {match.name for match in identify(found).matches}
    assert arithmetic(engine) in matches
    assert len(matches & {"fbgemm", "fbgemm_avx2", "qnnpack", "onednn", "onednn_avx2", "x86"}) == 1


def test_a_byte_that_nobody_gives_is_said(tmp_path: Path) -> None:
    given = dict(outputs("xnnpack"))
    first = probes()[0].name
    given[first] = given[first] ^ 0x40
    found = identify(given)
    assert not found.matches
    assert found.close[0].name == "xnnpack"
    assert found.close[0].parts_at is not None
    assert found.close[0].parts_at["probe"] == first
    assert str(found).startswith("No known arithmetic gives these")


@pytest.mark.parametrize("format", FORMATS)
def test_formats_hold_every_probe(tmp_path: Path, format: str) -> None:
    written = write(tmp_path / format, format)
    text = " ".join(path.name for path in written) + (tmp_path / format / "README.txt").read_text()
    for probe in probes():
        assert probe.name in text


def test_outputs_are_read_as_npz_as_a_folder_and_as_one_file(tmp_path: Path) -> None:
    given = outputs("tflite_builtin")
    np.savez(tmp_path / "all.npz", allow_pickle=False, **given)
    folder = tmp_path / "folder"
    folder.mkdir()
    for number, (name, codes) in enumerate(given.items()):
        if number % 2:
            np.save(folder / f"{name}.npy", codes)
        else:
            codes.tofile(folder / f"{name}.bin")
    lines = [f"{byte:02x}" for codes in given.values() for byte in codes.view(np.uint8).ravel()]
    (tmp_path / "all.hex").write_text("\n".join(lines))
    for place in ("all.npz", "folder", "all.hex"):
        found = identify(read_outputs(tmp_path / place))
        assert {match.name for match in found.matches} == {"tflite_builtin"}, place
    result = CliRunner().invoke(app, ["identify", str(tmp_path / "all.hex")])
    assert result.exit_code == 0
    assert "tflite_builtin" in result.stdout


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda g: g.update(nobody=np.zeros(1, np.int8)), "there is no probe 'nobody'"),
        (lambda g: g.update({probes()[0].name: np.zeros(99, np.int8)}), "has 99 codes; expected"),
        (lambda g: g.update({probes()[0].name: g[probes()[0].name].astype(np.float32)}), "is float32; expected codes"),
        (lambda g: g.clear(), "there are no outputs"),
    ],
)
def test_bad_outputs_are_a_sentence(change: Any, said: str) -> None:
    given = dict(outputs("onnxruntime_x86"))
    change(given)
    with pytest.raises(UserError) as error:
        identify(given)
    assert said in str(error.value)


def test_a_number_that_is_no_code_is_the_one_named() -> None:
    given = {**outputs("xnnpack"), "conv_1": np.array([-200, 5], np.int16)[: outputs("xnnpack")["conv_1"].size]}
    with pytest.raises(UserError, match="conv_1 holds -200; expected -128 to 127"):
        identify(given)


def test_a_probe_of_two_files_is_refused(tmp_path: Path) -> None:
    for suffix in ("hex", "bin"):
        (tmp_path / f"add_1.{suffix}").write_bytes(b"7f")
    with pytest.raises(UserError, match="has two files for add_1; expected one for each probe"):
        read_outputs(tmp_path)


@pytest.mark.parametrize("format", FORMATS)
def test_a_folder_that_cannot_be_written_is_a_sentence(tmp_path: Path, format: str) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(UserError, match=r"cannot write .*file"):
        write(tmp_path / "file", format)


def test_a_torn_file_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "all.hex").write_text("00\n11\n")
    with pytest.raises(UserError, match=r"has 2 bytes; expected \d+: every output"):
        read_outputs(tmp_path / "all.hex")
    with pytest.raises(UserError, match="does not exist"):
        read_outputs(tmp_path / "nothing.npz")
    (tmp_path / "empty").mkdir()
    with pytest.raises(UserError, match="holds no outputs"):
        read_outputs(tmp_path / "empty")
    with pytest.raises(UserError, match="the format is 'elf'"):
        write(tmp_path, "elf")


def test_outputs_in_the_wrong_order_are_told_from_an_unknown_arithmetic(tmp_path: Path) -> None:
    given = dict(outputs("tflite_micro"))
    backwards = dict(zip(given, reversed(given.values()), strict=True))
    sizes = {name: codes.size for name, codes in given.items()}
    if any(codes.size != sizes[name] for name, codes in backwards.items()):
        with pytest.raises(UserError, match=r"has \d+ codes; expected \d+"):
            identify(backwards)
    alike = [name for name in given if sizes[name] == 1]
    turned = given | dict(zip(alike, [given[name] for name in reversed(alike)], strict=True))
    found = identify(turned)
    assert not found.matches
    assert "tflite_micro" in found.reordered
    assert "check that each output stands under the name of its own probe" in str(found)
    assert identify(given).reordered == ()


def test_hex_words_are_bytes(tmp_path: Path) -> None:
    lines = [f"{byte:02x}" for codes in outputs("xnnpack").values() for byte in codes.view(np.uint8).ravel()]
    for wrong in ("1ff", "5", "0x5c", "zz"):
        (tmp_path / "all.hex").write_text("\n".join([*lines[:-1], wrong]))
        with pytest.raises(UserError, match=f"line {len(lines)}: '{wrong}'; expected two hexadecimal digits"):
            read_outputs(tmp_path / "all.hex")


@pytest.mark.parametrize("name", ["all.npz", "folder/probe.npy"])
def test_arrays_that_are_torn_or_objects_are_a_sentence(tmp_path: Path, name: str) -> None:
    (tmp_path / "folder").mkdir()
    path = tmp_path / name
    np.savez(tmp_path / "all.npz", allow_pickle=False, **outputs("xnnpack"))
    np.save(tmp_path / "folder" / "probe.npy", np.zeros(3, np.int8))
    whole = path.read_bytes()
    np.save(tmp_path / "objects.npy", np.array([None]), allow_pickle=True)
    for content in (whole[: len(whole) // 2], b"", b"no numbers", (tmp_path / "objects.npy").read_bytes()):
        path.write_bytes(content)
        with pytest.raises(UserError, match="cannot be read"):
            read_outputs(path if path.suffix == ".npz" else path.parent)


def test_a_missing_probe_is_said() -> None:
    given = dict(outputs("onnxruntime_x86"))
    gone = given.popitem()[0]
    found = identify(given)
    assert found.missing == (gone,)
    assert gone in str(found)


def test_the_record_was_made_for_the_candidates_that_there_are() -> None:
    """A new runtime or fault asks for a new search: ``python -m resnet8doc probes --search``."""
    record = json.loads((files("resnet8doc.probes") / "probes.json").read_text(encoding="utf-8"))
    assert record["candidates"] == list(candidates())
    assert {frozenset(pair) for pair in record["not_told_apart"]} == set(SAME)
