"""The command line: it teaches, answers in tables and JSON, and says a user's mistake in a sentence."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from resnet8doc import cli
from resnet8doc.__main__ import main
from resnet8doc.files import read_json
from resnet8doc.oracles import Spec, operator_file

from .commands import Command, Said, run

COMMANDS = (
    "build", "data", "train", "convert", "calibrate", "quantize", "evaluate", "compare", "record-mlperf-tiny",
    "record-four-networks",
)  # fmt: skip


def started(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a command in a process of its own, as a user does: for what can be said of a process alone."""
    command = [sys.executable, "-m", "resnet8doc", *arguments]
    return subprocess.run(command, capture_output=True, text=True, env={**os.environ, "COLUMNS": "120"}, check=False)


@pytest.fixture
def resnet8doc(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Command:
    """Give the command line, run in this process."""
    monkeypatch.setenv("COLUMNS", "120")

    def command(*arguments: str, **variables: str) -> Said:
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        return run(arguments, monkeypatch, capfd)

    return command


def test_help_names_every_command_and_what_it_does() -> None:
    said = started("--help")
    assert said.returncode == 0
    for command in COMMANDS:
        assert f" {command} " in said.stdout


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_has_help(command: str, resnet8doc: Command) -> None:
    said = resnet8doc(command, "--help")
    assert said.returncode == 0
    assert "Usage:" in said.stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("evaluate", "--checkpint", "bundled"), "No such option: --checkpint"),
        (("evalute",), "No such command 'evalute'"),
        (("evaluate", "/no/such/model.onnx"), "error: /no/such/model.onnx does not exist; expected"),
        (
            ("convert", "--checkpoint", "mlperf"),
            "error: the checkpoint 'mlperf' is unknown; expected bundled, mlperf-tiny",
        ),
        (("build", "--jobs", "0"), "greater than or equal to 1"),
        (("extract", "model.onnx", "--fused", "ints"), "unexpected extra argument"),
        (("extract", "--fused", "/no/such/model.onnx"), "error: /no/such/model.onnx does not exist; expected"),
        (("extract", "model.onnx", "--channels-first"), "error: --channels-first without --fused; expected both"),
    ],
)
def test_a_mistake_is_a_sentence(arguments: tuple[str, ...], message: str, resnet8doc: Command, tmp_path: Path) -> None:
    said = resnet8doc(*arguments, RESNET8DOC_BUILD=str(tmp_path))
    assert said.returncode != 0
    assert message in said.stderr
    assert "Traceback" not in said.stderr


def test_a_mistake_ends_the_process_with_a_sentence_alone() -> None:
    said = started("evaluate", "/no/such/model.onnx")
    assert (said.returncode, said.stdout) == (1, "")
    assert said.stderr.startswith("error: /no/such/model.onnx does not exist; expected a model's file.")
    assert len(said.stderr.splitlines()) == 1


def test_a_build_folder_that_cannot_be_written_is_said(resnet8doc: Command, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    said = resnet8doc("data", RESNET8DOC_BUILD=str(tmp_path / "file" / "build"))
    assert said.returncode == 1
    assert said.stderr.startswith("error: cannot write")
    assert "Traceback" not in said.stderr


def test_no_folder_for_temporary_files_is_said(tmp_path: Path) -> None:
    """Where tempfile finds no folder, a sentence names the way out: so for any command, from one place."""
    code = (
        "import sys, tempfile, resnet8doc.__main__ as m, resnet8doc.cli as c\n"
        "tempfile._candidate_tempdir_list = lambda: [sys.argv[1]]\n"
        "c.app = lambda: tempfile.mkdtemp()\n"
        "m.main()"
    )
    said = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "missing")], capture_output=True, text=True, check=False
    )
    assert said.returncode == 1
    assert said.stderr.startswith("error: cannot read or write a file (No usable temporary directory found in")
    assert said.stderr.rstrip().endswith("Temporary files go to the folder that TMPDIR names.")


FULL = Path("/dev/full")


@pytest.mark.skipif(not FULL.exists(), reason="only Linux has a device that is always full")
def test_a_full_disk_is_said(tmp_path: Path) -> None:
    """The same from a real ENOSPC, in a command that writes a user's file."""
    code = (
        "import resnet8doc.__main__ as m, resnet8doc.cli as c\n"
        "def write():\n    with open('/dev/full', 'wb', buffering=0) as f: f.write(b'x')\n"
        "c.app = write\n"
        "m.main()"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=tmp_path)
    assert said.returncode == 1
    assert said.stderr.startswith("error: cannot read or write a file (No space left on device); expected a folder")
    assert "Traceback" not in said.stderr


