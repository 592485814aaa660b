"""One process for many commands, in which modules are missing that are installed here.

A module that is missing can be imported by no command, whatever ran before it; and what all commands import is imported
once.
"""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

PROGRAM = """
import json, os, runpy, sys, traceback
missing = set(sys.argv[1].split(","))
class Missing:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in missing:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
sys.meta_path.insert(0, Missing())
answers = os.fdopen(os.dup(1), "w")
for line in sys.stdin:
    folder, arguments = json.loads(line)
    os.chdir(folder)
    sys.argv = ["resnet8doc", *arguments]
    for number, name in ((1, ".stdout"), (2, ".stderr")):
        with open(name, "wb") as file:
            os.dup2(file.fileno(), number)
    code = 0
    try:
        runpy.run_module("resnet8doc", run_name="__main__")
    except SystemExit as end:
        code = end.code or 0
        if isinstance(code, str):
            print(code, file=sys.stderr)
            code = 1
    except BaseException:
        traceback.print_exc()
        code = 1
    sys.stdout.flush()
    sys.stderr.flush()
    print(code, file=answers, flush=True)
"""
"""As if the modules named were not installed, runs each command that it is told, in the folder that it is told."""


Alone = Callable[..., subprocess.CompletedProcess[str]]
"""``alone(folder, "extract", "model.onnx")``: a command's exit code and what it printed."""


@contextmanager
def without(missing: str) -> Iterator[Alone]:
    """Start the process, without the modules named (with commas between them), and give what runs commands in it."""
    command = [sys.executable, "-c", PROGRAM, missing]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        asked, answers = process.stdin, process.stdout

        def alone(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
            print(json.dumps([str(folder), arguments]), file=asked, flush=True)
            answer = answers.readline()
            said = [(folder / name).read_text(encoding="utf-8") for name in (".stdout", ".stderr")]
            assert answer, f"{arguments} ended the process: {said[1]}"
            return subprocess.CompletedProcess(arguments, int(answer), *said)

        yield alone
        asked.close()
    assert process.returncode == 0
