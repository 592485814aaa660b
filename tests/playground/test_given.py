"""A network that lies beside the page: only what the folder holds, only by a plain name."""

import json
from pathlib import Path

import numpy as np
import pytest

from resnet8doc import playground as pg
from resnet8doc.errors import UserError
from resnet8doc.playground.model import GIVEN
from resnet8doc.specification import open_subject, write_specification

from ..specification.networks import small

ASKED = {"given": "small_operations.json", "fed": "input.npy"}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a specification with a playground beside it, of which only the folders are there."""
    folder = tmp_path_factory.mktemp("given")
    (folder / "playground" / "_wasm").mkdir(parents=True)
    (folder / "playground" / "app" / "public").mkdir(parents=True)
    (folder / "playground" / "app" / "index.html").write_text("<title>The page</title>", encoding="utf-8")
    subject = open_subject(small(folder / "small.onnx"), None, {"width": 10})
    playground = str(folder / "playground")
    return write_specification(subject, folder / "site", playground=playground, progress=False).parent


def test_the_link_s_network_is_opened_and_fed(site: Path) -> None:
    text = (site / "index.html").read_text(encoding="utf-8")
    assert "playground/app/index.html?model=own-" in text
    assert "&amp;given=small_operations.json&amp;fed=input.npy" in text
    assets, given = pg.Assets(site / "playground" / "app" / "public"), pg.given_by(ASKED)
    network = pg.own_network(pg.given_files(assets, given))
    assert network.graph.name == "small"
    name, content = pg.given_item(assets, given, network)
    fed, _ = pg.own_feeds(network.graph, name, content)
    np.testing.assert_array_equal(fed["x"], np.load(site / "downloads" / "input.npy", allow_pickle=False))


def test_another_network_is_not_fed_its_item(site: Path) -> None:
    assets, given = pg.Assets(site / "playground" / "app" / "public"), pg.given_by(ASKED)
    files = pg.given_files(assets, given)
    other = {
        name: json.dumps({**json.loads(content), "producer": "another"}).encode() if name.endswith(".json") else content
        for name, content in files.items()
    }
    assert pg.given_item(assets, given, pg.own_network(other)) == ("", b"")
    assert pg.given_item(assets, given, None) == ("", b"")


@pytest.mark.parametrize(
    "name", ["../about.json", "/etc/passwd.json", "a/b.json", "https://example.org/x.json", "x.onnx", ".json", ""]
)
def test_what_is_no_plain_name_asks_for_nothing(name: str, site: Path) -> None:
    given = pg.given_by({"given": name, "fed": "input.npy"})
    assert given == pg.Given()
    assert pg.given_files(pg.Assets(site), given) == {}


def test_what_is_not_there_is_a_sentence(site: Path) -> None:
    assets = pg.Assets(site / "playground" / "app" / "public")
    with pytest.raises(UserError, match=r"none_operations\.json, which the link asks for, is not beside this page"):
        pg.given_files(assets, pg.given_by({"given": "none_operations.json"}))


def test_a_folder_that_is_no_playground_is_refused(site: Path, tmp_path: Path) -> None:
    subject = open_subject(small(tmp_path / "small.onnx"), None, {"width": 10})
    with pytest.raises(UserError, match=r"holds no playground; expected a folder with app and _wasm in it"):
        write_specification(subject, tmp_path / "site", playground=str(tmp_path), progress=False)
    for address in (str(tmp_path / "misspelt"), "javascript:alert(1)//index.html"):
        with pytest.raises(UserError, match=r"is neither a folder nor a page's address; expected a folder with app"):
            write_specification(subject, tmp_path / "site", playground=address, progress=False)
    assert not (tmp_path / "site").exists()
    assert (site / "playground" / "app" / "public" / GIVEN / "small_operations.npz").is_file()
