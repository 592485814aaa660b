"""Each C file is compiled once: programs of different networks have the same kernels, which take a compiler longest."""

import hashlib
import os
import re
from collections.abc import Callable, Sequence
from pathlib import Path

from resnet8doc.hardware.c import compiler

INCLUDED = re.compile(r'^#include (?:"([^"]+)"|[^"<])', re.MULTILINE)
"""Finds the name of a file of the program, and of a macro, which stands for any file, nothing."""


class Objects:
    """Runs a compiler as :func:`resnet8doc.hardware.c._compile.run_compiler` does, file by file.

    Parameters
    ----------
    folder
        Where objects are kept. Processes may share it.
    compile
        Runs one command.
    """

    def __init__(self, folder: Path, compile: Callable[[Sequence[str]], None]) -> None:
        self.folder, self.compile = folder, compile

    def __call__(self, command: Sequence[str]) -> None:
        """Compile and link: what is linked has the same objects as if the compiler had been given all C files."""
        texts = {word: text(Path(word)) for word in command if word.endswith(".c")}
        if command[0] != compiler()[0] or len(texts) < 2 or None in texts.values():  # ziglang's keeps objects itself
            self.compile(command)
            return
        before = command[: command.index("-o")]
        objects = {source: str(self.object(before, source, read)) for source, read in texts.items()}
        self.compile([objects.get(word, word) for word in command])

    def object(self, command: Sequence[str], source: str, read: str | None) -> Path:
        key = hashlib.sha256(repr((command, read)).encode()).hexdigest()
        made = self.folder / f"{Path(source).stem}-{key}.o"
        if not made.exists():
            temporary = made.with_suffix(f".{os.getpid()}.o")
            self.compile([*command, "-c", "-o", str(temporary), source])
            temporary.replace(made)
        return made


def text(source: Path) -> str | None:
    """Return what the compiler reads of a file and of those of its folder that it includes, or None if that is open."""
    names, found = [source.name], ""
    for name in names:  # grows
        content = (source.parent / name).read_text(encoding="utf-8")
        included = INCLUDED.findall(content)
        if "" in included:
            return None
        names += [one for one in included if one not in names]
        found += f"{name}:\n{content}"
    return found
