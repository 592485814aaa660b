"""Results as a table for people and as JSON for programs."""

import json
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from ..files import write_json


def show(title: str, rows: Iterable[Mapping[str, Any]]) -> None:
    """Print rows as a table; the first row's keys are the columns, numbers stand to the right."""
    from rich.console import Console  # here, so that a command that shows no table does not load it
    from rich.table import Table

    rows = list(rows)
    table = Table(title=title, title_justify="left")
    for name, value in rows[0].items() if rows else ():
        table.add_column(name, justify="right" if isinstance(value, (int, float)) else "left", overflow="fold")
    for row in rows:
        table.add_row(*(_text(value) for value in row.values()))
    # Text also in a notebook: rich would show HTML there, past a stdout that is read.
    Console(width=None if sys.stdout.isatty() else 160, force_jupyter=False).print(table)


def _text(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.2f}"
    return "" if value is None else str(value)


def give(result: Any, output: Path | None, title: str, rows: Iterable[Mapping[str, Any]]) -> None:
    """Print the table, or with ``-`` the JSON; write the JSON where a file is named."""
    if output is not None and str(output) == "-":
        print(json.dumps(result, indent=1, ensure_ascii=False))
        return
    show(title, rows)
    if output is not None:
        write_json(output, result)
