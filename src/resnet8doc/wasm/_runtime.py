"""The folder that a browser loads Python from: Pyodide, compiled wheels, and the lock that lists them."""

import gzip
import hashlib
import importlib.metadata
import importlib.util
import json
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Mapping
from email.parser import Parser
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from ..errors import UserError
from ..files import replacing, sha256, write_json
from . import _registries, pins

_HERE = Path(__file__).parent
Step = Callable[[str], object]


def _key(*parts: bytes) -> str:
    return hashlib.sha256(b"\0".join(parts)).hexdigest()[:16]


def _in_node(
    program: str, parts: tuple[str, ...], pyodide: Path, wheels: list[Path], target: Path, rules: Mapping[str, object]
) -> Path:
    """Return the folder of what a program made of wheels, inside Pyodide under node, once for the same input.

    Parameters
    ----------
    program, parts
        The program, and the files beside it that it reads.
    target
        The folder, to whose name a hash of all that counts is added.
    """
    text = json.dumps(rules)
    code = [(_HERE / name).read_bytes() for name in (program, *parts)]
    key = _key(*code, text.encode(), *(f"{wheel.name} {sha256(wheel)}".encode() for wheel in wheels))
    target = target.with_name(f"{target.name}-{key}")
    if target.exists():
        return target
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent) as name:
        source, made = Path(name) / "source", Path(name) / "made"
        source.mkdir()
        made.mkdir()
        for wheel in wheels:
            shutil.copyfile(wheel, source / wheel.name)
        command = ("node", str(_HERE / program), str(pyodide), str(source), str(made), text)
        try:
            subprocess.run(command, check=True, capture_output=True, text=True)
        except FileNotFoundError as error:
            raise UserError("node is not installed", "node, to compile the wheels", "Run nox -s env.") from error
        except subprocess.CalledProcessError as error:
            raise RuntimeError(f"{program} failed:\n{error.stderr}") from error
        made.replace(target)
    return target


def _compile(pyodide: Path, wheels: list[Path], folder: Path, unused: tuple[str, ...]) -> list[Path]:
    """Return the wheels with bytecode in place of source, made once for the same wheels and rules."""
    rules = {"unused": unused, "needed": pins.NEEDED}
    made = _in_node("compile.mjs", ("_compile.py",), pyodide, wheels, folder / "compiled", rules)
    return [made / wheel.name for wheel in wheels]


def _pack(pyodide: Path, wheels: list[Path], folder: Path) -> Path:
    """Return the folder of ``started.bin``, what a start imports, and of ``python_stdlib.zip`` with its bytecode."""
    named = {wheel: canonicalize_name(_metadata(wheel)[0]) for wheel in wheels}
    first = [wheel for wheel, name in named.items() if name not in pins.ASKED_FOR]
    packages = sorted({known for wheel in first for known in (named[wheel], _metadata(wheel)[0])})
    rules = {"imports": pins.IMPORTED, "also": pins.PACKED, "packages": packages}
    return _in_node("pack.mjs", ("_pack.py", "_compile.py", "_started.py"), pyodide, first, folder / "packed", rules)


def _filter(wheel: Path, target: Path) -> None:
    """Copy resnet8doc's wheel without the layers that need frameworks."""
    with zipfile.ZipFile(wheel) as old, zipfile.ZipFile(target, "w") as new:
        for entry in sorted(old.namelist()):
            inside = entry.removeprefix("resnet8doc/")
            if inside == entry or inside.startswith(pins.ENGINE):
                new.writestr(zipfile.ZipInfo(entry), old.read(entry))


