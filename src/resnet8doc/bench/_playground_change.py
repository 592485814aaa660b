"""The playground's figures: a change to its painted effect, and frames, beside the least that marimo can do."""

import functools
import http.server
import os
import statistics
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ..dataset import cache_folder
from ..errors import UserError
from ..wasm import export
from ..workspace import build_folder
from ._figure import Figure
from ._painted import frames, painted

CHROMIUM = os.environ.get("RESNET8DOC_CHROMIUM", "/usr/bin/chromium")
PATIENCE = 180_000
TURNS = 3
SLIDER = "#root [data-r8-control^='slider-'] [role=slider]"
EDITS = "[data-r8-edits]"
TARGET, FRAME = 0.15, 0.1
LEAST = """
import marimo
app = marimo.App(width="full")
@app.cell
def _():
    import sys
    import marimo as mo
    where = "browser" if sys.platform == "emscripten" else "build"
    return mo, where
@app.cell
def _(mo):
    slider = mo.ui.slider(0, 1000, label="x")
    mo.Html(f'<span data-r8-control="slider-x">{slider}</span>')
    return (slider,)
@app.cell
def _(mo, slider, where):
    mo.Html(f'<p data-r8-live="{where}" data-r8-edits="{slider.value}">at {slider.value}</p>')
    return
"""
"""The least that a marimo notebook can do in the browser: a slider, and a cell that says where it stands."""


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@contextmanager
def _served(folder: Path) -> Iterator[str]:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(_Quiet, directory=str(folder))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


def changing() -> Iterator[Figure]:
    """Time a change in every layer, and frames, taking turns with a notebook of one slider and one cell."""
    from playwright.sync_api import sync_playwright

    site = build_folder() / "html"
    if not (site / "playground" / "app" / "index.html").exists():
        raise UserError(f"{site} has no playground", "the built site", "Build it first: nox -s build.")
    if not Path(CHROMIUM).exists():
        raise UserError(f"{CHROMIUM} does not exist", "Chromium", "Name it in RESNET8DOC_CHROMIUM.")
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        least = Path(name)
        (least / "data").mkdir()
        notebook = least / "least.py"
        notebook.write_text(LEAST, encoding="utf-8")
        export(notebook, least / "data", least / "site" / "app", cache_folder() / "wasm", progress=False)
        chromium = playwright.chromium.launch(executable_path=CHROMIUM)
        with _served(site) as ours, _served(least / "site") as theirs:
            mine, peer = (
                _opened(chromium, f"{ours}playground/app/index.html"),
                _opened(chromium, f"{theirs}app/index.html"),
            )
            yield from _changes(mine, peer)
            yield _dragging(mine, peer)
        chromium.close()


def _opened(browser: Any, address: str) -> Any:
    page = browser.new_context(viewport={"width": 1280, "height": 800}).new_page()
    page.set_default_timeout(PATIENCE)
    page.goto(address)
    page.locator("#root [data-r8-live='browser']").wait_for(state="attached")
    page.wait_for_timeout(2000)
    return page


def _change(page: Any) -> float:
    """Move the slider by a step, and return the seconds until its effect is painted; then wait for the rest."""
    slider = page.locator(SLIDER).first
    slider.focus()
    before = page.locator(f"#root {EDITS}").text_content()
    with painted(page, "keydown", EDITS, before=before) as seconds:
        page.keyboard.press("ArrowRight")
    page.wait_for_timeout(600)
    return seconds[0]


def _changes(mine: Any, peer: Any) -> Iterator[Figure]:
    names = mine.locator("#root .r8-node").evaluate_all("nodes => nodes.map((node) => node.dataset.r8Node)")
    found: dict[str, float] = {}
    least = []
    for name in names:
        mine.locator("#root [data-r8-control='node'] select").select_option(label=name)
        mine.get_by_role("heading", name=f"What {name} puts out").wait_for()
        mine.wait_for_timeout(800)
        if not mine.locator(SLIDER).count():
            continue
        turns = [(_change(mine), _change(peer)) for _ in range(TURNS)]
        found[name] = statistics.median(turn[0] for turn in turns)
        least += [turn[1] for turn in turns]
        mine.get_by_role("button", name="Reset").click()
        mine.locator("#root [data-r8-edits='0']").wait_for()
    worst = max(found, key=lambda name: found[name])
    floor = statistics.median(least)
    for which, seconds in ((f"worst of {len(found)} layers, {worst}", found[worst]),
                           ("median of the layers", statistics.median(found.values()))):  # fmt: skip
        yield Figure(
            f"playground, change to painted effect, {which}", f"{seconds:.3f} s", f"one slider, one cell {floor:.3f} s",
            seconds / floor, f"{TARGET} s", seconds <= TARGET,
        )  # fmt: skip


def _dragging(mine: Any, peer: Any) -> Figure:
    """Drag the slider to its end and back on both pages."""
    longest = []
    for page in (mine, peer):
        box = page.locator(SLIDER).first.bounding_box()
        across, down = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        with frames(page) as seconds:
            page.mouse.move(across, down)
            page.mouse.down()
            for step in range(60):
                page.mouse.move(across + 40 - abs(step - 30) * 2, down)
                page.wait_for_timeout(30)
            page.mouse.up()
            page.wait_for_timeout(1500)
        longest.append(seconds[0])
    return Figure(
        "playground, longest frame, a slider dragged and let go", f"{longest[0] * 1e3:.0f} ms",
        f"one slider, one cell {longest[1] * 1e3:.0f} ms", longest[0] / longest[1], "100 ms", longest[0] <= FRAME,
    )  # fmt: skip
