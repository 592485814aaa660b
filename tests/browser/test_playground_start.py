"""How the playground starts: whatever comes late, or not at all, the page comes to life."""

import time
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, Route

from .live import PATIENCE
from .visit import APP

pytestmark = pytest.mark.browser

Prepare = Callable[[Page], None]


def _front_end_late(page: Page) -> None:
    """Hold what makes marimo's side of the connection back until Python has asked for its files."""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))

    def wait(route: Route) -> None:
        while not any(url.endswith("python_stdlib.zip") for url in asked):
            page.wait_for_timeout(100)
        page.wait_for_timeout(2000)  # by now the worker has run its last line
        route.continue_()

    page.route("**/assets/state-*.js", wait)


def _worker_late(page: Page) -> None:
    """Hold the worker back until marimo's front end has spoken to it."""
    spoken: list[str] = []
    page.on("console", lambda line: spoken.append(line.text))

    def wait(route: Route) -> None:
        while not any("bootstrap" in line for line in spoken):
            page.wait_for_timeout(100)
        route.continue_()

    page.route("**/assets/worker-*.js", wait)


def _no_pack(page: Page) -> None:
    """Refuse the one file that holds all that a start imports."""
    page.route("**/started.bin.gz", lambda route: route.fulfill(status=404))


def _no_first_worker(page: Page) -> None:
    """Lose the worker's script once: marimo then makes its own worker."""
    lost: list[str] = []

    def lose(route: Route) -> None:
        if lost:
            route.continue_()
        else:
            lost.append(route.request.url)
            route.abort()

    page.route("**/assets/worker-*.js", lose)


@pytest.mark.parametrize("prepare", [_front_end_late, _worker_late, _no_pack, _no_first_worker])
def test_it_comes_to_life(browser: Browser, server: str, prepare: Prepare) -> None:
    """Each word between page and worker arrives, whoever is there first; without the pack, wheels do."""
    context = browser.new_context()
    page = context.new_page()
    prepare(page)
    began = time.monotonic()
    page.goto(server + APP, wait_until="commit", timeout=PATIENCE)
    page.locator("#root [data-r8-live='browser']").wait_for(state="attached", timeout=PATIENCE)
    print(f"\n{prepare.__name__}: live {time.monotonic() - began:.1f} s")
    assert page.locator("#root [data-r8-probabilities='quantized']").get_attribute("data-r8-values")
    context.close()
