"""The built site in Chromium, from a server and from disk, with the network cut."""

import gzip
import json
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal
from urllib.parse import unquote, urldefrag, urljoin

import pytest
from playwright.sync_api import Browser, Response, ViewportSize, expect

from .axe import serious
from .conftest import PAGES, SOURCES, WRITTEN
from .visit import DESK, HTML, PHONE, Visit

pytestmark = pytest.mark.browser

BUILD = Path(os.environ.get("RESNET8DOC_BUILD", HTML.parent))


def assert_whole(visit: Visit) -> None:
    """Hold that the page has a title, asks no other host, logs no error, and that formulas and diagrams are drawn."""
    page = visit.page
    assert page.locator("article h1, .bd-search-container h1").first.inner_text().strip()
    assert page.locator("article .math mjx-container").count() == page.locator("article .math").count()
    assert page.locator("mjx-merror, [data-mjx-error]").count() == 0
    assert page.locator(".mermaid .error-icon").count() == 0
    assert visit.elsewhere == []
    assert visit.errors == []


@pytest.mark.criterion("10.3")
@pytest.mark.criterion("18.6")
def test_a_page_is_whole(opened: Visit) -> None:
    assert_whole(opened)


def test_a_phone_scrolls_down_but_not_sideways(opened: Visit) -> None:
    opened.page.set_viewport_size(PHONE)
    width = opened.page.evaluate("document.documentElement.scrollWidth")
    opened.page.set_viewport_size(DESK)
    assert width <= PHONE["width"]


LAPTOP: ViewportSize = {"width": 1280, "height": 800}
COLUMNS = 7
"""Tables of up to so many columns fit a laptop; wider ones scroll in their own box."""

WIDE = """(columns) => [...document.querySelectorAll(".resnet8doc-table-box")]
    .filter((box) => box.querySelector("tr").cells.length <= columns && box.scrollWidth > box.clientWidth + 1)
    .map((box) => `${box.getAttribute("aria-label")}: ${box.scrollWidth - box.clientWidth} pixels too wide`)"""


def test_a_laptop_shows_the_sidebar_and_tables_without_scrolling(opened: Visit) -> None:
    opened.page.set_viewport_size(LAPTOP)
    try:
        assert opened.page.evaluate("document.documentElement.scrollWidth") <= LAPTOP["width"]
        sidebar = opened.page.locator("#pst-primary-sidebar")
        needs, has = sidebar.evaluate("(bar) => [bar.scrollHeight, bar.clientHeight]")
        assert needs <= has, f"the sidebar is {needs} pixels tall"
        assert opened.page.evaluate(WIDE, COLUMNS) == []
    finally:
        opened.page.set_viewport_size(DESK)


def test_the_sidebar_shows_each_page_once(opened: Visit) -> None:
    links = opened.page.locator("#pst-primary-sidebar nav a.reference").evaluate_all(
        "links => links.map(link => link.href.split('#')[0])"
    )
    assert len(links) == len(set(links)) > 0


def test_a_page_says_where_it_stands(opened: Visit) -> None:
    """Its part is marked; the front page, where the way begins, and the indexes of names stand outside."""
    name = opened.page.url.removeprefix(opened.base)
    place = opened.page.get_by_role("navigation", name="Where this page stands")
    if name in ("index.html", "genindex.html", "py-modindex.html"):
        assert place.count() == 0
    else:
        assert place.locator("[aria-current]").count() == 1


def test_a_formula_that_is_too_wide_for_a_phone_scrolls_alone(opened: Visit) -> None:
    """And by keyboard: its box takes the focus. The script that sees to it runs once, at the width of the visit."""
    opened.page.set_viewport_size(PHONE)
    try:
        spilled = opened.page.evaluate(
            """[...document.querySelectorAll('mjx-container[display="true"]')]
            .filter((box) => box.scrollWidth > box.clientWidth + 1)
            .filter((box) => getComputedStyle(box).overflowX !== "auto" || box.tabIndex !== 0).length"""
        )
        assert spilled == 0
    finally:
        opened.page.set_viewport_size(DESK)


def test_paper_is_white(served: Visit) -> None:
    """A page read in the dark theme is printed in the light one, and is dark again afterwards."""
    page = served.open("hardware/index.html")
    page.evaluate("document.documentElement.dataset.theme = 'dark'")
    page.emulate_media(media="print")
    expect(page.locator("html")).to_have_attribute("data-theme", "light")
    for gone in ("#pst-primary-sidebar", ".bd-header-article", ".where", "#jb-print-toc"):
        expect(page.locator(gone)).not_to_be_visible()
    page.emulate_media(media="screen")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")


