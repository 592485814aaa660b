"""What is changed in the worker that marimo writes: it starts Python by itself, and speaks only when spoken to."""

import re
from pathlib import Path

_LOAD = re.compile(
    r"(?P<python>\w+)=await (?P<load>\w+)\(\{packages:\[[^\]]*\],_makeSnapshot:!1,.{0,400}?convertNullToNone:!0\}\)"
)
_INDEX = re.compile(r"if\(\w+\.pypiIndexUrl\)(?=\{let \w+=\w+\.pyimport\(`micropip`\))")
_READY = re.compile(
    r"(?P<listen>(?P<rpc>\w+)\.addMessageListener\(`bootstrap`,\w+=>)(?P<take>\w+\.resolve\(\w+\))\),(?P<say>(?P=rpc)\.send\(`ready`,\{\}\))"
)
_BEGIN = re.compile(r",(?=\$=\w+\.wrapAsync\(\w+\)\(\);export\{)")


def _only(pattern: re.Pattern[str], text: str) -> re.Match[str]:
    found = list(pattern.finditer(text))
    if len(found) != 1:
        raise RuntimeError(
            f"marimo's worker has {len(found)} places that look like {pattern.pattern!r}: its front end has changed"
        )
    return found[0]


def early(text: str, start: str) -> str:
    """Return marimo's worker, changed: it starts Python as it is loaded, before marimo's front end asks.

    marimo's worker says ``ready`` as soon as it is loaded. If nobody listens yet, the word is lost, and the front end
    waits for ever. So it is said in answer to ``bootstrap``, the front end's first message: the browser keeps what is
    sent to a worker until the worker listens, and in the task in which it sends this message the front end begins to
    listen.

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
    load, index, ready = (_only(pattern, text) for pattern in (_LOAD, _INDEX, _READY))
    _only(_BEGIN, text)
    text = text.replace(index[0], "if(0)")  # the address of an index for micropip, which nothing here asks for
    text = text.replace(load[0], f"{load['python']}=await r8Python")
    text = text.replace(ready[0], f"{ready['listen']}{{{ready['take']};{ready['say']}}})")
    text = _BEGIN.sub(lambda _: f",r8Python=r8Start({load['load']}),", text)
    return f'import{{start as r8Start}}from"{start}";{text}'


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
