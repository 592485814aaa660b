"""The C programs as the pipeline makes them: files to download, equality, sizes."""

import zipfile
from collections.abc import Mapping
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
TFLITE_ARCHIVE = "network_c_tflite.zip"
TFLITE_FILES = (
    *(f"tflite/{name}.c" for name in ("fixed_point", "requantize_tflite", "gemmlowp", "softmax_tflite")),
    TFLITE_ARCHIVE,
)  # fmt: skip
"""What :func:`study_tflite` writes for the site, below its folder: what is shown, and all of it."""

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
    _write_archive(texts, folder / ARCHIVE)


def _write_archive(texts: Mapping[str, str], path: Path) -> None:
    with replacing(path) as temporary, zipfile.ZipFile(temporary, "w", zipfile.ZIP_DEFLATED) as archive:
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
        found[variant] = _studied(graph, images, labels, folder / variant, variant, progress=progress)
    return found


def study_tflite(graph: Graph, images: Array, labels: Array, folder: Path, *, progress: bool = True) -> dict[str, Any]:
    """Do the same with the one program in TensorFlow Lite's arithmetic, and write its files.

    Parameters
    ----------
    graph, images, labels, progress
        As for :func:`study_c`; the graph's runtime is ``tflite_micro``.
    folder
        Gets the files of :data:`TFLITE_FILES`.

    Returns
    -------
    dict
        JSON-able: ``model``, ``flags``, ``runtime``, ``equality``, ``sizes`` and ``sanitized_images``.

    Raises
    ------
    UserError
        If the program differs from the engine anywhere, or a sanitizer finds something.
    """
    texts = generate(graph)
    write_files({f"tflite/{name}": text for name, text in texts.items()}, folder)
    _write_archive(texts, folder / TFLITE_ARCHIVE)
    studied = _studied(graph, images, labels, folder / "tflite", None, progress=progress)
    return {"model": graph.name, "flags": " ".join(FLAGS), "runtime": graph.runtime.name, **studied}


def _studied(
    graph: Graph, images: Array, labels: Array, folder: Path, variant: Variant | None, *, progress: bool
) -> dict[str, Any]:
    counts = equality(graph, images, labels, folder, variant, progress=progress)
    if counts["mismatches"]:
        first = next(row for row in counts["tensors"] if row["mismatches"])
        raise UserError(
            f"the program in {folder.name} differs from the engine in {counts['mismatches']} values; the first: "
            f"{first['tensor']}, {first['first']}",
            "every byte equal", "Correct the generator, or report this with the compiler's version.",
        )  # fmt: skip
    checked = build(graph, folder.with_name(f"{folder.name}_sanitized"), variant, flags=("-O1", *SANITIZE))
    few = np.asarray(images)[:SANITIZED_IMAGES]
    run(checked, graph, few)
    return {"equality": counts, "sizes": sizes(graph, variant), "sanitized_images": len(few)}
