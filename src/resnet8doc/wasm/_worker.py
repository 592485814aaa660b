"""What is changed in the scripts that marimo writes: Python starts with the page, not after marimo's front end."""

import json
import re
from pathlib import Path

from .pins import AT_START

_LOAD = re.compile(
    r"(?P<python>\w+)=await (?P<load>\w+)\(\{packages:\[[^\]]*\],_makeSnapshot:!1,.{0,400}?convertNullToNone:!0\}\)"
)
_BEGIN = re.compile(r",(?=\$=\w+\.wrapAsync\(\w+\)\(\);export\{)")
_INDEX = re.compile(r"if\(\w+\.pypiIndexUrl\)(?=\{let \w+=(?P<python>\w+)\.pyimport\(`micropip`\))")


def _only(pattern: re.Pattern[str], text: str) -> re.Match[str]:
    found = list(pattern.finditer(text))
    if len(found) != 1:
        raise RuntimeError(
            f"marimo's worker has {len(found)} places that look like {pattern.pattern!r}: its front end has changed"
        )
    return found[0]


def early(text: str, start: str) -> str:
    """Return marimo's worker, changed: it starts Python as it is loaded, and marimo's front end waits for this Python.

    Parameters
    ----------
    text
        The worker's script.
    start
        Address of ``start.mjs``, relative to the script.

    Raises
    ------
    RuntimeError
        If the script is not what this version of marimo is known to have.
    """
    load, index = _only(_LOAD, text), _only(_INDEX, text)
    guard = f"if({index['python']}.loadedPackages.micropip)"
    _only(_BEGIN, text)
    text = text.replace(index[0], guard).replace(load[0], f"{load['python']}=await r8Python")
    text = _BEGIN.sub(lambda _: f",r8Python=r8Start({load['load']},{json.dumps(AT_START)}),", text)
    return f"import{{start as r8Start}}from{json.dumps(start)};{text}"


def patch(assets: Path, runtime: str) -> str:
    """Change marimo's worker among its scripts, and return its file's name.

    Parameters
    ----------
    assets
        The folder of marimo's scripts.
    runtime
        Address of the browser's Python, relative to that folder.
    """
    (script,) = assets.glob("worker-*.js")
    script.write_text(early(script.read_text(encoding="utf-8"), f"{runtime}/start.mjs"), encoding="utf-8")
    return script.name
