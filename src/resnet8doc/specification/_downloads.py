"""The files of a specification: extraction, tensors, vectors, C, drawing; or why a tool does not make one."""

import io
import shutil
import tempfile
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from ..errors import UserError
from ..extract import extract, own_runtime, pack
from ..files import read_json, write_json
from ._attempt import attempt
from ._subject import Subject

FOLDER = "downloads"


@dataclass(frozen=True)
class Download:
    """One kind of file.

    Attributes
    ----------
    what
        In words.
    made
        The files, below the site's root; or why there are none.
    """

    what: str
    made: tuple[str, ...] | UserError


def downloads(subject: Subject, root: Path) -> list[Download]:
    """Write every file that can be made of a network below ``root``.

    Parameters
    ----------
    subject
        The network.
    root
        The site's folder.

    Returns
    -------
    list of Download
        In the order in which they are listed.
    """
    folder = root / FOLDER
    folder.mkdir()
    kinds: tuple[tuple[str, Callable[[Subject, Path], list[str]]], ...] = (
        ("Extraction: every node, scale, zero point, weight and edge, as JSON with an .npz", _extraction),
        ("What the item is: the input, .npy; of several inputs one .npz", _inputs),
        ("Every tensor of the item, each an .npy, with a list of their names", _tensors),
        ("Test vectors of every operator, .npz", _vectors),
        ("The network as C99: cc -std=c99 -O2 *.c -lm", _c),
        ("The same without floating point", _c_integer),
        ("Drawing, SVG", _drawing),
    )
    return [Download(what, attempt(partial(_made, write, subject, folder))) for what, write in kinds]


def _made(write: Callable[[Subject, Path], list[str]], subject: Subject, folder: Path) -> tuple[str, ...]:
    return tuple(f"{FOLDER}/{name}" for name in write(subject, folder))


def _extraction(subject: Subject, folder: Path) -> list[str]:
    if subject.is_model:
        json = extract(subject.path, folder)
        return [json.name, json.with_suffix(".npz").name]
    names = [subject.path.name, subject.path.with_suffix(".npz").name]
    for name in names:
        shutil.copyfile(subject.path.parent / name, folder / name)
    return names


def _inputs(subject: Subject, folder: Path) -> list[str]:
    fed = {entry.name: np.asarray(subject.values[entry.name], order="C") for entry in subject.graph.inputs}
    if len(fed) == 1:
        np.save(folder / "input.npy", next(iter(fed.values())), allow_pickle=False)
        return ["input.npy"]
    pack(fed, folder / "input.npz")
    return ["input.npz"]


def _tensors(subject: Subject, folder: Path) -> list[str]:
    """Write the tensors under numbers: a name may be anything, and the names of files may not.

    Of a sequence nothing is written: its tensors are those that other nodes give or take.
    """
    listed, files = [], {}
    tensors = {name: array for name, array in subject.values.items() if array.dtype != object}
    for number, (name, array) in enumerate(tensors.items()):
        stream = io.BytesIO()
        np.save(stream, np.asarray(array, order="C"), allow_pickle=False)
        files[f"{number:04d}.npy"] = stream.getvalue()
        listed.append({"file": f"{number:04d}.npy", "tensor": name, "dtype": str(array.dtype), "shape": [*array.shape]})
    write_json(folder / "tensors.json", {"runtime": subject.graph.runtime.name, "tensors": listed})
    _zip(folder / "tensors.zip", files)
    return ["tensors.zip", "tensors.json"]


def _check_arithmetic(subject: Subject, what: str) -> None:
    """Refuse what would be computed as another runtime does: those tools compute as ONNX Runtime on x86-64."""
    if subject.graph.runtime.name not in ("onnxruntime_x86", own_runtime(subject.path)):
        raise UserError(
            f"this specification is for the arithmetic of {subject.graph.runtime.title}",
            f"that of ONNX Runtime on x86-64, in which {what}",
            f"Take every tensor above for {subject.graph.runtime.title}; add --runtime onnxruntime_x86 for ONNX "
            "Runtime's.",
        )  # fmt: skip


def _vectors(subject: Subject, folder: Path) -> list[str]:
    from ..hardware import write_vectors

    _check_arithmetic(subject, "test vectors hold factors and sums")
    with tempfile.TemporaryDirectory() as scratch:
        made = write_vectors(
            subject.graph, subject.given.feeds, [0], None, ["npz"], Path(scratch) / "vectors",
            credit=subject.given.credit,
        ).parent  # fmt: skip
        every = {
            path.relative_to(made).as_posix(): path.read_bytes() for path in sorted(made.rglob("*")) if path.is_file()
        }
        assert len(every) == 1 + len(read_json(made / "manifest.json")["files"])
    _zip(folder / "vectors.zip", every)
    return ["vectors.zip"]


def _c(subject: Subject, folder: Path) -> list[str]:
    from ..hardware.c import generate

    _check_arithmetic(subject, "the C computes")
    _zip(folder / "c.zip", {name: text.encode() for name, text in generate(subject.graph).items()})
    return ["c.zip"]


def _c_integer(subject: Subject, folder: Path) -> list[str]:
    from ..hardware.c import generate

    _check_arithmetic(subject, "the C computes")
    texts = generate(subject.graph, "integer")
    _zip(folder / "c_integer.zip", {name: text.encode() for name, text in texts.items()})
    return ["c_integer.zip"]


def _drawing(subject: Subject, folder: Path) -> list[str]:
    from ..figures import write_graph

    write_graph(subject.graph, folder / "network.svg")
    return ["network.svg"]


def _zip(path: Path, files: Mapping[str, bytes]) -> None:
    """Write an archive whose bytes depend on its files alone."""
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, content)
