"""The tables of contents: each page in one, and where a page stands follows from them."""

import re
from collections import Counter
from pathlib import Path, PurePosixPath

import pytest

from .conftest import Site

DOCS = Path(__file__).parents[2] / "docs"


def contents() -> dict[str, list[str]]:
    """Return the pages that each page lists in its tables of contents, as the sources have them."""
    listed: dict[str, list[str]] = {}
    for path in DOCS.rglob("*.md"):
        folder = path.parent.relative_to(DOCS)
        for table in re.findall(r"```\{toctree\}\n(.*?)```", path.read_text(encoding="utf-8"), flags=re.DOTALL):
            entries = [line for line in table.splitlines() if line and not line.startswith(":")]
            if ":glob:" in table:
                found = [page.stem for entry in entries for page in path.parent.glob(f"{entry}.md") if page != path]
            else:
                found = [re.sub(r".*<(.*)>", r"\1", entry) for entry in entries]
            listed.setdefault(path.relative_to(DOCS).as_posix(), []).extend(_resolved(folder, name) for name in found)
    return listed


def _resolved(folder: Path, name: str) -> str:
    parts: list[str] = []
    for part in PurePosixPath(folder.as_posix(), name).parts:
        if part == "..":
            parts.pop()
        else:
            parts.append(part)
    return "/".join(parts)


def test_each_page_is_in_one_table_of_contents() -> None:
    found = Counter(name for names in contents().values() for name in names)
    pages = {path.relative_to(DOCS).with_suffix("").as_posix() for path in DOCS.rglob("*.md")} - {"index"}
    assert found == dict.fromkeys(pages, 1)


def test_the_front_page_lists_parts_only() -> None:
    parts = contents()["index.md"]
    assert all(name.endswith("/index") or name == "operators/off-by-one" for name in parts)


@pytest.fixture
def parts(site: Site) -> Site:
    """Give a site of two parts on the way and one page beside it."""
    site.write(
        "docs/conf.py",
        (site.folder / "docs" / "conf.py")
        .read_text(encoding="utf-8")
        .replace(
            '"notebooks"]', '"notebooks", "way"]\ntemplates_path = ["_templates"]\nexclude_patterns = ["_templates"]'
        ),
    )
    site.write(
        "docs/_templates/layout.html",
        '{% extends "!layout.html" %}\n{% block extrahead %}WHERE[{% if where %}{{ where.numbered }} '
        "{% for part in where.parts %}{{ part.title }}{{ '*' if part.current }} {% endfor %}"
        "{{ where.place }}/{{ where.count }}{% endif %}]{% endblock %}",
    )
    site.write(
        "docs/index.md",
        """\
        # Start

        ```{toctree}
        :caption: The way through

        First <one/index>
        two
        ```

        ```{toctree}
        :caption: Look up

        beside
        ```
        """,
    )
    site.write("docs/one/index.md", "# Part one\n\n```{toctree}\na\nb\n```\n")
    for name in ("one/a", "one/b", "two", "beside"):
        site.write(f"docs/{name}.md", f"# The page {name}\n")
    return site


def test_a_page_says_where_it_stands(parts: Site) -> None:
    parts.build()
    said = {
        page: re.search(r"WHERE\[(.*?)\]", parts.html(page))
        for page in ("index", "one/index", "one/b", "two", "beside", "genindex")
    }
    assert {page: found and found[1] for page, found in said.items()} == {
        "index": "",
        "one/index": "True First* The page two 1/3",
        "one/b": "True First* The page two 3/3",
        "two": "True First The page two* 1/1",
        "beside": "False The page beside* 1/1",
        "genindex": "",
    }
