"""Where made things lie, and that a page reads only what it declares."""

import json
from pathlib import Path

import pytest

from resnet8doc.errors import UserError
from resnet8doc.workspace import BUILD_VARIABLE, READS_VARIABLE, artifact, build_folder


def test_the_build_folder_is_beside_the_noxfile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(BUILD_VARIABLE, raising=False)
    (tmp_path / "noxfile.py").write_text("")
    (tmp_path / "docs" / "data").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "docs" / "data")
    assert build_folder() == tmp_path / "build"


def test_a_variable_names_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(BUILD_VARIABLE, str(tmp_path / "elsewhere"))
    assert build_folder() == tmp_path / "elsewhere"


def test_a_page_reads_only_what_it_declares(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(BUILD_VARIABLE, str(tmp_path))
    (tmp_path / "results").mkdir()
    for name in ("a.json", "b.txt"):
        (tmp_path / "results" / name).write_text("")
    monkeypatch.setenv(READS_VARIABLE, json.dumps(["results/*.json"]))
    assert artifact("results/a.json") == tmp_path / "results" / "a.json"
    with pytest.raises(UserError, match=r"this page reads results/b\.txt; .* Add results/b\.txt to `reads`"):
        artifact("results/b.txt")
