"""Chromium with the network cut, and the built site from a server and from disk."""

import functools
import http.server
import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from resnet8doc import playground as pg

from .live import PUBLIC, Live, start
from .visit import APP, DESK, HTML, Visit

CHROMIUM = os.environ.get("RESNET8DOC_CHROMIUM", "/usr/bin/chromium")

FLAGS = [
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]

PATIENCE = 120_000
"""Milliseconds: on a machine that does much else, a page takes long."""

expect.set_options(timeout=PATIENCE)

PAGES = sorted(
    path.relative_to(HTML).as_posix()
    for path in HTML.rglob("*.html")
    if "_static" not in path.parts and not path.is_relative_to(HTML / Path(APP).parent)
)
"""Every page that Sphinx made, the listings and the index of names included.

The playground's application is marimo's page, not Sphinx's: it has neither article nor formulas to wait for, is whole
only when Python runs, and from disk shows a sentence. test_playground.py holds it to the same: a title, no error, no
other host, axe, a phone's width."""

WRITTEN = [page for page in PAGES if not page.startswith(("listings/", "_modules/")) and page != "search.html"]
"""Those that are written or made from docstrings, not from source code."""


SOURCES = (
    [next(page for page in PAGES if page.startswith(folder)) for folder in ("listings/", "_modules/")] if PAGES else []
)
"""One page of each kind that shows source code: the others are made by the same template."""


class QuietHandler(http.server.SimpleHTTPRequestHandler):
    """Serves files without a word on stderr."""

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    assert (HTML / "index.html").exists(), f"{HTML} is not built; run nox -s build first"
    assert Path(CHROMIUM).exists(), f"{CHROMIUM} is missing; name Chromium in RESNET8DOC_CHROMIUM"
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    handler = functools.partial(QuietHandler, directory=str(HTML))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as serving:
        thread = threading.Thread(target=serving.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{serving.server_port}/"
        serving.shutdown()
        thread.join()


@pytest.fixture(scope="session")
def tab(browser: Browser) -> Iterator[Page]:
    """Give one tab of a desk's width, used again and again: opening a tab costs more than opening a page."""
    context = browser.new_context(viewport=DESK, color_scheme="light")
    context.set_default_timeout(PATIENCE)
    yield context.new_page()
    context.close()


@pytest.fixture(scope="session")
def served(tab: Page, server: str) -> Visit:
    """Give the site as a server gives it."""
    return Visit(tab, server)


@pytest.fixture(scope="session")
def from_disk(browser: Browser) -> Iterator[Visit]:
    """Give the site as it lies on disk."""
    context = browser.new_context(viewport=DESK)
    context.set_default_timeout(PATIENCE)
    yield Visit(context.new_page(), HTML.as_uri() + "/")
    context.close()


@pytest.fixture(params=["served", "from_disk"])
def visit(request: pytest.FixtureRequest) -> Visit:
    """Give the site both ways, one after the other."""
    found: Visit = request.getfixturevalue(request.param)
    return found


@pytest.fixture(scope="session", params=WRITTEN)
def opened(request: pytest.FixtureRequest, served: Visit) -> Visit:
    """Give each page, opened once: pytest runs all tests of one page before it goes to the next."""
    served.open(request.param)
    return served


@pytest.fixture(scope="module")
def live(browser: Browser, server: str) -> Iterator[Live]:
    """Give one playground to all tests of a file; each begins with what the one before it left."""
    found = start(browser, server)
    print(f"\nplayground: first content {found.content_after:.1f} s, live {found.live_after:.1f} s")
    yield found
    found.page.context.close()


@pytest.fixture(scope="session")
def assets() -> pg.Assets:
    """Give what the playground was built with."""
    return pg.Assets(PUBLIC)
