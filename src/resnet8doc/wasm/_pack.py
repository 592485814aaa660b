"""Runs inside Pyodide under node (pack.mjs), after _compile.py: pack what a start imports."""

import _sre  # type: ignore[import-not-found]  # the engine beneath re, without stubs
import dataclasses
import importlib
import json
import marshal
import re
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from types import CodeType

SITE = Path("/lib/python3.14/site-packages")
LIBRARY = "/lib/python314.zip"
HEADER = 16  # bytes of a pyc before its code
MODULES = (".pyc", ".so")
LICENCES = ("/licenses/", "/LICENSE", "/AUTHORS", "third_party", "/NOTICE")
"""Not copied: they lie in the wheels beside."""


def _name(path: str) -> str:
    """Return the name of the module at a path, which ends in one of MODULES."""
    stem = path.removesuffix(".pyc") if path.endswith(".pyc") else path.partition(".")[0]
    return stem.removesuffix("/__init__").replace("/", ".")


def _namespaces(modules: set[str]) -> set[str]:
    """Return the packages without an ``__init__`` that modules lie in."""
    parents = {name.rpartition(".")[0] for name in modules} - {""}
    missing = parents - modules
    return missing | _namespaces(modules | missing) if missing else set()


def _watch_patterns() -> dict[tuple[str | bytes, int], tuple[object, ...]]:
    """Return a table that fills with each regular expression compiled from now on, and what it is compiled to."""
    table: dict[tuple[str | bytes, int], tuple[object, ...]] = {}
    made: list[tuple[object, ...]] = []
    engine, usual = _sre.compile, re._compiler.compile  # type: ignore[attr-defined]  # where re keeps its compiler

    def build(
        pattern: str,
        flags: int,
        code: list[int],
        groups: int,
        names: dict[str, int],
        order: tuple[str | None, ...],
    ) -> re.Pattern[str]:
        # the compiler's named numbers are integers of a type of its own
        made.append((pattern, int(flags), [int(word) for word in code], int(groups), dict(names), tuple(order)))
        found: re.Pattern[str] = engine(pattern, flags, code, groups, names, order)
        return found

    def compile_pattern(pattern: object, flags: int = 0) -> re.Pattern[str]:
        found: re.Pattern[str] = usual(pattern, flags)
        if isinstance(pattern, str | bytes):
            table[pattern, int(flags)] = made[-1]
        return found

    _sre.compile = build  # for as long as this program runs
    re._compiler.compile = compile_pattern  # type: ignore[attr-defined]
    return table


def _watch_methods() -> dict[str, CodeType]:
    """Return a table that fills with the source of each dataclass's methods from now on, and what it compiles to."""
    table: dict[str, CodeType] = {}

    def run(source: str, scope: dict[str, object], names: dict[str, object]) -> None:
        table[source] = compile(source, "<string>", "exec", dont_inherit=True)
        exec(table[source], scope, names)  # noqa: S102 -- what dataclasses does

    dataclasses.exec = run  # type: ignore[attr-defined]  # found before the built-in one, as long as this program runs
    return table


def _standard_library(used: set[str], also: tuple[str, ...], bytecode: Callable[[bytes, str], bytes]) -> None:
    """Write the standard library with the modules that a start imports as bytecode: it comes as source."""
    with (
        zipfile.ZipFile("/core/python_stdlib.zip") as old,
        zipfile.ZipFile("/target/python_stdlib.zip", "w", zipfile.ZIP_DEFLATED, compresslevel=9) as new,
    ):
        for path in sorted(name for name in old.namelist() if not name.endswith("/")):
            content, name = old.read(path), _name(f"{path}c")
            if path.endswith(".py") and (name in used or name.startswith(also)):
                content, path = bytecode(content, f"/lib/python314.zip/{path}"), f"{path}c"
            entry = zipfile.ZipInfo(path, (1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(entry, content)


def pack(rules: str, code: str, bytecode: Callable[[bytes, str], bytes]) -> None:
    """Import what a start imports, and write both files.

    Parameters
    ----------
    rules
        JSON: ``imports``, the modules to import; ``also``, prefixes of those that are imported only while cells run;
        ``packages``, the names under which Pyodide knows the wheels.
    code
        The source of _started.py.
    bytecode
        Compiles a source, given its file's name: _compile.py's.
    """
    known = json.loads(rules)
    also, names = tuple(known["also"]), {}
    for path in sorted(Path("/wheels").glob("*.whl")):
        with zipfile.ZipFile(path) as archive:
            archive.extractall(SITE)
            names[path.name] = sorted(archive.namelist())
    importlib.invalidate_caches()
    patterns, methods, before = _watch_patterns(), _watch_methods(), set(sys.modules)
    for name in known["imports"]:
        importlib.import_module(name)
    importlib.import_module("marimo").md("the label of a control")  # brings what reads Markdown
    used = set(sys.modules)
    blob, files, later = bytearray(), [], {}
    modules: dict[str, tuple[bool, int, int]] = {}

    def append(path: str, skip: int = 0) -> tuple[int, int]:
        begin = len(blob)
        blob.extend(Path(SITE, path).read_bytes()[skip:])
        return begin, len(blob)

    for wheel, paths in names.items():
        named = {path: _name(path) for path in paths if path.endswith(MODULES)}
        taken = {path for path, name in named.items() if name in used or name.startswith(also)}
        modules |= {
            named[path]: (path.endswith("/__init__.pyc"), *append(path, HEADER)) for path in sorted(taken)
            if path.endswith(".pyc")
        }  # fmt: skip
        later[wheel] = sorted(name for path, name in named.items() if path not in taken)
        if taken:
            data = [path for path in paths if path not in named and not any(part in path for part in LICENCES)]
            files += [(path, *append(path)) for path in (*data, *sorted(taken)) if not path.endswith(".pyc")]
    library = []
    with zipfile.ZipFile("/core/python_stdlib.zip") as archive:
        for source in sorted(name for name in archive.namelist() if name.endswith(".py")):
            module = _name(f"{source}c")
            if module in used - before:
                compiled = bytecode(archive.read(source), f"{LIBRARY}/{source}")[HEADER:]
                library.append(module)
                modules[module] = (source.endswith("/__init__.py"), len(blob), len(blob) + len(compiled))
                blob += compiled
    tables = {}
    for kind, table in (("patterns", patterns), ("methods", methods)):
        begin = len(blob)
        blob += marshal.dumps(table, 2)  # before version 3, equal things give equal bytes
        tables[kind] = (begin, len(blob))
    index = {
        "code": code,
        "patterns": (_sre.MAGIC, *tables["patterns"]),
        "methods": tables["methods"],
        "library": library,
        "imports": known["imports"],
        "modules": {**modules, **dict.fromkeys(sorted(_namespaces(set(modules) - set(library))))},
        "files": files,
        "wheels": {wheel: found for wheel, found in later.items() if found},
        "packages": dict.fromkeys(known["packages"], "default channel"),
    }
    header = json.dumps(index, separators=(",", ":")).encode()
    Path("/target/started.bin").write_bytes(len(header).to_bytes(4, "little") + header + blob)
    _standard_library(used, also, bytecode)
