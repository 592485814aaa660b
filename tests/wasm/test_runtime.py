"""What the browser's Python is put together from."""

import hashlib
import importlib.util
import io
import zipfile
from pathlib import Path

import pytest

from resnet8doc.errors import UserError
from resnet8doc.imports import Imports
from resnet8doc.wasm import _registries, pins
from resnet8doc.wasm._compile import rewrite
from resnet8doc.wasm._runtime import _filter, engine_wheel, lock


def make_wheel(path: Path, name: str, requires: tuple[str, ...] = (), files: dict[str, str] | None = None) -> Path:
    """Write a small wheel."""
    metadata = f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n" + "".join(
        f"Requires-Dist: {r}\n" for r in requires
    )
    with zipfile.ZipFile(path / f"{name}-1.0-py3-none-any.whl", "w") as archive:
        for member, content in (files or {f"{name}/__init__.py": "answer = 6 * 7\n"}).items():
            archive.writestr(member, content)
        archive.writestr(f"{name}-1.0.dist-info/METADATA", metadata)
        archive.writestr(f"{name}-1.0.dist-info/RECORD", "")
    return path / f"{name}-1.0-py3-none-any.whl"


def test_source_becomes_bytecode_that_runs(tmp_path: Path) -> None:
    files = {
        "thing/__init__.py": "answer = 6 * 7\n",
        "thing/types.pyi": "",
        "thing/unused/big.py": "",
        "thing/unused/small.py": "",
        "thing/data.txt": "x",
    }
    wheel = make_wheel(tmp_path, "thing", files=files)
    target = tmp_path / "out.whl"
    rewrite(wheel, target, ("thing/unused/",), ("thing/unused/small",))
    with zipfile.ZipFile(target) as archive:
        assert archive.namelist() == [
            "thing-1.0.dist-info/METADATA", "thing/__init__.pyc", "thing/data.txt", "thing/unused/small.pyc"
        ]  # fmt: skip
        archive.extract("thing/__init__.pyc", tmp_path)
    spec = importlib.util.spec_from_file_location("thing", tmp_path / "thing" / "__init__.pyc")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert module.answer == 42


def test_compiling_twice_gives_the_same_bytes(tmp_path: Path) -> None:
    wheel = make_wheel(tmp_path, "thing")
    for name in ("one.whl", "two.whl"):
        rewrite(wheel, tmp_path / name, (), ())
    assert (tmp_path / "one.whl").read_bytes() == (tmp_path / "two.whl").read_bytes()


def test_the_lock_lists_only_what_is_bundled(tmp_path: Path) -> None:
    """Requirements for other machines, and packages that are not there, are no dependencies."""
    wheels = [
        make_wheel(tmp_path, "first", ("second>=1", "absent", 'third; sys_platform != "emscripten"')),
        make_wheel(tmp_path, "second"),
        make_wheel(tmp_path, "third"),
    ]
    packages = lock(wheels, {"python": "3.14.2"})["packages"]
    assert isinstance(packages, dict)
    assert packages["first"]["depends"] == ["second"]
    assert packages["first"]["imports"] == ["first"]
    assert packages["second"]["sha256"] == hashlib.sha256(wheels[1].read_bytes()).hexdigest()


def test_a_kept_wheel_is_not_fetched_again(tmp_path: Path) -> None:
    content = make_wheel(tmp_path, "thing").read_bytes()
    sha = hashlib.sha256(content).hexdigest()
    (tmp_path / sha).mkdir()
    (tmp_path / sha / "thing-1.0-py3-none-any.whl").write_bytes(content)
    pin = pins.Wheel("no-such-package-of-ours==1.0", sha)
    assert [path.read_bytes() for path in _registries.wheels([pin], tmp_path)] == [content]


def test_a_changed_wheel_is_refused(tmp_path: Path) -> None:
    pin = pins.Wheel("thing==1.0", "0" * 64)
    (tmp_path / pin.sha256).mkdir()
    (tmp_path / pin.sha256 / "thing-1.0-py3-none-any.whl").write_bytes(b"other bytes")
    with pytest.raises(UserError, match="has sha256"):
        _registries.wheels([pin], tmp_path)


def test_no_network_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    with pytest.raises(UserError, match=r"markdown==3\.11\.3 cannot be fetched") as caught:
        _registries.wheels([pin for pin in pins.WHEELS if pin.requirement.startswith("markdown=")], tmp_path)
    assert "a package registry that answers" in str(caught.value)


def test_every_pin_is_exact() -> None:
    for pin in (*pins.WHEELS, pins.CARRIER):
        assert "==" in pin.requirement
    hashes = [pin.sha256 for pin in (*pins.WHEELS, pins.CARRIER, *pins.INNER)] + list(pins.PYODIDE_FILES.values())
    assert all(len(sha) == 64 for sha in hashes)
    assert len(set(hashes)) == len(hashes)


def test_the_browsers_wheel_holds_no_framework(tmp_path: Path) -> None:
    """Only layers 1 and 2, whose imports are numpy and the standard library."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in ("resnet8doc/__init__.py", "resnet8doc/graph/_graph.py", "resnet8doc/models/keras.py",
                     "resnet8doc/checkpoints/weights.npz", "resnet8doc-0.1.0.dist-info/METADATA"):  # fmt: skip
            archive.writestr(name, "")
    (tmp_path / "old.whl").write_bytes(buffer.getvalue())
    _filter(tmp_path / "old.whl", tmp_path / "new.whl")
    with zipfile.ZipFile(tmp_path / "new.whl") as archive:
        assert archive.namelist() == [
            "resnet8doc-0.1.0.dist-info/METADATA", "resnet8doc/__init__.py", "resnet8doc/graph/_graph.py",
        ]  # fmt: skip


def test_what_goes_to_the_browser_imports_nothing_that_stays() -> None:
    imports = Imports("resnet8doc")
    module = {name: str(imports.files([name])[0].relative_to(imports.root)) for name in imports.graph.modules}
    gone = {name for name, file in module.items() if file.startswith((*pins.ENGINE, *pins.READERS))}
    assert {"resnet8doc.graph", "resnet8doc.reading.tflite"} <= gone
    assert set().union(*(imports.graph.find_modules_directly_imported_by(name) for name in gone)) <= gone


@pytest.mark.slow
def test_the_engine_wheel_is_built_once(tmp_path: Path) -> None:
    first = engine_wheel(tmp_path)
    when = first.stat().st_mtime_ns
    assert engine_wheel(tmp_path) == first
    assert first.stat().st_mtime_ns == when
    with zipfile.ZipFile(first) as archive:
        names = archive.namelist()
    assert "resnet8doc/playground/__init__.py" in names
    assert not [name for name in names if name.startswith(("resnet8doc/models", "resnet8doc/evaluate"))]