@pytest.mark.parametrize("size", [LAPTOP, PHONE], ids=["laptop", "phone"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_front_page_is_one_screen(
    browser: Browser, server: str, size: ViewportSize, theme: Literal["light", "dark"]
) -> None:
    """Whole, what stands at its foot included."""
    page = browser.new_page(viewport=size, color_scheme=theme)
    page.goto(server)
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
    assert page.evaluate("document.documentElement.scrollHeight") <= size["height"]
    for part in ("what", "proof", "first", "microscope", "doors", "bars"):
        box = page.locator(f".front-{part}").bounding_box()
        assert box is not None, part
        assert box["height"] > 0, part
        assert box["y"] + box["height"] <= size["height"], f"{part} ends at {box['y'] + box['height']:.0f} pixels"
    page.close()


def test_the_front_page_shows_what_was_measured(served: Visit) -> None:
    """The proof's figure and the bars, against the results' files."""
    page = served.open("index.html")
    models = ("resnet8_int8", "resnet8_int8_per_tensor", "resnet8_uint8", "resnet8_u8s8")
    proofs = [json.loads((BUILD / "results" / "proof" / f"{model}_qoperator.json").read_text()) for model in models]
    values = sum(proof["totals"]["values"] for proof in proofs)
    wrong = sum(max(row["local_mismatches"], row["end_to_end_mismatches"]) for p in proofs for row in p["nodes"])
    assert page.locator(".front-number").inner_text() == f"{wrong:,} of {values:,}"
    rows = {row["file"]: row for row in json.loads((BUILD / "results" / "comparison.json").read_text())["rows"]}
    bars = page.locator("table.resnet8doc-bars tr").all()
    for bar, file in zip(bars, ("resnet8.onnx", "resnet8_int8.onnx", "resnet8_uint8.onnx"), strict=True):
        assert f"{rows[file]['accuracy']:.2f} %" in bar.inner_text()
        assert f"{rows[file]['bytes'] / 1000:,.0f} kB" in bar.inner_text()


def test_the_front_page_leads_to_a_pixel_of_the_microscope(served: Visit) -> None:
    page = served.open("index.html")
    address = page.locator(".front-microscope a").first.get_attribute("href")
    assert address is not None
    assert re.fullmatch(r"playground/app/index\.html\?image=\d+&node=\w+&pixel=\d+,\d+,\d+", address)


BYTES = 400_000
"""Of the front page with all that it loads, compressed."""


def test_the_front_page_is_small(browser: Browser, server: str, record_property: Callable[[str, object], None]) -> None:
    context = browser.new_context()  # nothing is cached
    page = context.new_page()
    answers: list[Response] = []
    page.on("response", lambda answer: answers.append(answer))
    page.goto(server, wait_until="networkidle")
    sizes = {answer.url.removeprefix(server): len(gzip.compress(answer.body())) for answer in answers}
    painted = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime")
    context.close()
    record_property("evidence", f"{sum(sizes.values()):,} bytes compressed, first content after {painted:.0f} ms")
    print(f"\nfront page: {sum(sizes.values()):,} bytes compressed, first content after {painted:.0f} ms")
    assert sum(sizes.values()) <= BYTES, sizes
    assert not [name for name in sizes if "fontawesome" in name or "searchindex" in name]


def test_every_icon_of_the_theme_is_drawn() -> None:
    """Font Awesome is not loaded: icons.css has what the pages use of it."""
    drawn = set(re.findall(r"^\.(fa-[a-z-]+) \{", (HTML / "_static" / "icons.css").read_text(), flags=re.MULTILINE))
    sizes = {"fa-solid", "fa-lg", "fa-fw"}
    used = {
        icon
        for name in PAGES
        for classes in re.findall(r'<(?:i|span) class="([^"]*\bfa-[^"]*)"', (HTML / name).read_text(encoding="utf-8"))
        for icon in classes.split()
        if icon.startswith("fa-")
    }
    assert used - sizes <= drawn
    assert "fontawesome" not in (HTML / "index.html").read_text(encoding="utf-8")


THEIRS = {
    # The theme's navigation opens its parts by arrows that have no name; each stands beside the part's link.
    "summary-name": ("<summary>",),
    # docutils makes the bibliography a list whose entries have the role of an entry, not of a list item.
    "aria-required-children": ('<div role="list" class="citation-list">',),
}
"""Rules that others' markup breaks, each with the element and the reason why nothing here can mend it."""


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_serious(opened: Visit, theme: str) -> None:
    opened.page.add_style_tag(content="* { transition: none !important }")  # or axe would see colours on their way
    opened.page.evaluate("(theme) => { document.documentElement.dataset.theme = theme }", theme)
    found = serious(opened.page, THEIRS)
    opened.page.evaluate("document.documentElement.dataset.theme = 'light'")
    assert found == {}


@pytest.mark.parametrize("name", [*WRITTEN, "search.html", *SOURCES])
def test_a_page_is_whole_from_disk(from_disk: Visit, name: str) -> None:
    from_disk.open(name)
    assert_whole(from_disk)


@pytest.mark.parametrize("name", WRITTEN)
def test_a_page_names_version_and_checkpoint(name: str) -> None:
    html = (HTML / name).read_text(encoding="utf-8")
    label = json.loads((BUILD / "manifest.json").read_text())["checkpoint"]["label"]
    assert re.search(r"resnet8doc \d+\.\d+\.\d+\S* · checkpoint", html)
    assert label in html


def test_each_cause_in_the_decision_trees_leads_to_its_proof(browser: Browser, server: str) -> None:
    visit = Visit(browser.new_page(), server)
    page = visit.open("operators/off-by-one.html")
    links = page.locator("pre.mermaid a").evaluate_all("links => links.map(link => link.getAttribute('xlink:href'))")
    causes = page.locator("pre.mermaid .node:has(> rect.label-container:not([rx]))").count()
    assert len(links) == causes == 13
    for link in links:
        target = page.locator(link)
        assert target.count() == 1, link
    page.locator(f"pre.mermaid a[*|href='{links[0]}']").click()
    expect(page.locator(links[0])).to_be_in_viewport()
    page.close()


def test_every_link_inside_the_site_leads_somewhere() -> None:
    ids: dict[str, set[str]] = {}
    broken = []
    for name in PAGES:
        html = (HTML / name).read_text(encoding="utf-8")
        for link in re.findall(r'<a [^>]*?href="([^"]+)"', html):
            if re.match(r"[a-z]+:", link):
                continue
            whole, fragment = urldefrag(urljoin(name, unquote(link.replace("&amp;", "&"))))
            target = whole.partition("?")[0]  # what is asked of the playground is no part of its file's name
            if not (HTML / target).is_file():
                broken.append(f"{name}: {link}")
            elif fragment and target.endswith(".html"):
                if target not in ids:
                    text = (HTML / target).read_text(encoding="utf-8")
                    ids[target] = set(re.findall(r'(?:id|name)="([^"]+)"', text))
                if fragment not in ids[target] and fragment not in ("main-content", "top"):
                    broken.append(f"{name}: {link}")
    assert broken == []


def test_search_finds(visit: Visit) -> None:
    page = visit.open("search.html?q=requantization")
    expect(page.locator("#search-results li a[href*='reference/glossary.html']").first).to_be_visible()
    assert visit.errors == []
    assert visit.elsewhere == []


def test_the_search_dialog_leads_to_the_results(visit: Visit) -> None:
    page = visit.open("index.html")
    page.keyboard.press("Control+k")
    field = page.locator("#pst-search-dialog input")
    expect(field).to_be_visible()
    field.fill("calibration")
    field.press("Enter")
    expect(page.locator("#search-results li a").first).to_be_visible()


def test_dark_and_light(visit: Visit) -> None:
    """The switch turns the page dark, and it stays so on the next page."""
    page = visit.open("index.html")
    grounds = {}
    for mode in ("light", "dark"):
        page.locator(".theme-switch-button").first.click()
        page.locator(f".theme-change-button[data-mode={mode}]").first.click()
        expect(page.locator("html")).to_have_attribute("data-theme", mode)
        page.add_style_tag(content="* { transition: none !important }")
        grounds[mode] = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert grounds["light"] != grounds["dark"]
    visit.open("reference/glossary.html")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.evaluate("localStorage.clear()")


def test_a_long_table_sorts_by_its_heads(visit: Visit) -> None:
    page = visit.open("quantization/comparison.html")
    table = page.locator("table.sortable").first
    head = table.locator("thead th", has_text="accuracy")
    column = int(head.evaluate("(cell) => cell.cellIndex"))
    for order in ("ascending", "descending"):
        head.click()
        assert head.get_attribute("aria-sort") == order
        values = [float(cell) for cell in table.locator(f"tbody tr > :nth-child({column + 1})").all_inner_texts()]
        assert values == sorted(values, reverse=order == "descending")


@pytest.mark.criterion("18.4")
def test_the_headline_figures_are_those_that_were_measured(served: Visit) -> None:
    """Read the table of all models, number by number, against the results file."""
    rows = {row["file"]: row for row in json.loads((BUILD / "results" / "comparison.json").read_text())["rows"]}
    page = served.open("quantization/comparison.html")
    shown: dict[str, list[str]] = {}
    for row in page.locator("table.resnet8doc-table").first.locator("tbody tr").all():
        model, *cells = [text.strip(" \u2007").replace("−", "-") for text in row.locator("> *").all_inner_texts()]
        shown[model] = [cells[column] for column in (0, 1, 4, 5)]  # all but the interval and the flag
    assert shown == {file: written(row) for file, row in rows.items()}


def written(row: dict[str, Any]) -> list[str]:
    """Return a row of the comparison as the page writes it."""
    return [f"{row['accuracy']:.2f}", f"{row['delta']:+.2f}", f"{row['bytes']:,}", f"{row['size_ratio']:.2f}"]


def test_every_page_is_a_notebook_too(served: Visit) -> None:
    page = served.open("operators/qgemm.html")
    link = page.locator("a.btn-download-notebook-button").get_attribute("href")
    assert link == "../_sources/operators/qgemm.ipynb"
    notebook = json.loads((HTML / "operators" / link).read_text())
    assert notebook["nbformat"] == 4
    assert any(cell.get("outputs") for cell in notebook["cells"])
