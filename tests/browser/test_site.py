"""The built site in Chromium, from a server and from disk, with the network cut."""

import json
import os
import re
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urldefrag, urljoin

import pytest
from playwright.sync_api import Browser, expect

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
    page = visit.open("index.html")
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
    """Read the table of the first page, number by number, against the results file."""
    rows = {row["file"]: row for row in json.loads((BUILD / "results" / "comparison.json").read_text())["rows"]}
    page = served.open("index.html")
    shown: dict[str, list[str]] = {}
    for row in page.locator("table.resnet8doc-table").first.locator("tbody tr").all():
        model, *cells = [text.strip(" \u2007").replace("−", "-") for text in row.locator("> *").all_inner_texts()]
        shown[model] = cells
    assert shown == {file: written(row) for file, row in rows.items()}


def written(row: dict[str, Any]) -> list[str]:
    """Return a row of the comparison as the first page writes it."""
    figures = f"{row['accuracy']:.2f}", f"{row['delta']:+.2f}", f"{row['bytes']:,}", f"{row['size_ratio']:.2f}"
    return [row["framework"], *figures]


def test_every_page_is_a_notebook_too(served: Visit) -> None:
    page = served.open("index.html")
    link = page.locator("a.btn-download-notebook-button").get_attribute("href")
    assert link == "_sources/index.ipynb"
    notebook = json.loads((HTML / link).read_text())
    assert notebook["nbformat"] == 4
    assert any(cell.get("outputs") for cell in notebook["cells"])
