"""Modules imported from one file in memory, and from their wheels when they are not in it."""

import _sre  # type: ignore[import-not-found]  # the engine beneath re, without stubs
import dataclasses
import gc
import importlib
import io
import json
import marshal
import pkgutil
import re
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from resnet8doc.wasm import _pack, _started

SOURCES = {
    "r8first": (True, "from r8first import second\nanswer = second.half * 2\n"),
    "r8first.second": (False, "half = 21\n"),
    "r8space.inside": (False, "import r8first.third\nthere = r8first.third.there\n"),
}
"""Each module's name: whether it is a package, and its source."""

WHEEL = "r8first-1.0-py3-none-any.whl"


class Content:
    """Stands where the browser's array stands: what JavaScript passes to Python."""

    def __init__(self, content: bytes) -> None:
        self.content = content

    def to_bytes(self) -> bytes:
        """Return the array's bytes."""
        return self.content


def packed(imports: list[str]) -> tuple[Content, int]:
    """Return what `_pack.py` writes, for these few modules and one data file."""
    blob, modules = b"", {}
    for name, (package, source) in SOURCES.items():
        code = marshal.dumps(compile(source, name, "exec"))
        modules[name] = (package, len(blob), len(blob) + len(code))
        blob += code
    files = [("r8first/data.txt", len(blob), len(blob) + 5)]
    blob += b"hello"
    code = marshal.dumps(compile("found = __file__", "r8library", "exec"))
    modules["r8library"] = (True, len(blob), len(blob) + len(code))
    blob += code
    known = marshal.dumps({}, 2)
    index = {
        "patterns": (_sre.MAGIC, len(blob), len(blob) + len(known)),
        "methods": (len(blob), len(blob) + len(known)),
        "library": ["r8library"],
        "imports": imports,
        "modules": {**modules, "r8space": None},
        "files": files,
        "wheels": {WHEEL: ["r8first.third"]},
    }
    header = json.dumps(index).encode()
    return Content(header + blob + known), len(header)


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Give a folder for site-packages, and leave this process's way of importing as it was."""
    monkeypatch.setattr(_started, "SITE", str(tmp_path))
    monkeypatch.setattr(_started, "prepare_marimo", lambda: None)
    monkeypatch.setattr(re._compiler, "compile", re._compiler.compile)  # type: ignore[attr-defined]  # restored
    monkeypatch.setattr(dataclasses, "exec", exec, raising=False)
    for name in ("meta_path", "path_hooks"):
        monkeypatch.setattr(sys, name, list(getattr(sys, name)))
    monkeypatch.setattr(sys, "path", [*sys.path, str(tmp_path)])
    yield tmp_path
    for name in [name for name in sys.modules if name.startswith(("r8first", "r8space", "r8library"))]:
        del sys.modules[name]
    sys.path_importer_cache.clear()
    gc.unfreeze()


def test_modules_come_from_memory_and_data_files_from_their_place(site: Path) -> None:
    _started.begin(*packed(["r8first"]))
    first = sys.modules["r8first"]
    assert first.answer == 42
    assert first.__file__ == f"{site}/r8first/__init__.pyc"
    assert not Path(first.__file__).exists()
    assert Path(first.__file__).with_name("data.txt").read_bytes() == b"hello"


def test_who_lists_a_folder_gets_what_is_in_memory(site: Path) -> None:
    """The operators of the engine are found by listing their folder."""
    _started.begin(*packed(["r8first"]))
    assert [entry.name for entry in pkgutil.iter_modules(sys.modules["r8first"].__path__, "r8first.")] == [
        "r8first.second"
    ]


def test_what_else_a_package_of_the_library_holds_lies_in_the_library(site: Path) -> None:
    """Its folder among the wheels' would be empty."""
    _started.begin(*packed(["r8library"]))
    assert list(sys.modules["r8library"].__path__) == [f"{_started.LIBRARY}/r8library"]
    assert not (site / "r8library").exists()


