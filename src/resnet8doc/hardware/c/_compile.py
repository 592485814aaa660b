"""From C files to a program, with whatever compiler there is."""

import importlib.util
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from ...errors import UserError
from ...files import replacing

FLAGS = ("-std=c99", "-Wall", "-Wextra", "-Werror", "-pedantic")
SANITIZE = ("-fsanitize=address,undefined", "-fno-sanitize-recover=all", "-g1")


def compiler() -> list[str]:
    """Return the command of a C compiler: the environment's ``CC``, the system's ``cc``, or that of ``ziglang``.

    Raises
    ------
    UserError
        If there is none.

    Examples
    --------
    >>> len(compiler()) >= 1
    True
    """
    if named := os.environ.get("CC"):
        return shlex.split(named)
    if found := shutil.which("cc"):
        return [found]
    return zig()


def zig() -> list[str]:
    """Return the command of the C compiler in the package ``ziglang``, which also compiles for other processors.

    Raises
    ------
    UserError
        If it is not installed.
    """
    if importlib.util.find_spec("ziglang") is None:
        raise UserError("there is no C compiler", "cc on the PATH, or the package ziglang", "pip install ziglang.")
    return [sys.executable, "-m", "ziglang", "cc"]


def write_files(texts: dict[str, str], folder: Path) -> list[Path]:
    """Write texts by their names; return the paths of the C files among them."""
    for name, text in texts.items():
        with replacing(folder / name) as temporary:
            temporary.write_text(text, encoding="utf-8")
    return [folder / name for name in texts if name.endswith(".c")]


def compile_c(
    sources: Iterable[Path], output: Path, *, flags: Sequence[str] = ("-O2",), command: Sequence[str] | None = None
) -> Path:
    """Compile and link C files, every warning an error.

    Parameters
    ----------
    sources
        The ``.c`` files.
    output
        The program.
    flags
        Besides ``-std=c99 -Wall -Wextra -Werror -pedantic``: optimisation, sanitizers, macros.
    command
        The compiler; :func:`compiler`'s without it.

    Raises
    ------
    UserError
        If the compiler refuses; the message has its first complaint.
    """
    used = list(command or compiler())
    files = [str(source) for source in sources]
    temporary = output.with_name(f".{output.name}.{os.getpid()}")  # `replacing` would make it unexecutable
    try:
        run_compiler([*used, *FLAGS, *flags, "-o", str(temporary), *files, "-lm"])
        temporary.replace(output)
    finally:
        temporary.unlink(missing_ok=True)
    return output


def run_compiler(command: Sequence[str]) -> None:
    """Run a compiler; its first complaint becomes the message."""
    result = subprocess.run(list(command), capture_output=True, text=True, check=False)
    if result.returncode:
        complaint = next((line for line in result.stderr.splitlines() if "error" in line), result.stderr.strip()[:300])
        raise UserError(
            f"{Path(command[0]).name} refuses: {complaint}", "C99 without a warning", "Report this as a bug."
        )


def describe_compiler(command: Sequence[str] | None = None) -> str:
    """Return the first line of what the compiler says of its version."""
    result = subprocess.run([*(command or compiler()), "--version"], capture_output=True, text=True, check=False)
    return result.stdout.splitlines()[0].strip() if result.stdout else "unknown"
