"""Files are whole or absent, and errors say what to do."""

import os
import pickle
from pathlib import Path

import pytest

from resnet8doc.errors import UserError
from resnet8doc.files import is_free, read_json, replacing, replacing_folder, sha256, write_json


def test_a_failed_write_leaves_the_old_file_and_no_other(tmp_path: Path) -> None:
    path = tmp_path / "model.onnx"
    path.write_text("old")

    def interrupted() -> None:
        with replacing(path) as temporary:
            temporary.write_text("half")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        interrupted()
    assert path.read_text() == "old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["model.onnx"]


def test_a_folder_is_replaced_as_a_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "set"
    for content in ("first", "second"):
        with replacing_folder(path) as made:
            (made / content).write_text(content)
    assert [entry.name for entry in path.iterdir()] == ["second"]

    def interrupted() -> None:
        with replacing_folder(path) as made:
            (made / "third").write_text("half")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        interrupted()
    assert [entry.name for entry in path.iterdir()] == ["second"]
    assert [entry.name for entry in tmp_path.iterdir()] == ["set"]


def test_a_name_of_any_length_that_a_folder_can_hold_is_written(tmp_path: Path) -> None:
    longest = os.pathconf(tmp_path, "PC_NAME_MAX")
    write_json(tmp_path / ("a" * (longest - 5) + ".json"), 1)
    with replacing_folder(tmp_path / ("b" * longest)) as made:
        (made / "x").touch()
    assert len(list(tmp_path.iterdir())) == 2


@pytest.mark.parametrize("name", ["file/set", "a" * 300, "file"])
def test_a_folder_that_cannot_be_is_said(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").write_text("whatever stands here")

    def write() -> None:
        if not is_free(tmp_path / name):
            raise UserError(f"cannot write {name}, it is taken", "a new or empty folder", "Choose another.")
        with replacing_folder(tmp_path / name):
            pass

    with pytest.raises(UserError, match=r"cannot write .*; expected a .*folder"):
        write()
    assert (tmp_path / "file").read_text() == "whatever stands here"


def test_the_temporary_name_keeps_the_suffix(tmp_path: Path) -> None:
    with replacing(tmp_path / "new" / "a.npz") as temporary:
        assert temporary.suffix == ".npz"
    assert (tmp_path / "new" / "a.npz").exists()


def test_a_full_disk_is_said() -> None:
    def fill() -> None:
        with replacing(Path("/dev/shm/resnet8doc_test.bin")) as temporary:  # noqa: S108  # a file system with a size
            descriptor = os.open(temporary, os.O_WRONLY)
            try:
                os.posix_fallocate(descriptor, 0, 1 << 50)
            finally:
                os.close(descriptor)

    with pytest.raises(UserError, match=r"cannot write /dev/shm/.*; expected a folder that can be written, on a disk"):
        fill()


def test_an_unwritable_folder_is_said(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    with pytest.raises(UserError, match="cannot write"), replacing(blocked / "below" / "x.json"):
        pass


def test_json_has_no_nan(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="Out of range float"):
        write_json(tmp_path / "x.json", {"accuracy": float("nan")})
    assert list(tmp_path.iterdir()) == []


def test_json_round_trip(tmp_path: Path) -> None:
    write_json(tmp_path / "x.json", {"größe": [1, 2.5, None]})
    assert read_json(tmp_path / "x.json") == {"größe": [1, 2.5, None]}


def test_missing_and_broken_json(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"does not exist; expected a JSON file\. Build it first"):
        read_json(tmp_path / "none.json")
    (tmp_path / "x.json").write_text("{")
    with pytest.raises(UserError, match="is not JSON"):
        read_json(tmp_path / "x.json")


def test_sha256(tmp_path: Path) -> None:
    (tmp_path / "empty").write_bytes(b"")
    assert sha256(tmp_path / "empty").startswith("e3b0c44298fc1c149afbf4c8996fb924")


def test_an_error_survives_a_worker_process() -> None:
    error = UserError("a", "b", "c.")
    again = pickle.loads(pickle.dumps(error))  # noqa: S301  # our own bytes
    assert (str(again), again.remedy) == ("a; expected b. c.", "c.")
