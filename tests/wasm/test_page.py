"""The exported page: marimo's own, with our frame, from a real export of a small notebook."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from resnet8doc.errors import UserError
from resnet8doc.wasm import _page, export

NOTEBOOK = """import marimo

__generated_with = "0.25.2"
app = marimo.App()


@app.cell
def _():
    import marimo as mo
    slider = mo.ui.slider(1, 3)
    mo.Html(f"<p id='here'>the answer is {6 * 7}</p>{slider}")
    return


if __name__ == "__main__":
    app.run()
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a small notebook, exported."""
    stage = tmp_path_factory.mktemp("stage")
    (stage / "small.py").write_text(NOTEBOOK)
    command = (sys.executable, "-m", "resnet8doc.wasm._marimo", str(stage / "small.py"), str(stage / "out"), "../_wasm")
    subprocess.run(command, check=True, cwd=stage, capture_output=True)
    _page.finish(stage / "out", "../_wasm")
    return stage / "out"


@pytest.mark.slow
@pytest.mark.criterion("18.5")
def test_it_points_at_the_sites_own_runtime(folder: Path) -> None:
    text = (folder / "index.html").read_text()
    assert 'data-pyodide-index-url="../_wasm/"' in text
    assert 'data-pyodide-lockfile-url="../_wasm/pyodide-lock.json"' in text


@pytest.mark.slow
def test_it_has_the_builds_outputs_as_plain_html(folder: Path) -> None:
    """Without the controls, which need a kernel, and without ids, which would stand there twice."""
    text = (folder / "index.html").read_text()
    static = text[text.index('<main id="r8-static"') : text.index("</main>")]
    assert "the answer is 42" in static
    assert "marimo-slider" not in static
    assert "id='here'" not in static


@pytest.mark.slow
def test_it_follows_the_sites_theme_and_says_what_it_loads(folder: Path) -> None:
    text = (folder / "index.html").read_text()
    assert '"theme": window.r8Theme' in text
    assert text.index("window.r8Theme =") < text.index('"theme": window.r8Theme')
    assert 'role="status"' in text
    assert "alert(" not in re.sub(r"<script data-marimo.*?</script>", "", text, flags=re.DOTALL)


@pytest.mark.slow
def test_python_starts_with_the_page(folder: Path) -> None:
    """The head makes the worker that marimo will ask for, and that worker starts Python by itself."""
    (worker,) = (folder / "assets").glob("worker-*.js")
    text = (folder / "index.html").read_text()
    assert f'new Usual("assets/{worker.name}"' in text
    assert 'from"../../_wasm/start.mjs"' in worker.read_text()


@pytest.mark.slow
def test_the_front_end_is_loaded_when_pythons_files_are_asked_for(folder: Path) -> None:
    """By the frame: the page names none of its scripts, nor what it would show out of sight meanwhile."""
    text = (folder / "index.html").read_text()
    found = re.search(r"const front = (\{.*?\}),", text)
    assert found is not None
    front = json.loads(found[1])
    assert all((folder / name).is_file() for name in (front["main"], *front["modules"]))
    assert 'rel="modulepreload"' not in text
    assert '<script type="module"' not in text
    assert 'as="font"' not in text
    assert '"session": null' in text
    assert '"r8-asked"' in (Path(_page.__file__).parent / "start.mjs").read_text()


@pytest.mark.slow
def test_the_front_end_loads_no_languages(folder: Path) -> None:
    """A hundred scripts that colour one each: neither imported nor loaded beforehand."""
    scripts = {path.name: path.read_text() for path in (folder / "assets").glob("*.js")}
    (layout,) = (name for name, text in scripts.items() if "={sh:()=>[]};" in text)
    (main,) = re.findall(r'"main": "\./assets/([^"]+)"', (folder / "index.html").read_text())
    needed = _page._needed(scripts, layout) | _page._needed(scripts, main)
    assert not [name for name in needed if name.startswith(("nsis-", "fortran-"))]
    assert '"./nsis-' not in scripts[main]
    assert len(needed) < 200


@pytest.mark.slow
def test_marimos_notes_to_its_developers_are_left_out(folder: Path) -> None:
    assert not (folder / "CLAUDE.md").exists()
    assert (folder / "assets").is_dir()


def test_a_page_of_another_marimo_is_refused(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text("<html><head></head><body><div id='app'></div></body></html>")
    with pytest.raises(RuntimeError, match="template has changed"):
        _page.finish(tmp_path, "../_wasm")


def test_a_missing_notebook_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"no_such\.py does not exist"):
        export(tmp_path / "no_such.py", tmp_path, tmp_path / "out", tmp_path / "cache", progress=False)
