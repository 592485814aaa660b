"""The playground at the desk: a real ``marimo edit``, driven in Chromium, with the frameworks live."""

import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.error import URLError

import psutil
import pytest
from playwright.sync_api import Browser, Page, expect

from .visit import HTML, ROOT

pytestmark = pytest.mark.browser

PATIENCE = 120_000
RUNS, GROWTH = 100, 20e6


@pytest.fixture(scope="module")
def marimo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """Give the address of a ``marimo edit`` of a copy of the notebook; nothing is written beside the real one."""
    folder = tmp_path_factory.mktemp("desk")
    for name in ("quantization.py", "head.html"):
        shutil.copyfile(ROOT / "notebooks" / name, folder / name)
    shutil.copyfile(ROOT / "pyproject.toml", folder / "pyproject.toml")  # marimo's settings: cells run when it opens
    models = folder / "build" / "models"
    models.mkdir(parents=True)
    for name in ("resnet8_int8.onnx", "resnet8_int8.pt"):
        shutil.copyfile(HTML.parent / "models" / name, models / name)
    (folder / "build" / "playground").symlink_to((HTML.parent / "playground").resolve())
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "marimo", "-q", "edit", "--headless", "--no-token", "--skip-update-check",
               "--host", "127.0.0.1", "--port", str(port), str(folder / "quantization.py")]  # fmt: skip
    environment = {**os.environ, "RESNET8DOC_BUILD": str(folder / "build"), "MARIMO_SKIP_UPDATE_CHECK": "1"}
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(command, cwd=folder, env=environment, stdout=log, stderr=log)
        address = f"http://127.0.0.1:{port}/"
        try:
            _wait_for(address, server, folder / "log")
            yield address, server
        finally:
            server.terminate()
            server.wait(60)


def _wait_for(address: str, server: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(600):
        assert server.poll() is None, log.read_text()
        try:
            with urllib.request.urlopen(address, timeout=5):  # noqa: S310  # loopback, http
                return
        except (URLError, TimeoutError):
            time.sleep(0.5)
    raise AssertionError(log.read_text())


@pytest.fixture(scope="module")
def page(browser: Browser, marimo: tuple[str, subprocess.Popen[bytes]]) -> Iterator[Page]:
    """Give the notebook, open and run."""
    context = browser.new_context(viewport={"width": 1280, "height": 1000})
    opened = context.new_page()
    opened.set_default_timeout(PATIENCE)
    opened.goto(marimo[0])
    opened.locator("[data-r8-loads]").wait_for(state="attached")
    yield opened
    context.close()


@pytest.mark.criterion("14.1")
@pytest.mark.criterion("14.4")
def test_marimo_edit_opens_the_interface(page: Page) -> None:
    expect(page.get_by_role("heading", name="Quantization playground")).to_be_visible()
    names = page.locator("[data-r8-control='node'] select option").all_inner_texts()
    assert "stack2_conv1" in names


def test_pictures_can_be_pressed_at_the_desk_too(page: Page) -> None:
    """What marimo's editor leaves out, the page's head with styles and script, comes with the notebook."""
    page.locator("[data-r8-control='node'] select").select_option(label="stack2_conv1")
    picture = page.locator("img[data-r8-pixel]").first
    expect(page.get_by_role("heading", name="What stack2_conv1 puts out")).to_be_visible()
    assert picture.evaluate("picture => getComputedStyle(picture).cursor") == "crosshair"
    picture.click(position={"x": 1, "y": 1})
    page.locator("[data-r8-details='numbers-quantized'] > summary").click()
    expect(page.locator(".r8-result")).to_contain_text("[channel 0, row 0, column 0]")
    products = page.locator("table", has=page.locator("caption", has_text="Every product: 144")).locator("tbody tr")
    expect(products).to_have_count(144)


@pytest.mark.criterion("14.2")
@pytest.mark.criterion("14.3")
def test_the_models_are_live_and_loading_them_again_leaks_nothing(
    page: Page, marimo: tuple[str, subprocess.Popen[bytes]]
) -> None:
    """ONNX Runtime and PyTorch answer; the loading cell, run a hundred times by marimo's kernel, keeps no more."""
    table = page.locator("[data-r8-loads] table")
    for name, backend in (("resnet8_int8.onnx", "onnxruntime"), ("resnet8_int8.pt", "pytorch")):
        expect(table.locator("tr", has_text=name).first).to_contain_text(backend)
    again = page.get_by_role("button", name="Load them again")
    sizes = []
    for count in range(1, RUNS + 1):
        again.click()
        expect(page.locator("[data-r8-loads]")).to_have_attribute("data-r8-loads", str(count), timeout=PATIENCE)
        if count in (10, RUNS):  # the first runs fill caches of the allocator and of marimo
            sizes.append(_resident(marimo[1].pid))
    print(f"\nafter 10 runs {sizes[0] / 1e6:.0f} MB, after {RUNS} runs {sizes[1] / 1e6:.0f} MB")
    assert sizes[1] - sizes[0] < GROWTH


def _resident(pid: int) -> int:
    process = psutil.Process(pid)
    return sum(one.memory_info().rss for one in (process, *process.children(recursive=True)))


def test_a_missing_folder_shows_no_models(page: Page) -> None:
    field = page.get_by_label(re.compile("Folder of models"))
    field.fill("/no/such/folder")
    field.blur()
    expect(page.locator("[data-r8-loads]")).to_contain_text("nothing to show", timeout=PATIENCE)
