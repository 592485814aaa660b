"""The project as a whole: what it is written with, where things lie, what its pages show."""

import json
import re
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from resnet8doc.files import sha256

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"

IMPORTED = ["onnx", "onnxruntime", "tensorflow", "tf2onnx", "onnx2torch", "torch", "numpy", "matplotlib", "marimo"]
EXTENSIONS = {"myst-nb": "myst_nb", "sphinxcontrib-mermaid": "sphinxcontrib.mermaid"}


def distributions() -> set[str]:
    """Return the names of all that pyproject.toml pins."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    pins = [pin for pins in project["project"]["optional-dependencies"].values() for pin in pins]
    pins += [pin for group in project["dependency-groups"].values() for pin in group if isinstance(pin, str)]
    names = {re.split(r"[=<>!~ \[;]", pin)[0].lower() for pin in [*pins, *project["project"]["dependencies"]]}
    return names - {project["project"]["name"]}


@pytest.mark.criterion("18.1")
@pytest.mark.parametrize("package", IMPORTED)
def test_each_named_library_is_pinned_and_imported(package: str) -> None:
    assert package in distributions()
    sources = [*(ROOT / "src").rglob("*.py"), *(ROOT / "notebooks").rglob("*.py")]
    pattern = re.compile(rf"^\s*(?:import|from) {package}\b", re.MULTILINE)
    assert any(pattern.search(path.read_text(encoding="utf-8")) for path in sources)


@pytest.mark.criterion("18.1")
def test_the_site_uses_its_extensions() -> None:
    configuration = (DOCS / "conf.py").read_text(encoding="utf-8")
    assert {"sphinx", *EXTENSIONS} <= distributions()
    assert all(f'"{extension}"' in configuration for extension in EXTENSIONS.values())
    assert any("mermaid" in path.read_text(encoding="utf-8") for path in DOCS.rglob("*.md"))


@pytest.mark.criterion("18.2")
@pytest.mark.parametrize(
    "place", ["docs/conf.py", "src/resnet8doc/__init__.py", "notebooks", "tests", "noxfile.py", "pyproject.toml"]
)
def test_things_lie_where_they_are_said_to(place: str) -> None:
    assert (ROOT / place).exists()


@pytest.mark.slow
@pytest.mark.criterion("18.3")
def test_the_library_made_the_models_and_what_was_extracted(artifact: Callable[[str], Path]) -> None:
    """Every file that a stage of the pipeline wrote is there, with the content that it wrote."""
    stages = json.loads(artifact("manifest.json").read_text(encoding="utf-8"))["stages"]
    written = {name: about for stage in stages for name, about in stage["writes"].items()}
    for name in ("resnet8.keras", "resnet8.onnx", "resnet8.pt", "resnet8_int8.onnx", "resnet8_int8.pt"):
        assert f"models/{name}" in written
    assert any(name.endswith("_operations.json") for name in written)
    for name, about in written.items():
        assert sha256(artifact(name)) == about["sha256"], name


def cells_and_text() -> str:
    pages = [path.read_text(encoding="utf-8") for path in sorted(DOCS.rglob("*.md"))]
    return "\n".join(page for page in pages if "file_format: mystnb" in page)


@pytest.mark.criterion("18.4")
@pytest.mark.parametrize(
    "shown", [r"```\{code-cell\}", r"\$\$", r"mermaid", r"\btable\(", r"\{glue:text\}"],
    ids=["cells", "formulas", "graphs", "tables", "glued numbers"],
)  # fmt: skip
def test_executed_pages_show(shown: str) -> None:
    assert re.search(shown, cells_and_text())


def test_every_executed_page_declares_what_it_reads() -> None:
    """A page that calls `artifact` without `reads` would fail the build; this says so without building."""
    undeclared = [
        path.relative_to(DOCS).as_posix()
        for path in DOCS.rglob("*.md")
        if re.search(r"\bartifact\(", text := path.read_text(encoding="utf-8"))
        and "file_format: mystnb" in text.split("\n---\n")[0]
        and "\nreads:" not in text.split("\n---\n")[0]
    ]
    assert undeclared == []


def test_pages_open_networks_in_one_place() -> None:
    """`open_network` asks for both files of an extraction; a page that loads one by hand forgets the other."""
    by_hand = re.compile(r"artifact\([^)]*_operations\.")
    pages = {path.relative_to(DOCS).as_posix(): path.read_text(encoding="utf-8") for path in DOCS.rglob("*.md")}
    assert {name for name, text in pages.items() if by_hand.search(text)} <= {"playground/index.md"}
    assert sum("open_network(" in text for text in pages.values()) >= 17


def test_every_public_package_has_a_page_in_the_api() -> None:
    documented = set(re.findall(r"automodule:: (\S+)", "\n".join(p.read_text() for p in DOCS.rglob("api/*.md"))))
    commands = {"resnet8doc.__main__", "resnet8doc.bench", "resnet8doc.cli"}  # run, not imported
    found = {
        f"resnet8doc.{path.name.removesuffix('.py')}"
        for path in (ROOT / "src" / "resnet8doc").iterdir()
        if ((path / "__init__.py").exists() or path.suffix == ".py") and not re.match(r"_[a-z]", path.name)
    }
    assert found - commands - {"resnet8doc.__init__"} == {name for name in documented if name.count(".") == 1}


def test_pages_ask_no_other_host() -> None:
    """A link may lead elsewhere; a picture, script, frame or style may not come from there."""
    foreign = re.compile(r"(?:src=|@import|!\[[^\]]*\]\(|image:: |figure:: )[\"'(]?\s*(?:https?:)?//")
    for path in [*DOCS.rglob("*.md"), *(DOCS / "_static").iterdir(), *(DOCS / "_templates").rglob("*.html")]:
        assert not foreign.search(path.read_text(encoding="utf-8")), path


def test_a_wheel_holds_the_library_and_not_what_tests_alone_need(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    assert "resnet8doc/py.typed" in names
    assert "resnet8doc/ops/_qlinear_conv.py" in names
    assert not [name for name in names if "criteria" in name]
