"""The figures of a first visit: the playground until it is live, layer by layer, and the front page."""

import csv
import functools
import gzip
import http.server
import json
import os
import platform
import statistics
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from ..dataset import cache_folder
from ..wasm import bare
from ..workspace import build_folder
from ._figure import Figure

VISITS = 5
CHROMIUM = os.environ.get("RESNET8DOC_CHROMIUM", "/usr/bin/chromium")
FLAGS = ("--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update",
         "--disable-sync")  # fmt: skip
PATIENCE = 300_000
RECORD = Path(__file__).parents[3] / "docs" / "development" / "playground_start.csv"
"""What the page about the site shows."""

SESSION = "bound startSession"
"""What marimo calls the time from its front end's first question to the answer."""

LAYERS = (
    ("page", "the page's HTML is there"),
    ("painted", "something is painted: the build's own outputs"),
    ("r8-worker", "the worker runs and asks for Python's files"),
    ("r8-pyodide", "Pyodide runs"),
    ("r8-imported", "numpy, marimo and the engine are imported"),
    (SESSION, "marimo's front end and Python are connected, the notebook is read"),
    ("live", "live: every cell in sight has run"),
)
"""Moments of a visit, in the order in which they usually come."""

MOMENTS = """() => JSON.stringify({
  page: performance.getEntriesByType("navigation")[0].responseEnd,
  painted: performance.getEntriesByName("first-contentful-paint")[0]?.startTime,
  origin: performance.timeOrigin,
})"""
WORKERS = """() => JSON.stringify({
  origin: performance.timeOrigin,
  marks: performance.getEntriesByType("mark").map(({ name, startTime }) => [name, startTime]),
  spans: globalThis.t.getSpans().map(({ name, endTime }) => [name, endTime]),
})"""


class _Quiet(http.server.SimpleHTTPRequestHandler):
    """Serves files without a word on stderr."""

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@contextmanager
def _served(folder: Path) -> Iterator[str]:
    handler = functools.partial(_Quiet, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as serving:
        threading.Thread(target=serving.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{serving.server_port}/"
        serving.shutdown()


def compressed(folder: Path, address: str, asked: set[str]) -> tuple[int, int]:
    """Return how many files were asked for, and their bytes as a server that compresses sends them.

    Parameters
    ----------
    folder
        What is served.
    address
        Where; requests to other addresses, such as ``data:``, count nothing.
    asked
        The addresses.
    """
    names = {url.partition("?")[0].partition("#")[0].removeprefix(address) for url in asked if url.startswith(address)}
    paths = [folder / unquote(name or "index.html") for name in names]
    contents = [path.read_bytes() for path in paths if path.is_file()]
    return len(contents), sum(min(len(content), len(gzip.compress(content, 6))) for content in contents)


class _Chromium:
    """Visits, each by a browser of its own: nothing is kept from one to the next."""

    def __init__(self, launch: Callable[..., Any]) -> None:
        self.launch = launch

    def visit(self, address: str, done: str) -> tuple[dict[str, float], set[str]]:
        """Return the moments of a visit, in seconds from its start, and what it asked for.

        Parameters
        ----------
        address
            The page.
        done
            An expression that holds when the page is ready.
        """
        browser = self.launch(executable_path=CHROMIUM, args=list(FLAGS))
        page = browser.new_context(viewport={"width": 1280, "height": 800}).new_page()
        page.set_default_timeout(PATIENCE)
        asked: set[str] = set()
        page.on("request", lambda request: asked.add(request.url))
        page.goto(address, wait_until="commit")
        ready = page.evaluate(f"new Promise(resolve => {{ const look = () => {done} ? resolve(performance.now()) : "
                              "setTimeout(look, 20); look(); })")  # fmt: skip
        found = json.loads(page.evaluate(MOMENTS))
        moments = {"live": ready / 1000, "page": found["page"] / 1000, "painted": found.get("painted", ready) / 1000}
        for worker in page.workers:
            inner = json.loads(worker.evaluate(WORKERS)) if "/worker-" in worker.url else {"marks": [], "spans": []}
            moments |= {name: (inner["origin"] + at - found["origin"]) / 1000 for name, at in inner["marks"]}
            moments |= {name: (end - found["origin"]) / 1000 for name, end in inner["spans"] if name == SESSION}
        page.wait_for_timeout(500)
        browser.close()
        return moments, asked


def start() -> Iterator[Figure]:
    """Time cold visits to the playground and starts of Pyodide alone, taking turns; then the front page."""
    from playwright.sync_api import sync_playwright

    site = build_folder() / "html"
    live = "document.querySelector(\"#root [data-r8-live='browser']\")"
    visits: list[dict[str, float]] = []
    peers: list[float] = []
    fronts: list[float] = []
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        bare(Path(name), cache_folder() / "wasm")
        chromium = _Chromium(playwright.chromium.launch)
        with _served(site) as address, _served(Path(name)) as other:
            for _ in range(VISITS):
                moments, asked = chromium.visit(f"{address}playground/app/index.html", live)
                visits.append(moments)
                files, size = compressed(site, address, asked)
                peers.append(chromium.visit(f"{other}index.html", "window.r8Done")[0]["live"])
                moments, asked = chromium.visit(f"{address}index.html", 'document.readyState === "complete"')
                fronts.append(moments["painted"])
                front_files, front_size = compressed(site, address, asked)
    middle = {key: statistics.median(visit[key] for visit in visits) for key, _ in LAYERS}
    mine, peer, front = middle["live"], statistics.median(peers), statistics.median(fronts)
    load, ratio = os.getloadavg()[0], statistics.median(a["live"] / b for a, b in zip(visits, peers, strict=True))
    where = f"{os.cpu_count()} cores, load {load:.1f}"
    record(middle, peer, f"{VISITS} visits on {platform.machine()}, {where}, {datetime.now(UTC):%d %B %Y}")
    yield Figure(
        f"playground live, cold, {where}", f"{mine:.1f} s", f"bare Pyodide with numpy {peer:.1f} s", None, "5 s, idle",
        mine <= 5,
    )  # fmt: skip
    yield Figure("the same, a visit over a bare start", f"{mine:.1f} s", f"{peer:.1f} s", ratio, "1.3", ratio <= 1.3)
    yield Figure(
        f"playground, cold visit, {files} files, compressed", f"{size / 1e6:.1f} MB", "", None, "20 MB", size <= 20e6
    )
    before = 0.0
    for key, what in LAYERS:
        yield Figure(f"  {what}", f"{middle[key]:.2f} s", f"{middle[key] - before:+.2f} s", None, "", True)
        before = middle[key]
    yield Figure("front page, first content", f"{front:.2f} s", "", None, "0.5 s", front <= 0.5)
    yield Figure(
        f"front page, {front_files} files, compressed", f"{front_size / 1e3:.0f} KB", "", None, "400 KB",
        front_size <= 400e3,
    )  # fmt: skip


def record(middle: dict[str, float], peer: float, where: str) -> None:
    """Write the table that the page about the site shows.

    Parameters
    ----------
    middle
        For each of LAYERS, the median in seconds from the visit's start.
    peer
        Seconds of a bare start.
    where
        The machine and the day.
    """
    with RECORD.open("w", encoding="utf-8", newline="") as stream:
        table = csv.writer(stream, lineterminator="\n")
        table.writerow([f"median of {where}", "seconds after the visit began"])
        table.writerows([[what, f"{middle[key]:.2f}"] for key, what in LAYERS])
        table.writerow(["beside it: Pyodide as it comes, alone on a page, with numpy imported", f"{peer:.2f}"])
