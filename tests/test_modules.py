"""One way to name private modules: ``_name.py`` is its package's own, ``name.py`` is there to be used from outside."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src"
PACKAGE = SOURCE / "resnet8doc"

VARIANTS = ("runtimes", "faults", "pipeline/stages")
"""Folders where each file without an underscore is one member of a kind, named as the reader names it."""

STARTED_BY_PATH = (
    "hardware/rtl/archive/prove.py", "hardware/rtl/archive/simulate.py", "hardware/rtl/archive/synthesize.py",
    "hardware/rtl/archive/units.py", "proof/arm64/in_emulation.py", "proof/releases/in_release.py",
)  # fmt: skip
"""Scripts: an archive's reader, or an interpreter of its own, starts them as files."""


def _name(file: Path) -> str:
    parts = file.relative_to(SOURCE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {_name(file): file for file in sorted(PACKAGE.rglob("*.py"))}


def _imported(file: Path) -> Iterator[str]:
    """Yield what a file of the library imports of the library, by its full name."""
    package = _name(file).split(".")[: None if file.name == "__init__.py" else -1]
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else []
            module = ".".join([*above, *([node.module] if node.module else [])])
            yield from (name if (name := f"{module}.{alias.name}") in MODULES else module for alias in node.names)


@cache
def _imports() -> dict[Path, frozenset[str]]:
    return {file: frozenset(_imported(file)) & MODULES.keys() for file in MODULES.values()}


def _private(name: str) -> bool:
    return any(part.startswith("_") and part != "__main__" for part in name.split("."))


def test_no_module_reaches_into_another_package() -> None:
    reached = [
        f"{_name(file)} imports {name}"
        for file, names in _imports().items()
        for name in sorted(names)
        if _private(name) and name.split(".")[:2] != _name(file).split(".")[:2] and MODULES[name].parent != PACKAGE
    ]
    assert reached == []


def test_a_module_without_an_underscore_is_used_from_outside() -> None:
    pages = "\n".join(page.read_text(encoding="utf-8") for page in (ROOT / "docs").rglob("*.md"))
    unused = [
        name
        for name, file in MODULES.items()
        if file.parent != PACKAGE
        and file.name not in ("__init__.py", "__main__.py")
        and not _private(name)
        and not any(file.is_relative_to(PACKAGE / folder) for folder in VARIANTS)
        and str(file.relative_to(PACKAGE)) not in STARTED_BY_PATH
        and name not in pages
        and not any(name in names for user, names in _imports().items() if not user.is_relative_to(file.parent))
    ]
    assert unused == []
