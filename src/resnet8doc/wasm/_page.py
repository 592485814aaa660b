"""What is changed in the page that marimo writes, and the check that marimo still writes what is expected."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .. import microscope
from . import _worker

SIBLINGS = ("head.html", "style.css")
"""Files beside a notebook that its ``html_head_file`` and ``css_file`` may name."""

_HERE = Path(__file__).parent


def add_microscope(stage: Path) -> None:
    """Put the microscope's style and script, which pages of the site have too, into the notebook's head.

    Parameters
    ----------
    stage
        The folder that the notebook is exported from.
    """
    head = stage / "head.html"
    if head.exists():
        head.write_text(
            head.read_text(encoding="utf-8") + str(microscope.style()) + str(microscope.script()), encoding="utf-8"
        )


def _once(text: str, pattern: str, replacement: str) -> str:
    result, count = re.subn(pattern, lambda _: replacement, text, flags=re.DOTALL)
    if count != 1:
        raise RuntimeError(f"marimo's page has {count} places that look like {pattern!r}: its template has changed")
    return result


def _session(text: str) -> tuple[dict[str, Any], str]:
    """Return the outputs that marimo put into the page, and the page without them.

    The frame shows them as HTML. The front end would make a second page of them out of sight, while Python starts.
    """
    mark = '"session": '
    if text.count(mark) != 1:
        raise RuntimeError(f"marimo's page has {text.count(mark)} sessions: its template has changed")
    begin = text.index(mark) + len(mark)
    session, end = json.JSONDecoder().raw_decode(text, begin)
    return dict(session), f"{text[:begin]}null{text[end:]}"


def _front(text: str) -> tuple[str, str]:
    """Return the addresses of the front end's scripts, as the frame loads them, and the page without them.

    The fonts that marimo's template loads beforehand go as well: what is in use is asked for by the styles.
    """
    modules = re.findall(r'<link rel="modulepreload" crossorigin href="([^"]*)">', text)
    main = re.findall(r'<script type="module" crossorigin src="([^"]*)"></script>', text)
    if len(main) != 1 or not modules:
        raise RuntimeError(f"marimo's page has {len(main)} main scripts: its template has changed")
    text = re.sub(r'<link rel="modulepreload" crossorigin href="[^"]*">', "", text)
    text = re.sub(r'<link rel="preload" href="[^"]*" as="font"[^>]*>', "", text)
    text = re.sub(r'<script type="module" crossorigin src="[^"]*"></script>', "", text)
    return json.dumps({"main": main[0], "modules": modules}), text


def static_outputs(text: str) -> str:
    """Return the outputs of the build-time run as plain HTML, without the controls, which need JavaScript.

    Parameters
    ----------
    text
        The exported page, executed.

    Raises
    ------
    RuntimeError
        If the page holds no outputs.
    """
    outputs = [
        part
        for cell in _session(text)[0]["cells"]
        for output in cell["outputs"]
        for kind, part in output.get("data", {}).items()
        if kind in ("text/html", "text/markdown") and part
    ]
    if not outputs:
        raise RuntimeError("the exported page has no outputs: the notebook was not executed")
    controls = re.compile(r"<marimo-ui-element.*?</marimo-ui-element>", re.DOTALL)
    # the same ids must not stand in the page twice
    return "\n".join(re.sub(r"\sid=(['\"])[^'\"]*\1", "", controls.sub("", output)) for output in outputs)


def finish(folder: Path, runtime: str) -> None:
    """Give the exported page its frame, and remove what only a developer of marimo needs.

    The frame starts Python, then loads marimo's front end, says what is loading, keeps the controls still until the
    kernel is there (marimo forgets what is moved before), follows the site's theme, and shows the build's outputs where
    no JavaScript or WebAssembly runs.

    Parameters
    ----------
    folder
        An export of marimo's, executed, with its ``index.html``.
    runtime
        Address of the folder of the browser's Python, relative to ``folder``.

    Raises
    ------
    RuntimeError
        If the page is not what this version of marimo is known to write.
    """
    page = folder / "index.html"
    text = page.read_text(encoding="utf-8")
    static = f'<main id="r8-static">\n{static_outputs(text)}\n</main>'
    head, body = (_HERE / "frame.html").read_text(encoding="utf-8").split("<!-- body -->")
    head = head.replace("WORKER", f"assets/{_worker.patch(folder / 'assets', f'../{runtime}')}")
    _, text = _session(text)
    front, text = _front(text)
    head = head.replace("FRONT", front)
    text = _once(text, r"<head>", "<head>" + head)
    text = _once(text, r'<body>\s*<div id="root"></div>', f'<body>{body}<div id="root"></div>\n{static}')
    text = _once(text, r'"theme": "(?:light|dark|system)"', '"theme": window.r8Theme')
    text = _once(text, r"<script>\s*if \(window\.location\.protocol === 'file:'\).*?</script>", "")
    description = '<meta name="description" content="Inspect, run and change a quantized ResNet8 in the browser">'
    text = _once(text, r'<meta name="description" content="[^"]*" ?/>', description)
    # preloaded pictures that only a lost server shows: two requests and two warnings for nothing
    text = re.sub(r'<link rel="preload" href="[^"]*/(?:gradient|noise)-[^"]*" as="image" ?/>', "", text)
    page.write_text(text, encoding="utf-8")
    _patient(folder / "assets")
    _lean(folder / "assets")
    (folder / "CLAUDE.md").unlink(missing_ok=True)


def _patient(assets: Path) -> None:
    """Let the front end wait ten minutes for Python, not 20 s, after which it reports an error on a slow machine."""
    limit, longer = "maxRequestTime:2e4", "maxRequestTime:6e5"
    found = [path for path in assets.glob("*.js") if limit in path.read_text(encoding="utf-8")]
    if len(found) != 1:
        raise RuntimeError(f"{len(found)} of marimo's scripts limit a request to 20 s: its front end has changed")
    found[0].write_text(found[0].read_text(encoding="utf-8").replace(limit, longer), encoding="utf-8")


_COLOURS = re.compile(r'import\{t as (?P<name>[\w$]+)\}from"\./(?P<file>esm-[\w-]+\.js)";')
_LISTED = re.compile(r"m\.f=\[[^\]]*\]")
_IMPORTED = re.compile(r'(?:from|import)"\./([\w.$-]+\.js)"')


def _lean(assets: Path) -> None:
    """Let the front end load without the colours of a hundred languages.

    Its page draws a field for the input of a debugger, in which it colours a shell's commands; for these it loads all
    languages that it knows. No notebook here asks for such input.
    """
    scripts = {path.name: path.read_text(encoding="utf-8") for path in assets.glob("*.js")}
    users = [
        (name, found) for name, text in scripts.items() for found in _COLOURS.finditer(text)
        if f"{found['name']}.sh()" in text
    ]  # fmt: skip
    if len(users) != 1:
        raise RuntimeError(f"{len(users)} of marimo's scripts colour a shell's commands: its front end has changed")
    user, found = users[0]
    every = _needed(scripts, found["file"])
    scripts[user] = scripts[user].replace(found[0], f"const {found['name']}={{sh:()=>[]}};")
    unused = every - _needed(scripts, user)
    (assets / user).write_text(scripts[user], encoding="utf-8")

    def lean(listed: re.Match[str]) -> str:
        """Return a list of what to load beforehand: an entry keeps its place, and what is there is not loaded again."""
        return re.sub(r'"\./([^"]+)"', lambda entry: f'"./{user}"' if entry[1] in unused else entry[0], listed[0])

    for name, text in scripts.items():
        if "__vite__mapDeps=" in text and f'"./{user}"' in text:
            (assets / name).write_text(_LISTED.sub(lean, text), encoding="utf-8")


def _needed(scripts: Mapping[str, str], first: str) -> set[str]:
    """Return the scripts that one imports before it runs, directly or through others, itself included."""
    found, waiting = set(), [first]
    while waiting:
        name = waiting.pop()
        if name in scripts and name not in found:
            found.add(name)
            waiting += _IMPORTED.findall(scripts[name])
    return found