def test_another_failure_of_the_system_keeps_its_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise ConnectionResetError(104, "Connection reset by peer")

    monkeypatch.setattr(cli, "app", fail)
    with pytest.raises(ConnectionResetError, match="Connection reset by peer"):
        main()


@pytest.mark.slow
def test_a_result_is_a_table_or_json(artifact: Callable[[str], Path], resnet8doc: Command, tmp_path: Path) -> None:
    expected = read_json(artifact("results/calibration.json"))
    table = resnet8doc("calibrate", "--output-json", str(tmp_path / "out.json"))
    assert table.returncode == 0, table.stderr
    assert "airplane" in table.stdout
    assert read_json(tmp_path / "out.json") == expected
    assert json.loads(started("calibrate", "--output-json", "-").stdout) == expected


@pytest.mark.slow
@pytest.mark.parametrize("command", ["data", "convert", "quantize", "evaluate", "compare"])
def test_every_stage_shows_its_result(artifact: Callable[[str], Path], command: str, resnet8doc: Command) -> None:
    artifact("results/comparison.json")
    said = resnet8doc(command)
    assert said.returncode == 0, said.stderr
    assert len(said.stdout.splitlines()) > 3


@pytest.mark.slow
def test_fused_stands_alone_or_has_a_value(
    artifact: Callable[[str], Path], resnet8doc: Command, tmp_path: Path
) -> None:
    model = str(artifact("models/resnet8_int8.onnx"))
    alone = resnet8doc("extract", "--output", str(tmp_path), "--fused", model)
    assert alone.returncode == 0, alone.stderr
    assert (tmp_path / "resnet8_int8_fused_operations.json").exists()
    assert "tensors are real:\n  input: fed to the model\n" in alone.stdout
    valued = resnet8doc("extract", model, "--fused", "integers", "--output", str(tmp_path))
    assert (tmp_path / "resnet8_int8_fused_integers_operations.npz").exists()
    assert "2 of 21 tensors are real:\n  input: fed to the model\n  softmax: what the model gives\n" in valued.stdout
    proven = resnet8doc("prove", model, "--fused", "integers", "--images", "2", "--output-json", "-")
    assert proven.returncode == 0, proven.stderr
    (result,) = json.loads(proven.stdout)
    assert (result["fused"], result["images"], result["as_run"]["mismatches"]) == ("integers", 2, 0)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("command", "models"),
    [
        (("prove",), ("resnet8_int8_qoperator.onnx", "resnet8_uint8_qoperator.onnx")),
        (("prove",), ("resnet8_int8.tflite",)),
        (("prove",), ("resnet8_int8.pt", "resnet8_int8_qnnpack.pt")),
        (("prove-c", "--variant", "float"), ()),
        (("prove-c", "--variant", "integer"), ()),
        (("prove-rtl",), ()),
    ],
    ids=lambda value: " ".join(value) or "its own",
)
def test_what_the_long_proof_runs_runs_on_two_images(
    artifact: Callable[[str], Path], command: tuple[str, ...], models: tuple[str, ...], resnet8doc: Command
) -> None:
    """``nox -s proof`` takes half an hour on all images: that each of its commands works is seen here."""
    paths = [str(artifact(f"models/{model}")) for model in models or ("resnet8_int8_qoperator.onnx",)]
    said = resnet8doc(*command, *(paths if models else ()), "--images", "2", "--output-json", "-")
    assert said.returncode == 0, said.stderr
    results = json.loads(said.stdout)
    for result in results if isinstance(results, list) else [results]:
        counts = result.get("totals", result)
        assert counts.get("values", counts.get("bytes")) > 100_000
        assert counts.get("local_mismatches", counts.get("mismatches")) == 0


@pytest.mark.slow
def test_kernels_that_cannot_run_a_file_are_named_and_the_others_compared(resnet8doc: Command, tmp_path: Path) -> None:
    """An input of SOFTMAX this fine ends the process of the reference kernels and of Micro."""
    path = tmp_path / "fine.tflite"
    given, made = Spec((1, 10), scale=1e-8), Spec((1, 10), scale=1 / 256, zero_point=-128)
    path.write_bytes(operator_file("SOFTMAX", [given], made, {"beta": 1.0}))
    said = resnet8doc("prove", str(path), "--images", "2", "--output-json", "-")
    assert said.returncode == 0, said.stderr
    found = {result["kernels"]: result["totals"]["local_mismatches"] for result in json.loads(said.stdout)}
    assert found == {"tflite_builtin": 0, "xnnpack": 0}
    for kernels in ("tflite_reference", "tflite_micro"):
        assert f"fine.tflite, {kernels}: {kernels} ends the process (SIGABRT) while it runs fine.tflite;" in said.stderr
