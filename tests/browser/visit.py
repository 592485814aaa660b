"""Where the built site is, and a page of it that watches itself."""

import os
from pathlib import Path

from playwright.sync_api import Page, Request, ViewportSize

ROOT = Path(__file__).parents[2]
HTML = Path(os.environ.get("RESNET8DOC_BUILD", ROOT / "build")) / "html"
APP = "playground/app/index.html"
"""The playground itself, below the site's root."""

DESK: ViewportSize = {"width": 1280, "height": 900}
PHONE: ViewportSize = {"width": 390, "height": 844}


class Visit:
    """A page that watches what is asked of other hosts and what is logged."""

    def __init__(self, page: Page, base: str) -> None:
        self.page = page
        self.base = base
        self.asked: set[str] = set()
        self.elsewhere: list[str] = []
        self.errors: list[str] = []
        page.on("request", self._on_request)
        page.on("requestfailed", lambda request: self.errors.append(f"failed: {request.url}"))
        page.on("response", lambda got: self.errors.append(f"{got.status}: {got.url}") if got.status >= 400 else None)
        page.on("console", lambda line: self.errors.append(line.text) if line.type == "error" else None)
        page.on("pageerror", lambda error: self.errors.append(str(error)))

    def _on_request(self, request: Request) -> None:
        self.asked.add(request.url)
        if not request.url.startswith((self.base, "data:", "blob:")):
            self.elsewhere.append(request.url)

    def open(self, name: str) -> Page:
        """Open a page and wait until its formulas and diagrams are drawn."""
        self.elsewhere.clear()
        self.errors.clear()
        self.page.goto(self.base + name)
        if self.page.locator("script[src*='mathjax/startup.js']").count():
            self.page.wait_for_function("window.MathJax?.startup?.promise?.then(() => true)")
        if self.page.locator("pre.mermaid").count():
            self.page.wait_for_function(
                "[...document.querySelectorAll('pre.mermaid')].every((one) => one.querySelector('svg'))"
            )
        return self.page
