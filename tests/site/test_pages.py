"""What is read off a page's source before it runs."""

import sys
from typing import Any

import pytest
from sphinx.errors import SphinxError

from .conftest import EXTENSIONS

sys.path.insert(0, str(EXTENSIONS))

from pages import Page

FRONT = (
    "---\nfile_format: mystnb\nkernelspec:\n  name: python3\n  display_name: Python 3\nreads: [results/*.json]\n---\n"
)


def page(*cells: str, front: str = FRONT) -> Any:
    return Page.of("page", front + "# Title\n\n" + "\n".join(f"```{{code-cell}}\n{cell}\n```\n" for cell in cells))


@pytest.mark.parametrize(
    ("cell", "names"),
    [
        ("import tiny.a.b as c", {"tiny.a.b"}),
        ("from tiny.a import b", {"tiny.a", "tiny.a.b"}),
        ("if True:\n    from tiny import x", {"tiny", "tiny.x"}),
        ("import tinyother, numpy", set()),
        (":tags: [remove-cell]\n\nimport tiny", {"tiny"}),
        ("---\ntags: [hide-input]\n---\nimport tiny", {"tiny"}),
        ("%matplotlib inline\n!true\nimport tiny", {"tiny"}),
        ("print('import tiny')", set()),
    ],
)
def test_imports(cell: str, names: set[str]) -> None:
    assert page("x = 1", cell).imports("tiny") == names


def test_a_cell_that_is_no_python_may_import_anything() -> None:
    assert page("import tiny.a", "what?").imports("tiny") is None


def test_only_executed_pages_are_run() -> None:
    assert page("x = 1").executed
    assert not page("x = 1", front="").executed
    assert not page("x = 1", front="---\ntitle: x\n---\n").executed


def test_the_key_goes_into_the_kernelspec_and_moves_no_line() -> None:
    before = page("x = 1")
    text = before.with_kernelspec_entry("freshness", "abc")
    after = Page.of("page", text)
    assert after.front_matter["kernelspec"] == {"name": "python3", "display_name": "Python 3", "freshness": "abc"}
    assert after.reads == before.reads == ["results/*.json"]
    assert text.splitlines().index("# Title") == before.text.splitlines().index("# Title")
    assert text.endswith(before.text[before.text.index("# Title") :])


@pytest.mark.parametrize("reads", ["results/a.json", "[1, 2]", "{a: b}"])
def test_reads_must_be_a_list_of_patterns(reads: str) -> None:
    with pytest.raises(SphinxError, match=r"page: `reads` is .*; expected a list of file patterns below build/"):
        page(front=f"---\nfile_format: mystnb\nreads: {reads}\n---\n")


def test_a_broken_front_matter_is_named() -> None:
    with pytest.raises(SphinxError, match="page: the front matter is not YAML"):
        page(front="---\na: [1\n---\n")
