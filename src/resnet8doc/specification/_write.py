"""The whole site, in a folder that appears complete or not at all."""

from itertools import pairwise
from pathlib import Path

from tqdm import tqdm

from .. import microscope
from ..errors import UserError
from ..files import is_free, read_json, replacing_folder, write_json
from ..hardware import buffers
from ..markup import Markup
from ._attempt import attempt
from ._downloads import downloads
from ._index import index_page
from ._layer import layer_page
from ._memory import memory_page
from ._mistakes import mistakes
from ._operators import operators
from ._pitfalls import pitfalls_page
from ._playground import check_playground
from ._playground import playground as playground_section
from ._proof import proof_page, proofs
from ._record import FORMAT, MANIFEST, record
from ._subject import Subject

_HERE = Path(__file__).parent


def write_specification(
    subject: Subject, output: Path | str, *, playground: str | None = None, progress: bool = True
) -> Path:
    """Write the specification of a network.

    Parameters
    ----------
    subject
        From :func:`open_subject`.
    output
        A folder. It appears complete or not at all; an earlier specification there is replaced.
    playground
        Folder of a playground, ``html/playground`` of a built site: it is copied beside the pages, and opens this
        network by itself. Or the address of a playground's page, to which the first page then leads.
    progress
        Show a bar on stderr.

    Returns
    -------
    pathlib.Path
        Of the first page. Beside it: a page for each operator that computes, ``proof.html``, ``memory.html``,
        ``pitfalls.html``, the downloads, and ``specification.json`` with the same numbers. A tool that refuses this
        network has its sentence in the place of what it would make.

    Raises
    ------
    UserError
        If the folder holds something else or cannot be written, or the playground's folder is none.
    """
    target = Path(output).absolute()
    _check_output(target)
    if playground is not None:
        check_playground(playground)
    with replacing_folder(target) as made:
        _write(subject, made, playground, progress)
    return Path(output) / "index.html"


def _check_output(output: Path) -> None:
    """Refuse to replace a folder that holds anything but a specification."""
    if is_free(output):
        return
    named = output / MANIFEST
    found = read_json(named) if named.is_file() else None
    if not isinstance(found, dict) or found.get("format") != FORMAT:
        raise UserError(
            f"{output} exists and holds no specification", "a new or empty folder, or an earlier specification",
            "Choose another folder.",
        )  # fmt: skip


def _write(subject: Subject, folder: Path, address: str | None, progress: bool) -> None:
    rows = operators(subject)
    pages = [row for row in rows if row.has_page]
    foot = f"Specification of {subject.path.name}, computed by resnet8doc as {subject.graph.runtime.title} computes."
    with tqdm(total=len(pages) + 4, desc=f"spec {subject.path.stem}", disable=not progress) as bar:
        files = downloads(subject, folder)
        bar.update()
        found = proofs(subject)
        bar.update()
        plan = attempt(lambda: buffers(subject.graph))
        bar.update()
        work = sum(row.multiply_accumulates for row in rows)
        wrong = mistakes(subject, work)
        bar.update()
        _static(folder)
        (folder / "layers").mkdir()
        around = [None, *pages, None]
        for (before, row), (_, after) in zip(pairwise(around), pairwise(around[1:]), strict=False):
            if row is not None:
                _page(folder, row.page, layer_page(subject, row, before, after, foot))
                bar.update()
    sizes = {name: (folder / name).stat().st_size for one in files if isinstance(one.made, tuple) for name in one.made}
    _page(folder, "proof.html", proof_page(subject, found, foot))
    _page(folder, "memory.html", memory_page(plan, foot))
    _page(folder, "pitfalls.html", pitfalls_page(wrong, work, foot))
    lead = Markup("") if address is None else playground_section(address, folder, rows, files)
    _page(folder, "index.html", index_page(subject, rows, files, sizes, lead, foot))
    write_json(folder / MANIFEST, record(subject, rows, found, plan, wrong, files))


def _page(folder: Path, name: str, text: str) -> None:
    (folder / name).write_text(text, encoding="utf-8")  # into a folder that nobody sees before it is complete


def _static(folder: Path) -> None:
    """Write style and script once, for all pages."""
    static = folder / "static"
    static.mkdir()
    style, script = str(microscope.style()), str(microscope.script())
    files = {
        "microscope.css": style.removeprefix("<style>").removesuffix("</style>"),
        "microscope.js": script.removeprefix("<script>").removesuffix("</script>"),
        "specification.css": (_HERE / "specification.css").read_text(encoding="utf-8"),
    }
    for name, text in files.items():
        (static / name).write_text(text, encoding="utf-8")