def test_a_module_that_is_not_in_memory_comes_from_its_wheel(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Once, when it is asked for, and over nothing that is there."""
    content = io.BytesIO()
    asked: list[str] = []

    def fetch(name: str) -> bytes:
        asked.append(name)
        return content.getvalue()

    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("r8first/third.py", "there = True\n")
        archive.writestr("r8first/data.txt", "other")
    monkeypatch.setattr(_started, "fetch", fetch)
    _started.begin(*packed(["r8first"]))
    assert asked == []
    assert importlib.import_module("r8space.inside").there
    assert asked == [WHEEL]
    assert (site / "r8first" / "data.txt").read_bytes() == b"hello"


def test_a_folder_of_data_files_is_not_the_package(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """numpy.random is not packed, but files that are no modules lie in its folder."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("r8first/third/__init__.py", "there = True\n")
    monkeypatch.setattr(_started, "fetch", lambda _: content.getvalue())
    _started.begin(*packed(["r8first"]))
    (site / "r8first" / "third").mkdir()
    (site / "r8first" / "third" / "data.txt").write_text("x")
    assert importlib.import_module("r8first.third").there


def test_what_no_wheel_has_stays_missing(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Packages ask for modules that need not be there: nothing is fetched for that."""
    monkeypatch.setattr(_started, "fetch", lambda name: pytest.fail(f"{name} was fetched"))
    _started.begin(*packed(["r8first"]))
    with pytest.raises(ModuleNotFoundError):
        importlib.import_module("r8first.no_such_module")


def test_regular_expressions_come_compiled(monkeypatch: pytest.MonkeyPatch) -> None:
    """The build writes down what each is compiled to; the browser's Python compiles none of these again."""
    compiler = re._compiler  # type: ignore[attr-defined]  # where re keeps its compiler
    for place in (_sre, compiler):
        monkeypatch.setattr(place, "compile", place.compile)
    table = _pack._watch_patterns()
    re.purge()
    re.compile(r"(?P<word>r8\w+)", re.IGNORECASE)
    monkeypatch.undo()
    monkeypatch.setattr(compiler, "compile", compiler.compile)
    _started.prepare_patterns(_sre.MAGIC, memoryview(marshal.dumps(table, 2)))
    re.purge()
    with monkeypatch.context() as only:
        only.setattr(compiler._parser, "parse", lambda *_: pytest.fail("it was compiled again"))
        found = re.compile(r"(?P<word>r8\w+)", re.IGNORECASE).search("see R8thing")
    assert found is not None
    assert found["word"] == "R8thing"
    assert re.compile(r"(?P<word>r8\w+)").search("see R8thing") is None  # other flags: another expression


def test_methods_of_dataclasses_come_compiled(monkeypatch: pytest.MonkeyPatch) -> None:
    """The build writes down what each class's methods are compiled to; one that it has not seen is compiled as ever."""
    monkeypatch.setattr(dataclasses, "exec", exec, raising=False)
    table = _pack._watch_methods()

    def make(field: str) -> object:
        return dataclasses.make_dataclass("R8Point", [field])(3)

    usual = make("across")
    assert len(table) > 0
    _started.prepare_methods(memoryview(marshal.dumps(table, 2)))
    compiled: list[object] = []

    def watched(code: str, *scopes: dict[str, object]) -> None:
        compiled.append(code)
        exec(code, *scopes)  # noqa: S102 -- what dataclasses does

    monkeypatch.setattr(_started, "exec", watched, raising=False)
    assert repr(make("across")) == repr(usual)
    assert not any(isinstance(code, str) for code in compiled)
    assert repr(make("down")).endswith("R8Point(down=3)")
    assert any(isinstance(code, str) for code in compiled)


def test_another_engines_expressions_are_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    compiler = re._compiler  # type: ignore[attr-defined]  # where re keeps its compiler
    monkeypatch.setattr(compiler, "compile", compiler.compile)
    usual = compiler.compile
    _started.prepare_patterns(_sre.MAGIC + 1, memoryview(b"not a table"))
    assert compiler.compile is usual
