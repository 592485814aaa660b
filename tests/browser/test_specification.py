"""The specification of a network that others made, opened from disk in Chromium."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, ViewportSize

from resnet8doc.files import read_json
from resnet8doc.specification import open_subject, write_specification

from .axe import serious
from .visit import DESK, PHONE, Visit

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture(scope="module", params=["mlperf-ad01_int8", "mlperf-kws_int8", "mlperf-vww_int8"])
def site(request: pytest.FixtureRequest, networks: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("specification") / "site"
    return write_specification(open_subject(networks / f"{request.param}.tflite"), folder, progress=False).parent


@pytest.mark.parametrize(("size", "scheme"), [(DESK, "light"), (PHONE, "dark")])
def test_every_page_opens_from_disk(site: Path, size: ViewportSize, scheme: str, browser: Browser) -> None:
    context = browser.new_context(viewport=size, color_scheme="dark" if scheme == "dark" else "light")
    visit = Visit(context.new_page(), site.as_uri() + "/")
    rows = read_json(site / "specification.json")["operators"]
    names = ["index.html", "proof.html", "memory.html", "pitfalls.html", *(row["page"] for row in rows if row["page"])]
    for name in names:
        page = visit.open(name)
        assert page.locator("h1").inner_text()
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{name} is wider than the screen"
        if page.locator("[data-r8m-figure]").count():
            page.locator("[data-r8m-move='1']").click()
            assert page.locator(".r8m-now").count() == 1, f"{name}: the drawing does not move"
        assert visit.errors == [], name
        assert visit.elsewhere == [], name
    for name in (*names[:4], names[-1]):  # afterwards: axe asks for style sheets itself, which a disk refuses
        assert serious(visit.open(name), {}) == {}, name
    context.close()
