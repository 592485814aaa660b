"""No page shows a stale number, and no page runs without need: real builds of a small site, with real kernels.

Each test is a sequence of builds of one site, because a build takes seconds.
"""

import json
import re

import pytest

from .conftest import Site

pytestmark = pytest.mark.slow  # each build takes seconds

STEPS = [
    # what is written, what it says, which pages run, what page "front" shows then
    ("library/tiny/inner/deep.py", "value = 99\n", ["front"], "answer 100"),
    ("library/tiny/inner/__init__.py", "imported = True\n", ["front"], "answer 100"),
    ("library/tiny/inner/table.csv", "1,2\n", ["front"], "answer 100"),
    ("library/tiny/other.py", "number = 8\n", ["other"], "answer 100"),
    ("library/tiny/__init__.py", "version = 2\n", ["front", "other"], "answer 100"),
    ("library/tiny/unused.py", "x = 1\n", [], "answer 100"),
    ("library/tiny/__init__.py", "", [], "answer 100"),  # seen before: the earlier results are found
    ("library/tiny/inner/deep.py", "value = 41\n", ["front"], "answer 42"),  # with other neighbours than at first
]


def test_changed_code_runs_exactly_what_depends_on_it(site: Site) -> None:
    """``front`` leads to ``inner.deep``; ``other`` stands alone."""
    site.write("library/tiny/front.py", "from tiny.inner.deep import value\ndef answer(): return value + 1\n")
    site.write("library/tiny/inner/__init__.py", "")
    site.write("library/tiny/inner/deep.py", "value = 41\n")
    site.write("library/tiny/other.py", "number = 7\n")
    site.page("front", "from tiny.front import answer; print('answer', answer())")
    site.page("other", "import tiny.other; print('number', tiny.other.number)")
    site.build()
    assert site.executed() == ["front", "other"]

    assert "0 added, 0 changed, 0 removed" in site.build()
    assert site.executed() == []

    source = site.folder / "docs" / "front.md"
    source.write_text(source.read_text() + "\nMore prose.\n")
    site.build()
    assert site.executed() == []
    assert "More prose." in site.html("front")

    for file, text, pages, shown in STEPS:
        site.write(file, text)
        site.build()
        assert site.executed() == pages, file
        assert shown in site.html("front"), file


READS = """\
import json
from resnet8doc.workspace import artifact
print("correct", json.loads(artifact("{}").read_text())["n"])"""


@pytest.mark.parametrize(
    ("pattern", "options"), [("results/a.json", ()), ("results/*.json", ("-j", "2"))], ids=["serial", "parallel"]
)
def test_a_changed_input_changes_the_page(site: Site, pattern: str, options: tuple[str, ...]) -> None:
    site.write("build/results/a.json", json.dumps({"n": 8712}))
    site.write("build/results/b.json", json.dumps({"n": 1}))
    site.page("a", READS.format("results/a.json"), [pattern])
    site.page("z", READS.format("results/b.json"), ["results/b.json"])
    for name in "bcde":  # parallel reading starts from six pages on
        site.write(f"docs/{name}.md", f"# {name}\n")
    site.build(*options)
    assert "correct 8712" in site.html("a")
    assert site.executed() == ["a", "z"]

    site.write("build/results/a.json", json.dumps({"n": 8800}))
    site.build(*options)
    assert site.executed() == ["a"]
    assert "correct 8800" in site.html("a")
    assert "8712" not in site.html("a")


def test_what_an_interrupted_build_left_is_run_again(site: Site) -> None:
    """jupyter-cache notes an execution before it writes the notebook, and then trusts its own note."""
    names = list("abcdef")
    for name in names:
        site.page(name, f"print('answer', {name!r})")
    site.build("-j", "2")
    assert site.executed() == names
    caches = {name: site.folder / "build/.jupyter_cache" / name / "executed" for name in names}
    kept = {name: list(folder.rglob("base.ipynb")) for name, folder in caches.items()}
    assert all(len(notebooks) == 1 for notebooks in kept.values())  # no page shares a cache with another

    kept["b"][0].unlink()
    kept["d"][0].write_text(kept["d"][0].read_text()[:40])
    site.build("-j", "2", "-E")
    assert site.executed() == ["b", "d"]
    assert "answer d" in site.html("d")


def test_what_fails_goes_on_failing_until_it_is_mended(site: Site) -> None:
    """Sphinx alone reads a page with a warning once, and calls the next build a success."""
    site.write("build/results/a.json", json.dumps({"n": 1}))
    site.page("undeclared", READS.format("results/a.json"), ["results/b.json"])
    site.page("bad", "print(1 / 0)")
    site.page("good", "print('fine')")
    source = site.folder / "docs" / "good.md"
    source.write_text(source.read_text() + "\n{ref}`nowhere`\n")
    line = source.read_text().splitlines().index("{ref}`nowhere`") + 1
    for _ in range(2):
        printed = re.sub(r"\x1b\[\d*m", "", site.build(succeeds=False))  # tracebacks are coloured
        assert "ZeroDivisionError: division by zero" in printed
        assert "this page reads results/a.json; expected one of the files that its front matter lists" in printed
        assert "a cell failed on 2 page(s), see above: bad, undeclared" in printed
        # The key that is written into the front matter does not move the lines that warnings name.
        assert f"good.md:{line}: WARNING: undefined label: 'nowhere'" in printed
    site.executed()

    site.page("bad", "print(1 / 2)")
    site.page("undeclared", READS.format("results/a.json"), ["results/a.json"])
    for _ in range(2):
        assert "undefined label: 'nowhere'" in site.build(succeeds=False)
    assert site.executed() == ["bad", "undeclared"]

    site.page("good", "print('fine')")
    site.build()
    assert site.executed() == []

    site.write("docs/good.md", source.read_text() + "\n{ref}`nowhere`\n")
    for _ in range(2):  # after a success too
        assert "undefined label: 'nowhere'" in site.build(succeeds=False)


def test_a_cell_that_failed_fails_a_build_in_which_warnings_are_none(site: Site) -> None:
    site.page("bad", "print(1 / 0)")
    for _ in range(2):
        assert "a cell failed on 1 page(s), see above: bad" in site.build(succeeds=False, strict=False)
    site.write("docs/bad.md", "# Mended\n\n{ref}`nowhere`\n")
    assert "undefined label: 'nowhere'" in site.build(strict=False)


def test_the_notebook_has_the_outputs_and_is_the_same_every_time(site: Site) -> None:
    site.page("front", "print('answer', 42)")
    site.build()
    notebook = site.folder / "build/html/_sources/front.ipynb"
    first = notebook.read_bytes()
    content = json.loads(first)
    assert "freshness" not in content["metadata"]["kernelspec"]
    outputs = ["".join(output["text"]) for cell in content["cells"] for output in cell.get("outputs", [])]
    assert outputs == ["answer 42\n"]
    prose = json.loads((site.folder / "build/html/_sources/index.ipynb").read_text())
    assert [cell["cell_type"] for cell in prose["cells"]] == ["markdown"]

    site.build("-E", "-a")
    assert notebook.read_bytes() == first
    assert site.executed() == ["front"]  # once, not twice
