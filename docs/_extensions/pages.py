"""What a page says of itself before it is run: its front matter, and the modules that its cells import."""

from __future__ import annotations

import ast
import json
import re
from dataclasses import dataclass
from typing import Any

import yaml
from markdown_it import MarkdownIt
from sphinx.errors import SphinxError

_FRONT_MATTER = re.compile(r"\A---\n(.*?)^---[ \t]*\n", re.DOTALL | re.MULTILINE)


@dataclass(frozen=True)
class Page:
    """A page's source.

    Attributes
    ----------
    text
        The file as it is.
    front_matter
        The YAML at its head, empty if there is none.
    """

    text: str
    front_matter: dict[str, Any]

    @classmethod
    def of(cls, name: str, text: str) -> Page:
        """Parse the source of the page called ``name``; raise SphinxError if its front matter cannot be used."""
        match = _FRONT_MATTER.match(text)
        try:
            front_matter = yaml.safe_load(match[1]) if match else {}
        except yaml.YAMLError as error:
            raise SphinxError(f"{name}: the front matter is not YAML: {error}") from error
        front_matter = front_matter if isinstance(front_matter, dict) else {}
        reads = front_matter.get("reads", [])
        if not isinstance(reads, list) or not all(isinstance(pattern, str) for pattern in reads):
            raise SphinxError(f"{name}: `reads` is {reads!r}; expected a list of file patterns below build/")
        return cls(text, front_matter)

    @property
    def executed(self) -> bool:
        """Whether the page has cells to run."""
        return self.front_matter.get("file_format") == "mystnb"

    @property
    def reads(self) -> list[str]:
        """Patterns of the artifacts that the page may read."""
        return list(self.front_matter.get("reads", []))

    def cells(self) -> list[str]:
        """Return the code of each cell, without its options and without IPython's own commands."""
        body = _FRONT_MATTER.sub("", self.text, count=1)
        fences = (token for token in MarkdownIt().parse(body) if token.type == "fence")
        return [_code(token.content) for token in fences if token.info.startswith("{code-cell}")]

    def imports(self, package: str) -> set[str] | None:
        """Return the names below ``package`` that the cells import, modules or not; ``None`` if a cell is no Python."""
        found: set[str] = set()
        for cell in self.cells():
            try:
                tree = ast.parse(cell)
            except SyntaxError:
                return None
            for node in ast.walk(tree):
                if isinstance(node, ast.Import):
                    found.update(alias.name for alias in node.names)
                elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                    found.update({node.module, *(f"{node.module}.{alias.name}" for alias in node.names)})
        return {name for name in found if name == package or name.startswith(package + ".")}

    def with_kernelspec_entry(self, name: str, value: str) -> str:
        """Return the text with one more entry under ``kernelspec``, every line after the front matter where it was.

        jupyter-cache recognises a notebook by its cells and its kernelspec, so the entry becomes part of what it
        looks up: an execution is reused only for the same value.
        """
        match = _FRONT_MATTER.match(self.text)
        assert match is not None, "an executed page has a front matter"
        kernelspec = {**self.front_matter.get("kernelspec", {}), name: value}
        changed = json.dumps({**self.front_matter, "kernelspec": kernelspec})  # JSON is YAML, and fits one line
        blank = "\n" * (match[1].count("\n") - 1)
        return f"---\n{changed}\n{blank}---\n{self.text[match.end() :]}"


def _code(content: str) -> str:
    lines = content.splitlines()
    if lines and lines[0].strip() == "---":  # options as a YAML block
        end = next((i for i, line in enumerate(lines[1:], 1) if line.strip() == "---"), 0)
        lines = lines[end + 1 :]
    while lines and re.match(r":[\w-]+:", lines[0]):  # options one a line
        lines = lines[1:]
    return "\n".join("" if re.match(r"\s*[%!]", line) else line for line in lines)
