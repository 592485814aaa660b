"""The playground's page: loading, links, files, bytes, themes, and what it says where it cannot run."""

import gzip
import io
import json
import re
from html import unescape
from pathlib import Path
from typing import Literal
from urllib.parse import parse_qs, unquote

import numpy as np
import pytest
from playwright.sync_api import Browser, expect

from resnet8doc import playground as pg

from .axe import serious
from .live import PATIENCE, PUBLIC, Live, start
from .visit import APP, HTML, PHONE

pytestmark = pytest.mark.browser


def test_it_reads_and_waits_before_python_is_there(browser: Browser, server: str) -> None:
    """The build's outputs are there, the page says that it loads, and no control can be moved in vain."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(server + APP, wait_until="commit", timeout=PATIENCE)
    page.locator("#r8-static [data-r8-probabilities='quantized']").wait_for(timeout=PATIENCE)
    expect(page.get_by_role("status")).to_contain_text(re.compile("Python is (still )?starting"))
    assert page.locator("#root").evaluate("root => root.inert")
    context.close()


def test_a_shared_link_restores(browser: Browser, server: str, assets: pg.Assets) -> None:
    index = int(assets.gallery.indices[7])
    edits = "redesign~stem_conv_quantized~scale~0.25!arithmetic~*~rounding~floor"
    shared = start(browser, server, f"?image={index}&node=stack3_conv1&pixel=5,1,2&edits={edits}")
    shared.expect_node("stack3_conv1")
    shared.expect_edits(2)
    expect(shared.page.locator("#root [data-r8-run='modified'] .r8-result")).to_contain_text(
        "[channel 5, row 1, column 2]"
    )
    graph = assets.graph(pg.MODEL)
    original = pg.Run.of(graph, assets.gallery.images[7:8])
    expected = pg.rerun(original, pg.apply(graph, assets.graph(pg.FLOAT), pg.from_text(edits))).probabilities[0]
    assert shared.probabilities("modified") == [float(value) for value in expected]
    expect(shared.page).to_have_url(re.compile(f"image={index}&"))
    assert shared.visit.elsewhere == []
    assert shared.visit.errors == []
    shared.page.context.close()


def test_a_made_up_link_is_a_sentence(browser: Browser, server: str) -> None:
    odd = start(browser, server, "?node=no_such_node&pixel=a,b,c&edits=explode~everything&image=own-0123456789ab")
    odd.expect_error("the link's pixel is 'a,b,c'")
    odd.expect_error("explode~everything")
    expect(odd.page.locator("#root .r8-note").filter(has_text="give the same file")).to_be_visible()
    expect(odd.page.locator("#root .r8-note").filter(has_text="no_such_node")).to_be_visible()
    odd.expect_edits(0)
    assert odd.visit.errors == []
    odd.page.context.close()


def test_a_foreign_extraction_is_refused(live: Live) -> None:
    buffer = io.BytesIO()
    np.savez(buffer, a=np.zeros(3))
    live.give("Open your own network", ("a.json", b'{"weights": []}'), ("a.npz", buffer.getvalue()))
    live.expect_error("this is not an extraction")
    expect(live.page.locator("#root [data-r8-probabilities='quantized']")).to_be_visible()
    assert "model=" not in live.page.url


def test_an_own_extraction_opens(live: Live) -> None:
    pair = [(f"x_operations{end}", (PUBLIC / f"{pg.MODEL}_operations{end}").read_bytes()) for end in (".json", ".npz")]
    live.give("Open your own network", *pair)
    expect(live.page.locator("#root .r8-note").filter(has_text=f"{pg.MODEL} is open")).to_be_visible(timeout=PATIENCE)
    expect(live.page).to_have_url(re.compile(f"model={pg.own_name(pair[0][1])}"))


def test_nothing_was_asked_elsewhere_and_nothing_failed(live: Live) -> None:
    """Over all that the tests before this one did."""
    assert live.visit.elsewhere == []
    assert live.visit.errors == []


def test_bytes_on_the_wire(browser: Browser, server: str) -> None:
    """All that a first visit asks for until it is live: the page, marimo's front end, Python, packages, data."""
    cold = start(browser, server)
    asked = {url.partition("?")[0].partition("#")[0] for url in cold.visit.asked if url.startswith(server)}
    cold.page.context.close()
    contents = [(HTML / unquote(url.removeprefix(server))).read_bytes() for url in sorted(asked)]
    total = sum(map(len, contents))
    compressed = sum(min(len(content), len(gzip.compress(content, 6))) for content in contents)
    print(f"\na cold visit: {len(asked)} files, {total / 1e6:.1f} MB, compressed {compressed / 1e6:.1f} MB")
    assert not [url for url in asked if url.endswith(".whl")], "all that a start imports lies in one file"
    assert total < 36e6
    assert compressed < 20e6


