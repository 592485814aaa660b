"""Runs in the browser's Python as it starts (start.mjs): import what the notebook needs from one file in memory.

The file holds the bytecode of every module that a start imports. Nothing is unpacked, looked for or compiled. A module
that is not in it is taken from its wheel, which is fetched when the module is asked for.
"""

import _sre  # type: ignore[import-not-found]  # the engine beneath re, without stubs
import dataclasses
import gc
import importlib
import json
import marshal
import pkgutil
import re
import sys
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib.machinery import (
    BYTECODE_SUFFIXES,
    EXTENSION_SUFFIXES,
    SOURCE_SUFFIXES,
    ExtensionFileLoader,
    FileFinder,
    ModuleSpec,
    PathFinder,
    SourceFileLoader,
    SourcelessFileLoader,
)
from io import BytesIO
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

SITE = "/lib/python3.14/site-packages"
LIBRARY = "/lib/python314.zip"


class Loader(SourcelessFileLoader):
    """Load a module from memory; its data files lie where its wheel would have put them."""

    def __init__(self, name: str, path: str, bytecode: memoryview) -> None:
        super().__init__(name, path)
        self.bytecode = bytecode

    def get_code(self, fullname: str) -> CodeType:
        """Return the module's code."""
        code: CodeType = marshal.loads(self.bytecode)  # noqa: S302 -- the site's own, as a pyc is
        return code


class Started:
    """Find modules in memory.

    Parameters
    ----------
    modules
        For each module: whether it is a package, and where its bytecode begins and ends; None for a namespace.
    memory
        The bytecode.
    library
        Which of them are of the standard library: what else their packages hold lies there.
    """

    def __init__(
        self, modules: dict[str, tuple[bool, int, int] | None], memory: memoryview, library: Iterable[str] = ()
    ) -> None:
        self.modules = modules
        self.memory = memory
        self.library = frozenset(library)

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return how to load a module, or None if it is not here."""
        if fullname not in self.modules:
            return None
        place = f"{LIBRARY if fullname in self.library else SITE}/{fullname.replace('.', '/')}"
        entry = self.modules[fullname]
        if entry is None:
            spec = ModuleSpec(fullname, None, is_package=True)
            spec.submodule_search_locations = [place]
            return spec
        package, begin, end = entry
        origin = f"{place}/__init__.pyc" if package else f"{place}.pyc"
        loader = Loader(fullname, origin, self.memory[begin:end])
        spec = ModuleSpec(fullname, loader, origin=origin, is_package=package)
        spec.has_location = True
        if package:
            spec.submodule_search_locations = [place]
        return spec


class Folder(FileFinder):
    """A folder some of whose modules lie in memory: whoever lists the folder gets these too."""

    listed: Mapping[str, Sequence[tuple[str, bool]]] = {}

    @staticmethod
    def of(modules: Iterable[str]) -> dict[str, list[tuple[str, bool]]]:
        """Return for each package what lies in it: each module's own name, and whether it is a package."""
        names = list(modules)
        packages = {name.rpartition(".")[0] for name in names}
        found: dict[str, list[tuple[str, bool]]] = {}
        for name in names:
            parent, _, own = name.rpartition(".")
            found.setdefault(parent, []).append((own, name in packages))
        return found

    def iter_modules(self, prefix: str) -> Iterator[tuple[str, bool]]:
        """Yield each module's name and whether it is a package."""
        parent = self.path.removeprefix(f"{SITE}/").replace("/", ".")
        yield from ((prefix + name, package) for name, package in self.listed.get(parent, ()))
        yield from pkgutil._iter_file_finder_modules(self, prefix)  # type: ignore[attr-defined]  # what lists a plain folder


class Later:
    """Fetch a module's wheel when the module is asked for and is not in memory.

    Parameters
    ----------
    wheels
        Each wheel's file name, with the modules in it.
    """

    def __init__(self, wheels: dict[str, list[str]]) -> None:
        self.wheels = {module: wheel for wheel, modules in wheels.items() for module in modules}

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Unpack the module's wheel and look again; None if no wheel has it."""
        wheel = self.wheels.get(fullname)
        if wheel is None:
            return None
        self.wheels = {module: other for module, other in self.wheels.items() if other != wheel}
        unpack(fetch(wheel))
        importlib.invalidate_caches()
        return PathFinder.find_spec(fullname, path, target)


def fetch(name: str) -> bytes:
    """Return a file that lies beside Pyodide's; the worker waits for it.

    Raises
    ------
    ImportError
        If the server does not have it.
    """
    import pyodide_js  # type: ignore[import-not-found]  # Pyodide's own
    from js import XMLHttpRequest  # type: ignore[import-not-found]  # the browser's

    request = XMLHttpRequest.new()
    request.open("GET", pyodide_js._api.config.packageBaseUrl + name, False)
    request.responseType = "arraybuffer"
    request.send()
    if request.status != 200:
        raise ImportError(f"{name} was not served ({request.status})")
    return bytes(request.response.to_bytes())


