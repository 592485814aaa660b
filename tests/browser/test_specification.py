"""The specification of a network that others made, opened from disk in Chromium."""

import functools
import http.server
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ViewportSize, expect

from resnet8doc.files import read_json
from resnet8doc.specification import open_subject, write_specification

from ..specification.networks import small
from .axe import serious
from .conftest import QuietHandler
from .live import PATIENCE
from .visit import DESK, HTML, PHONE, Visit

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


@pytest.fixture(scope="module")
def with_playground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, str]]:
    """Give a specification with a playground of its own, and a server of it."""
    folder = tmp_path_factory.mktemp("with_playground")
    subject = open_subject(small(folder / "small.onnx"), None, {"width": 10})
    site = write_specification(subject, folder / "site", playground=str(HTML / "playground"), progress=False).parent
    handler = functools.partial(QuietHandler, directory=str(site))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as serving:
        thread = threading.Thread(target=serving.serve_forever, daemon=True)
        thread.start()
        yield site, f"http://127.0.0.1:{serving.server_port}/"
        serving.shutdown()
        thread.join()


def test_its_link_opens_the_network_in_the_playground(with_playground: tuple[Path, str], browser: Browser) -> None:
    """The reader gives no file: name, layer and numbers are the specification's."""
    site, address = with_playground
    record = read_json(site / "specification.json")
    context = browser.new_context(viewport=DESK)
    context.set_default_timeout(PATIENCE)
    visit = Visit(context.new_page(), address)
    page = visit.open("index.html")
    page.get_by_role("link", name="The playground").click()
    notes = page.locator("#root .r8-note:not(.r8-error)")
    expect(notes.filter(has_text="small is open")).to_be_visible(timeout=2 * PATIENCE)
    expect(notes.filter(has_text="input.npy is fed: float32 [1, 3, 8, 10].")).to_be_visible(timeout=PATIENCE)
    layers = page.locator("#root [data-r8-control='node'] select option").all_inner_texts()
    names = [row["node"] for row in record["operators"]]
    assert set(layers) <= set(names)
    assert names[1] in layers
    assert page.locator("#root .r8-note.r8-error").count() == 0
    assert notes.filter(has_text="This link needs a file").count() == 0
    shown = page.locator("#root").inner_text()
    assert "CIFAR" not in shown
    assert visit.elsewhere == []
    assert visit.errors == []
    context.close()