def engine_wheel(cache: Path) -> Path:
    """Return resnet8doc's own wheel, with only what the browser imports, built once for the same sources.

    Raises
    ------
    UserError
        If the package does not lie in a source tree, or cannot be built.
    """
    package = _HERE.parent
    root = package.parents[1]
    if not (root / "pyproject.toml").exists():
        raise UserError(
            f"{package} is not in a source tree",
            "src/resnet8doc beside a pyproject.toml",
            "Install the project from a clone of its repository: pip install -e .",
        )
    sources = sorted(
        path for path in package.rglob("*.py") if path.relative_to(package).as_posix().startswith(pins.ENGINE)
    )
    key = _key((root / "pyproject.toml").read_bytes(), repr(pins.ENGINE).encode(),
               *(path.relative_to(package).as_posix().encode() + path.read_bytes() for path in sources))  # fmt: skip
    folder = cache / f"engine-{key}"
    kept = list(folder.glob("*.whl"))
    if kept:
        return kept[0]
    # Of the environment's own hatchling pip needs no other one, which it would fetch into an environment of its own.
    ours = ("--no-build-isolation",) if importlib.util.find_spec("hatchling") else ()
    with tempfile.TemporaryDirectory() as name:
        command = (sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", *ours, "--wheel-dir", name, str(root))
        try:
            subprocess.run(command, check=True, capture_output=True, text=True)
        except subprocess.CalledProcessError as error:
            raise UserError(
                f"resnet8doc's wheel cannot be built ({error.stderr.strip()})",
                "hatchling, which pip fetches, to build it",
                "Check the network and the configuration of pip.",
            ) from error
        (built,) = Path(name).glob("*.whl")
        with replacing(folder / built.name) as temporary:
            _filter(built, temporary)
    return folder / built.name


def reader_wheel(cache: Path) -> Path:
    """Return the wheel that reads model files and inputs in the browser, built once for the same sources.

    It adds `resnet8doc.reading` to the package that lies there already, and brings the definitions of the two file
    formats, taken from the packages that are installed here, whose versions ``pyproject.toml`` pins.

    Raises
    ------
    UserError
        If one of these packages is missing.
    """
    package = _HERE.parent
    files = {
        f"resnet8doc/{path.relative_to(package).as_posix()}": path.read_bytes()
        for path in sorted(package.rglob("*"))
        if path.relative_to(package).as_posix().startswith(pins.READERS) and path.suffix in (".py", ".json")
    }
    for name in pins.GENERATED:
        top, _, module = name.partition("/")
        spec = importlib.util.find_spec(top)
        if spec is None or not spec.submodule_search_locations:
            raise UserError(f"{top} is not installed", f"{top}, whose {module} goes to the browser", "Run nox -s env.")
        distribution = importlib.metadata.distribution(top.replace("_", "-"))
        files[name] = Path(spec.submodule_search_locations[0], module).read_bytes()
        for part in distribution.files or ():
            if part.name.upper().startswith(("LICENSE", "NOTICE")) and ".dist-info" in part.parts[0]:
                files[f"{top}/{part.name}"] = Path(str(part.locate())).read_bytes()
    version = importlib.metadata.version("resnet8doc")
    needed = [wheel.requirement for wheel in pins.WHEELS if wheel.requirement.startswith(("flatbuffers", "protobuf"))]
    info = f"resnet8doc_readers-{version}.dist-info"
    lines = ["Metadata-Version: 2.1", "Name: resnet8doc-readers", f"Version: {version}"]
    lines += [f"Requires-Dist: {entry}" for entry in (f"resnet8doc=={version}", "numpy", *needed)]
    files[f"{info}/METADATA"] = ("\n".join(lines) + "\n").encode()
    key = _key(*(part for name, content in sorted(files.items()) for part in (name.encode(), content)))
    target = cache / f"readers-{key}" / f"resnet8doc_readers-{version}-py3-none-any.whl"
    if not target.exists():
        with replacing(target) as temporary, zipfile.ZipFile(temporary, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in sorted(files.items()):
                archive.writestr(zipfile.ZipInfo(name), content)
    return target


def _metadata(wheel: Path) -> tuple[str, str, list[str], list[str]]:
    """Return name, version, importable names and requirements of a compiled wheel."""
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        (entry,) = (name for name in names if name.endswith(".dist-info/METADATA"))
        message = Parser().parsestr(archive.read(entry).decode())
    # A folder without __init__ is a part of another wheel's package, or of a namespace, and names no wheel of its own.
    tops = {name.split("/")[0] for name in names if "/" not in name or name.split("/")[1].startswith("__init__.")}
    requirements = [Requirement(line) for line in message.get_all("Requires-Dist") or []]
    needed = {
        canonicalize_name(item.name) for item in requirements if not item.marker or item.marker.evaluate(pins.MARKERS)
    }
    return message["Name"], message["Version"], sorted(top.removesuffix(".pyc") for top in tops), sorted(needed)


def lock(wheels: list[Path], info: dict[str, str]) -> dict[str, object]:
    """Return Pyodide's lock for these wheels: each one's file, hash, importable names, and which others it needs.

    Parameters
    ----------
    wheels
        Compiled wheels.
    info
        The ``info`` of Pyodide's own lock: versions and ABI.
    """
    described = [(wheel, *_metadata(wheel)) for wheel in wheels]
    known = {canonicalize_name(name) for _, name, *_ in described}
    packages = {
        canonicalize_name(name): {
            "name": name,
            "version": version,
            "file_name": wheel.name,
            "install_dir": "site",
            "sha256": sha256(wheel),
            "package_type": "package",
            "imports": imports,
            "depends": [need for need in needed if need in known],
            "unvendored_tests": False,
        }
        for wheel, name, version, imports, needed in described
    }
    return {"info": info, "packages": packages}


def prepare(cache: Path, step: Step = lambda text: None) -> tuple[Path, list[Path]]:
    """Fetch Pyodide and all wheels but this project's, and compile them; what the cache has is taken from it.

    Parameters
    ----------
    cache, step
        As for `write`.

    Returns
    -------
    tuple
        Pyodide's folder, and the compiled wheels.
    """
    downloads = cache / "downloads"
    step("Pyodide, from npm")
    pyodide = _registries.pyodide(downloads)
    step("marimo's parts, from PyPI")
    wheels = _registries.wheels(pins.WHEELS, downloads)
    step("numpy and Pillow for WebAssembly")
    wheels += _registries.inner(cache=downloads)
    step("compiling to bytecode")
    return pyodide, _compile(pyodide, wheels, cache, pins.UNUSED)


def write(target: Path, cache: Path, step: Step) -> None:
    """Write the runtime folder: four files of Pyodide's, what starts it, the compiled wheels, ``pyodide-lock.json``.

    Parameters
    ----------
    target
        A folder that exists and is empty.
    cache
        Keeps downloads and compiled wheels, each by content.
    step
        Called with a sentence before each step.
    """
    pyodide, compiled = prepare(cache, step)
    step("resnet8doc's wheel")
    compiled += _compile(pyodide, [engine_wheel(cache), reader_wheel(cache)], cache, ())
    step("what a start imports")
    packed = _pack(pyodide, compiled, cache)
    for path in (*compiled, *(pyodide / name for name in pins.PYODIDE_FILES), _HERE / "start.mjs"):
        shutil.copyfile(path, target / path.name)
    shutil.copyfile(packed / "python_stdlib.zip", target / "python_stdlib.zip")
    (target / "started.bin.gz").write_bytes(gzip.compress((packed / "started.bin").read_bytes(), 9, mtime=0))
    info = json.loads((pyodide / "pyodide-lock.json").read_text(encoding="utf-8"))["info"]
    write_json(target / "pyodide-lock.json", lock([target / path.name for path in compiled], info))
