"""From a reader's CMSIS-NN to a shared library: which of its files the harness needs, compiled as they stand."""

import ctypes
import re
import subprocess
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from ...errors import UserError
from ...files import sha256
from ...hardware.c import compiler

HARNESS = Path(__file__).with_name("harness.c")

FLAGS = ("-O2", "-fPIC", "-shared")
SINGLE = "-DCMSIS_NN_USE_SINGLE_ROUNDING"

PUBLIC = "Include/arm_nnfunctions.h"
HEADERS = ("arm_nnfunctions.h", "arm_nnsupportfunctions.h", "arm_nn_types.h", "arm_nn_math_types.h")
"""Whose revision and date are recorded."""

FUNCTIONS = (
    "arm_convolve_wrapper_s8", "arm_convolve_wrapper_s8_get_buffer_size", "arm_depthwise_conv_wrapper_s8",
    "arm_depthwise_conv_wrapper_s8_get_buffer_size", "arm_fully_connected_s8", "arm_fully_connected_s8_get_buffer_size",
    "arm_avgpool_s8", "arm_avgpool_s8_get_buffer_size", "arm_max_pool_s8", "arm_elementwise_add_s8",
    "arm_elementwise_mul_s8", "arm_softmax_s8",
)  # fmt: skip
"""What the harness calls."""

GET_IT = "Name a checkout or an unpacked release of ARM-software/CMSIS-NN with --source."

_COMMENT = re.compile(r"/\*.*?\*/|//[^\n]*", re.DOTALL)
_DEFINED = re.compile(r"^(?:[A-Za-z_][\w \t*]*?\b)?(arm_\w+)\s*\([^;{}]*\)\s*\{", re.MULTILINE)
_NAME = re.compile(r"\barm_\w+")


@dataclass(frozen=True)
class Source:
    """A folder of CMSIS-NN.

    Attributes
    ----------
    folder
        With ``Include`` and ``Source``.
    """

    folder: Path

    @cached_property
    def files(self) -> tuple[Path, ...]:
        """The C files that define what the harness calls, and what these call in turn, sorted.

        Raises
        ------
        UserError
            If this is no folder of CMSIS-NN, or one of the functions is not there.
        """
        header = self.folder / PUBLIC
        if not header.is_file():
            raise UserError(f"{self.folder} has no {PUBLIC}", "a folder of CMSIS-NN", GET_IT)
        texts = {path: _bare(path) for path in sorted(self.folder.glob("Source/*/*.c"))}
        homes = {name: path for path, text in texts.items() for name in _DEFINED.findall(text)}
        declared = set(_NAME.findall(_bare(header)))
        missing = [name for name in FUNCTIONS if name not in homes or name not in declared]
        if missing:
            raise UserError(
                f"{self.folder} has no {', '.join(missing)}", "the public functions that the harness calls", GET_IT
            )
        found: set[Path] = set()
        waiting = {homes[name] for name in FUNCTIONS}
        while waiting:
            path = waiting.pop()
            found.add(path)
            waiting |= {homes[name] for name in _NAME.findall(texts[path]) if name in homes} - found
        return tuple(sorted(found))

    @property
    def headers(self) -> tuple[Path, ...]:
        """Every header, sorted."""
        return tuple(sorted(self.folder.glob("Include/**/*.h")))

    def hashes(self) -> dict[str, str]:
        """Return the SHA-256 of each file compiled and of each header, by its path in the folder."""
        return {path.relative_to(self.folder).as_posix(): sha256(path) for path in (*self.headers, *self.files)}

    def revisions(self) -> dict[str, dict[str, str]]:
        """Return revision and date as the headers state them, empty texts where they do not."""
        texts = {name: (self.folder / "Include" / name) for name in HEADERS}
        return {
            name: {key: _stated(path, word) for key, word in (("revision", "Revision"), ("date", "Date"))}
            for name, path in texts.items()
            if path.is_file()
        }

    def commit(self) -> str | None:
        """Return the checkout's commit; None if this is no checkout, or git is not installed."""
        if not (self.folder / ".git").exists():
            return None
        try:
            done = subprocess.run(
                ["git", "-C", str(self.folder), "rev-parse", "HEAD"], capture_output=True, text=True, check=False
            )
        except OSError:
            return None
        return done.stdout.strip() or None


def open_source(folder: Path | None) -> Source:
    """Return a folder of CMSIS-NN, looked through.

    Raises
    ------
    UserError
        If none is named, there is none, or it lacks what the harness calls.
    """
    if folder is None:
        raise UserError("no folder is named", "the folder of CMSIS-NN: nothing is downloaded", GET_IT)
    source = Source(folder.resolve())
    _ = source.files
    return source


class Library:
    """CMSIS-NN, compiled with the harness.

    Parameters
    ----------
    source
        What to compile.
    output
        The shared library to write.
    single
        Whether with ``CMSIS_NN_USE_SINGLE_ROUNDING``.

    Raises
    ------
    UserError
        If there is no compiler, it refuses, or it compiles for DSP or MVE instructions.
    """

    def __init__(self, source: Source, output: Path, *, single: bool) -> None:
        command = [
            *compiler(), *FLAGS, *([SINGLE] if single else []), f"-I{source.folder / 'Include'}", "-o", str(output),
            str(HARNESS), *map(str, source.files),
        ]  # fmt: skip
        try:
            done = subprocess.run(command, capture_output=True, text=True, check=False)
        except OSError as error:
            raise UserError(
                f"the C compiler {command[0]} cannot be started ({error.strerror})", "a C compiler",
                "Install cc, or name a compiler in the variable CC.",
            ) from error  # fmt: skip
        if done.returncode:
            lines = done.stderr.splitlines()
            complaint = next((line for line in lines if "error" in line or "undefined" in line), "no reason given")
            raise UserError(
                f"the C compiler refuses CMSIS-NN with the harness ({complaint.strip()[-300:]})",
                "functions with the parameters that they have in the record's source", GET_IT,
            )  # fmt: skip
        try:
            self._library = ctypes.CDLL(str(output))
        except OSError as error:
            raise UserError(
                f"the library cannot be loaded ({error})", "every function that CMSIS-NN's own files call", GET_IT
            ) from error

    def call(self, name: str, *arguments: Any) -> None:
        """Call a function of the harness.

        Raises
        ------
        UserError
            If CMSIS-NN answers with another status than success.
        """
        status = getattr(self._library, name)(*arguments)
        if status:
            raise UserError(
                f"CMSIS-NN answers {name} with status {status}", "0, success", "Report this as a bug of the harness."
            )


def _bare(path: Path) -> str:
    """Return a C file without its comments."""
    return _COMMENT.sub(" ", path.read_text(encoding="utf-8", errors="replace"))


def _stated(path: Path, word: str) -> str:
    found = re.search(rf"\${word}:\s*(.*?)\s*$", path.read_text(encoding="utf-8", errors="replace"), re.MULTILINE)
    return found[1] if found else ""