def unpack(wheel: bytes) -> None:
    """Unpack a wheel, but nothing over what is there: C extensions may be in use."""
    with zipfile.ZipFile(BytesIO(wheel)) as archive:
        archive.extractall(SITE, [name for name in archive.namelist() if not Path(SITE, name).exists()])


def prepare_marimo() -> None:
    """Keep marimo from importing jedi, which completes code in its editor: a page to be read has no editor.

    It says what such a page reads, too, and no more (`resnet8doc.playground.kernel`).

    marimo imports it in the browser only because it raises the limit of recursion, before it sets that limit itself.
    """
    patches, name = importlib.import_module("marimo._runtime.patches"), "patch_recursion_limit"
    if not hasattr(patches, name):
        raise ImportError("marimo sets its limit of recursion in another way: its code has changed")
    setattr(patches, name, lambda limit: sys.setrecursionlimit(limit))
    from resnet8doc.playground.kernel import prepare  # importable now

    prepare()


def prepare_patterns(magic: int, table: memoryview) -> None:
    """Take regular expressions that were compiled when the site was built, as modules are.

    Parameters
    ----------
    magic
        The version of the engine that they were compiled for; for another one they are left alone.
    table
        For each expression and its flags, what the engine is given.
    """
    if magic != _sre.MAGIC:
        return
    known: dict[tuple[str | bytes, int], tuple[Any, ...]] = marshal.loads(table)  # noqa: S302 -- the site's own
    usual = re._compiler.compile  # type: ignore[attr-defined]  # where re keeps its compiler

    def compile_pattern(pattern: Any, flags: int = 0) -> re.Pattern[Any]:
        given = known.get((pattern, int(flags))) if isinstance(pattern, str | bytes) else None
        return usual(pattern, flags) if given is None else _sre.compile(*given)  # type: ignore[no-any-return]

    re._compiler.compile = compile_pattern  # type: ignore[attr-defined]


def prepare_methods(table: memoryview) -> None:
    """Take the methods of dataclasses that were compiled when the site was built: each class writes them as source.

    Parameters
    ----------
    table
        For each source, its code.
    """
    known: dict[str, CodeType] = marshal.loads(table)  # noqa: S302 -- the site's own

    def run(source: str, scope: dict[str, Any], names: dict[str, Any]) -> None:
        exec(known.get(source, source), scope, names)  # noqa: S102 -- what dataclasses does

    dataclasses.exec = run  # type: ignore[attr-defined]  # found before the built-in one


def begin(content: Any, length: int) -> None:
    """Make everything importable, and import it.

    Parameters
    ----------
    content
        What _pack.py wrote, an array of JavaScript's: ``length`` bytes of JSON, then the bytes that it points at.
    """
    gc.disable()  # what modules make stays
    memory = memoryview(content.to_bytes())
    index: dict[str, Any] = json.loads(bytes(memory[:length]))
    rest = memory[length:]
    library = frozenset(index["library"])
    packages = (name for name, entry in index["modules"].items() if entry is None or entry[0])
    folders = {name.replace(".", "/") for name in packages if name not in library}
    for path in sorted(folders | {path.rpartition("/")[0] for path, _, _ in index["files"]}):
        Path(SITE, path).mkdir(parents=True, exist_ok=True)
    for path, start, end in index["files"]:
        Path(SITE, path).write_bytes(rest[start:end])
    # before all others, to whom a package's folder with data files alone is a package without code
    sys.meta_path[:0] = [Started(index["modules"], rest, library), Later(index["wheels"])]
    Folder.listed = Folder.of(name for name in index["modules"] if name not in library)
    pkgutil.iter_importer_modules.register(Folder, Folder.iter_modules)  # type: ignore[attr-defined]  # not in its stubs
    kinds = (
        (ExtensionFileLoader, EXTENSION_SUFFIXES), (SourceFileLoader, SOURCE_SUFFIXES),
        (SourcelessFileLoader, BYTECODE_SUFFIXES),
    )  # fmt: skip
    sys.path_hooks.insert(0, Folder.path_hook(*kinds))
    sys.path_importer_cache.clear()
    importlib.invalidate_caches()
    magic, start, end = index["patterns"]
    prepare_patterns(magic, rest[start:end])
    prepare_methods(rest[slice(*index["methods"])])
    for name in index["imports"]:
        importlib.import_module(name)
    prepare_marimo()
    gc.freeze()
    gc.enable()
