"""A live playground in Chromium, and how a test moves its controls."""

import time
from collections.abc import Iterable
from dataclasses import dataclass

from playwright.sync_api import Browser, Download, FilePayload, Locator, Page, expect

from resnet8doc import playground as pg

from .visit import APP, HTML, Visit

PUBLIC = HTML / "playground" / "app" / "public"
PATIENCE = 180_000
"""Milliseconds: on an idle machine the kernel is up after about 15 s, on a busy one after a minute or two."""


@dataclass
class Live:
    """A live playground and how long it took."""

    page: Page
    visit: Visit
    content_after: float
    live_after: float

    def control(self, name: str) -> Locator:
        """Return one of the notebook's controls."""
        return self.page.locator(f"#root [data-r8-control='{name}']")

    def view(self, name: str) -> None:
        """Choose what the middle shows: ``middle`` (maps and microscope), ``numbers``, ``stored``, ``pictures``…"""
        self.page.locator(f"#root button[data-r8-view='{name}']").click()

    def tables(self) -> None:
        """Open the microscope's tables."""
        for summary in self.page.locator("#root [data-r8-details^='numbers-']:not([open]) > summary").all():
            summary.click()

    def choose(self, name: str, option: str) -> None:
        """Choose from a dropdown."""
        self.control(name).locator("select").select_option(label=option)

    def write(self, name: str, text: str) -> None:
        """Write into a text field and leave it."""
        field = self.control(name).locator("input")
        field.fill(text)
        field.press("Enter")
        field.blur()

    def press_pixel(self, channel: int, row: int, column: int) -> None:
        """Press an element of the chosen operator's output, in the first of its pictures."""
        self.view("middle")
        image = self.page.locator("#root img[data-r8-pixel]").first
        grid = image.get_attribute("data-r8-grid")
        assert grid is not None
        _, height, width, columns, zoom, gap = map(float, grid.split(","))
        place = (
            (channel % columns * (width + gap) + column + 0.5) * zoom,
            (channel // columns * (height + gap) + row + 0.5) * zoom,
        )
        image.click(position={"x": place[0], "y": place[1]})

    def give(self, label: str, *files: tuple[str, bytes]) -> None:
        """Give files to a button that asks for them."""
        self.view("files" if "network" in label else "pictures")
        with self.page.expect_file_chooser() as chooser:
            self.page.get_by_role("button", name=label).click()
        kind = "application/octet-stream"
        chooser.value.set_files([FilePayload(name=name, mimeType=kind, buffer=content) for name, content in files])
        self.view("middle")

    def download(self, label: str) -> Download:
        """Press what gives a file; the kernel makes it then."""
        self.view("files")
        with self.page.expect_download() as waiting:
            self.page.get_by_role("link", name=label).click()
        return waiting.value

    def number(self, gallery: pg.Gallery) -> int:
        """Return the place in the gallery of the image that is chosen."""
        name = self.control("image").locator("select").evaluate("select => select.selectedOptions[0].label")
        return next(n for n in range(len(gallery.labels)) if pg.label(gallery, n) == name)

    def table(self, caption: str) -> Locator:
        """Return the table of a caption, or of one that begins so, brought into sight."""
        found = self.page.locator("#root table").filter(has=self.page.locator("caption", has_text=caption)).first
        pane = found.evaluate("table => table.closest('[data-r8-pane]').dataset.r8Pane")
        self.view(pane if pane not in ("left", "right") else "middle")
        found.evaluate("table => { const toggle = table.closest('details'); if (toggle) toggle.open = true; }")
        return found

    def keys(self, table: Locator, head: str) -> list[float]:
        """Return the numbers of a table's row, exactly; not a number where a cell is text."""
        row = table.locator("tbody tr").filter(has=self.page.get_by_role("rowheader", name=head, exact=True))
        row.wait_for(state="attached")  # a long table's last rows come after those in view
        return [float(cell.get_attribute("data-r8-key") or "nan") for cell in row.locator("td").all()]

    def probabilities(self, run: str) -> list[float]:
        """Return what a network says, exactly."""
        values = self.page.locator(f"#root [data-r8-probabilities='{run}']").get_attribute("data-r8-values")
        assert values is not None
        return [float(value) for value in values.split()]

    def expect_probabilities(self, run: str, expected: Iterable[float]) -> None:
        """Wait until a network says exactly this, and every pane shows what it is of."""
        expect(self.page.locator(f"#root [data-r8-probabilities='{run}']")).to_have_attribute(
            "data-r8-values", " ".join(repr(float(value)) for value in expected), timeout=PATIENCE
        )
        self.settle()

    def settle(self) -> None:
        """Wait until every pane shows what the effect is of: the effect is painted before all others."""
        self.page.wait_for_function(
            "document.querySelector('#root [data-r8-settled]')?.dataset.r8Settled"
            " === document.querySelector('#root [data-r8-turn]').dataset.r8Turn",
            timeout=PATIENCE,
        )

    def expect_edits(self, count: int) -> None:
        """Wait until so many edits are made, and every pane shows what they do."""
        expect(self.page.locator("#root [data-r8-edits]")).to_have_attribute(
            "data-r8-edits", str(count), timeout=PATIENCE
        )
        self.settle()

    def expect_node(self, name: str) -> None:
        """Wait until an operator is the one that is looked at, and every pane shows what the effect is of."""
        self.view("middle")
        expect(self.page.get_by_role("heading", name=f"What {name} puts out")).to_be_visible(timeout=PATIENCE)
        self.settle()

    def expect_in_sight(self, selector: str, count: int = 1) -> None:
        """Wait until the first so many elements are within the window: a picture has no height before it is decoded."""
        self.page.wait_for_function(
            """([selector, count]) => {
              const found = [...document.querySelectorAll(selector)].slice(0, count);
              const boxes = found.map((element) => element.getBoundingClientRect());
              return boxes.length === count && boxes.every((box) => box.top >= 0 && box.bottom <= innerHeight);
            }""",
            arg=[f"#root {selector}", count],
            timeout=PATIENCE,
        )

    def expect_error(self, text: str) -> None:
        """Wait for a sentence beside a control."""
        expect(self.page.locator("#root .r8-error").filter(has_text=text)).to_be_visible(timeout=PATIENCE)


def start(browser: Browser, server: str, query: str = "") -> Live:
    """Open the playground and wait until it is live."""
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    visit = Visit(page, server)
    began = time.monotonic()
    page.goto(f"{server}{APP}{query}", wait_until="commit")
    page.locator("[data-r8-probabilities='quantized']:visible").first.wait_for()
    content = time.monotonic() - began
    page.locator("#root [data-r8-live='browser']").wait_for(state="attached")
    return Live(page, visit, content, time.monotonic() - began)
