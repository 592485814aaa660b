"""The command line run in the tests' own process: what ``python -m resnet8doc`` says and returns, without its start."""

import sys
import traceback
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from resnet8doc.__main__ import main


@dataclass(frozen=True)
class Said:
    """What a command printed, and its exit code: the members of a ``subprocess.CompletedProcess``."""

    returncode: int
    stdout: str
    stderr: str


def run(arguments: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Said:
    """Run a command as the interpreter would: a message to ``sys.exit`` is printed, as is a defect's traceback."""
    monkeypatch.setattr(sys, "argv", ["resnet8doc", *arguments])
    capfd.readouterr()
    code: object = 0
    try:
        main()
    except SystemExit as end:
        code = end.code
    except Exception:
        traceback.print_exc()
        code = 1
    if isinstance(code, str):
        print(code, file=sys.stderr)
        code = 1
    captured = capfd.readouterr()
    assert code is None or isinstance(code, int)
    return Said(code or 0, captured.out, captured.err)


Command = Callable[..., Said]
"""``resnet8doc("data", RESNET8DOC_BUILD="...")``: a command's words, and variables of the environment."""
