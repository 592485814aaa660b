"""The C programs as the pipeline makes them: files to download, equality, sizes."""

import zipfile
from pathlib import Path
from typing import Any, get_args

import numpy as np
import numpy.typing as npt

from ...errors import UserError
from ...files import replacing
from ...graph import Graph
from ._arithmetic import VARIANTS, Variant
from ._compile import FLAGS, SANITIZE, write_files
from ._equality import equality
from ._generate import HEADERS, SOURCES, generate
from ._layer import LAYER, ROUNDING, example
from ._run import build, run
from ._sizes import sizes

Array = npt.NDArray[Any]

ARCHIVE = "network_c.zip"
SANITIZED_IMAGES = 3

FILES = (
    *(
        f"{variant}/{name}"
        for variant in get_args(Variant)
        for name in sorted((*HEADERS, "types.h", "parameters.h", *SOURCES, *VARIANTS[variant].sources))
    ),
    LAYER, ROUNDING, ARCHIVE,
)  # fmt: skip
"""What :func:`write_sources` writes, below its folder."""


def write_sources(graph: Graph, folder: Path) -> None:
    """Write both programs and the two small ones, and an archive of all.

    Parameters
    ----------
    graph
        A network of integer operators (QOperator).
    folder
        Gets the files of :data:`FILES`.

    Raises
    ------
    UserError
        If the network cannot be written as C.
    """
    texts = {LAYER: example(LAYER), ROUNDING: example(ROUNDING)}
    for variant in get_args(Variant):
        texts |= {f"{variant}/{name}": text for name, text in generate(graph, variant).items()}
    write_files(texts, folder)
    with replacing(folder / ARCHIVE) as temporary, zipfile.ZipFile(temporary, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in texts.items():
            archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), text, zipfile.ZIP_DEFLATED)


def study_c(graph: Graph, images: Array, labels: Array, folder: Path, *, progress: bool = True) -> dict[str, Any]:
    """Compile both programs, hold them against the engine, run them under the sanitizers, measure their sizes.

    Parameters
    ----------
    graph
        A network of integer operators (QOperator).
    images, labels
        Test images uint8 ``[N, 32, 32, 3]`` and their classes ``[N]``.
    folder
        Where the programs are compiled.
    progress
        Show a bar on stderr.

    Returns
    -------
    dict
        JSON-able: ``model``, ``flags``; for ``float`` and ``integer`` each ``equality``, ``sizes`` and
        ``sanitized_images``.

    Raises
    ------
    UserError
        If a program differs from the engine anywhere, or a sanitizer finds something.
    """
    found: dict[str, Any] = {"model": graph.name, "flags": " ".join(FLAGS)}
    for variant in get_args(Variant):
        counts = equality(graph, images, labels, folder / variant, variant, progress=progress)
        if counts["mismatches"]:
            first = next(row for row in counts["tensors"] if row["mismatches"])
            raise UserError(
                f"the {variant} program differs from the engine in {counts['mismatches']} values; the first: "
                f"{first['tensor']}, {first['first']}",
                "every byte equal", "Mend the generator, or report the compiler.",
            )  # fmt: skip
        checked = build(graph, folder / f"{variant}_sanitized", variant, flags=("-O1", *SANITIZE))
        few = np.asarray(images)[:SANITIZED_IMAGES]
        run(checked, graph, few)
        found[variant] = {"equality": counts, "sizes": sizes(graph, variant), "sanitized_images": len(few)}
    return found