def test_from_disk_it_says_how_to_serve_it(browser: Browser) -> None:
    page = browser.new_page()
    page.goto(Path(HTML / APP).as_uri())
    expect(page.get_by_role("status")).to_contain_text("python -m http.server")
    expect(page.locator("#r8-static [data-r8-probabilities='quantized']")).to_be_visible()
    page.close()


MARIMOS = {
    # The menu in the corner of every exported notebook is drawn as three points, without a name.
    "button-name": ('<button class="disabled:opacity-50',),
    # The badge that marimo's export adds has its own colours; so has the button that clears an upload, inside marimo's
    # own element, where no style of the page reaches.
    "color-contrast": ("<span>made with marimo</span>", '<button class="text-xs text-destructive'),
    # Behind each upload button lies a file input that the keyboard does not reach; the button itself has a name.
    "label": ("<input accept=",),
}
"""Rules that marimo's markup breaks, each with the element and the reason why it is not the notebook's."""


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_serious(live: Live, theme: Literal["light", "dark"]) -> None:
    live.page.emulate_media(color_scheme=theme)
    live.page.add_style_tag(content="* { transition: none !important }")  # or axe would see colours on their way
    found = serious(live.page, MARIMOS)
    live.page.emulate_media(color_scheme="light")
    assert found == {}


def test_it_has_a_title_and_fits_a_phone(live: Live) -> None:
    assert live.page.title() == "Quantization playground"
    desk = live.page.viewport_size
    assert desk is not None
    live.page.set_viewport_size(PHONE)
    width = live.page.evaluate("document.documentElement.scrollWidth")
    live.page.set_viewport_size(desk)
    assert width <= PHONE["width"]


def test_without_javascript_the_builds_outputs_are_there(browser: Browser, server: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(server + APP, wait_until="commit", timeout=PATIENCE)
    expect(page.locator("#r8-static [data-r8-probabilities='quantized']")).to_be_visible()
    expect(page.locator("#r8-frame")).to_contain_text("runs no JavaScript")
    context.close()


def test_without_webassembly_it_says_so(browser: Browser, server: str) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.add_init_script("delete window.WebAssembly")
    page.goto(server + APP, wait_until="commit", timeout=PATIENCE)
    expect(page.get_by_role("status")).to_contain_text("no WebAssembly")
    expect(page.locator("#r8-static [data-r8-probabilities='quantized']")).to_be_visible()
    context.close()


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_it_follows_the_sites_theme(browser: Browser, server: str, mode: str) -> None:
    """What the reader chose on the site's pages counts, whatever the system prefers."""
    context = browser.new_context(color_scheme="dark" if mode == "light" else "light")
    page = context.new_page()
    page.goto(server + "index.html")
    page.evaluate("mode => localStorage.setItem('mode', mode)", mode)
    page.goto(server + APP, wait_until="commit", timeout=PATIENCE)
    page.locator("#root [data-r8-probabilities='quantized']").wait_for(timeout=PATIENCE)
    assert page.evaluate("document.documentElement.dataset.r8Theme") == mode
    assert (page.locator(".dark").count() > 0) == (mode == "dark")
    context.close()


def test_an_operators_page_leads_to_its_output(browser: Browser, server: str) -> None:
    """The link below a worked example: the same layer, image and output, and so the same byte."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(server + "operators/qlinear-conv.html")
    steps = page.locator("table").filter(has=page.locator("caption", has_text="step by step"))
    byte = steps.locator("tbody tr").last.locator("td").first.text_content()
    link = page.get_by_role("link", name="Follow this output in the playground")
    address = link.evaluate("link => link.href")
    context.close()
    live = start(browser, server, "?" + address.partition("?")[2])
    assert address.partition("?")[0] == server + APP
    shown = live.page.locator("#root [data-r8-run='quantized'] [data-r8-byte]")
    assert byte
    expect(shown).to_have_text(byte, timeout=PATIENCE)
    assert live.visit.errors == []
    live.page.context.close()


def test_every_link_to_a_layer_names_one(assets: pg.Assets) -> None:
    """Of all pages: read as the playground reads its address, with no complaint."""
    known = {node.name for node in assets.graph(pg.MODEL).nodes}
    images = set(map(str, assets.gallery.indices))
    linked = set()
    for path in (HTML / "operators").glob("*.html"):
        for query in re.findall(r'playground/app/index\.html\?([^"]+)"', path.read_text(encoding="utf-8")):
            pairs = {key: values[-1] for key, values in parse_qs(unescape(query)).items()}
            state, complaints = pg.from_query(pairs)
            assert complaints == [], (path.name, query)
            assert state.node in known, (path.name, query)
            assert state.image in images | {""}, (path.name, query)
            linked.add(state.node)
    vectors = json.loads((HTML / "downloads" / "vectors" / "manifest.json").read_text(encoding="utf-8"))
    assert linked == {layer["node"] for layer in vectors["layers"]}  # all that compute
