"""Runs inside Pyodide under node (compile.mjs): rewrite each wheel with bytecode in the place of source."""

import importlib._bootstrap_external
import json
import zipfile
from pathlib import Path

NEVER = (".pyi", ".h", ".a", ".c", ".pyx", ".pxd")
FOREIGN = "-linux-gnu.so"  # a C extension for another machine, whose package runs without it


def _bytecode(source: bytes, name: str) -> bytes:
    """Return an unchecked hash-based pyc (PEP 552): nothing in it depends on dates."""
    code = compile(source, name, "exec", dont_inherit=True)
    writer = importlib._bootstrap_external._code_to_hash_pyc  # type: ignore[attr-defined]  # behind py_compile, untyped
    return bytes(writer(code, bytes(8), False))


def rewrite(source: Path, target: Path, unused: tuple[str, ...], needed: tuple[str, ...]) -> None:
    """Copy one wheel: what compiles compiled, what a browser never reads left out, every entry with one fixed date.

    Parameters
    ----------
    source, target
        The wheel, and the one to write.
    unused, needed
        Prefixes of paths to leave out, and of those to keep all the same.
    """
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as new:
        for name in sorted(old.namelist()):
            left_out = name.startswith(unused) and not name.startswith(needed)
            if left_out or name.endswith((*NEVER, FOREIGN, "/", ".dist-info/RECORD")):
                continue
            content = old.read(name)
            if name.endswith(".py"):
                content, name = _bytecode(content, name), name + "c"
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(entry, content)


def main(rules: str) -> None:
    """Rewrite every wheel of ``/source`` into ``/target``."""
    unused, needed = (tuple(json.loads(rules)[key]) for key in ("unused", "needed"))
    for wheel in sorted(Path("/source").glob("*.whl")):
        rewrite(wheel, Path("/target") / wheel.name, unused, needed)
