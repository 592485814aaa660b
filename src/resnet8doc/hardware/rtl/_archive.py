"""One zip with everything that repeats the zero: sources, hex files, test benches, images, two scripts."""

import json
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ...files import replacing
from ...graph import Graph
from ..integers import WAYS, FixedPoint, FixedSum, Sum, add_codes
from ..vectors import write_vectors
from ._formal import DEFINITIONS, definition
from ._generate import PARAMETERS, Memories, generate
from ._layers import codes_of, read_layers
from ._second_stage import codes_of_word
from ._tools import SOURCES, source, test_bench
from ._units import describe_units
from ._words import ADD_SHIFT, CHANNELS, FIXED_POINT, WIDTH, unpack

Array = npt.NDArray[Any]

ARCHIVE = "resnet8_rtl.zip"
BENCHES = (
    "network.cpp", "waveform.h", "probes.vlt", "requantizer.cpp", "requantizer_tflite.cpp", "residual_adder.cpp",
    "residual_adder_tflite.cpp", "all_pairs.h", "pipeline.h", "mac_array.cpp", "ports.h", "unit_codes.cpp",
    "unit_sums.cpp", "unit_pixels.cpp",
)  # fmt: skip


def write_archive(graph: Graph, images: Array, path: Path, credit: str | None = None) -> Memories:
    """Write the zip.

    Parameters
    ----------
    graph
        A network of integer operators, in the arithmetic that the gates shall have.
    images
        uint8 ``[N, rows, columns, colours]``: what ``simulate.py`` runs; the vectors for ``units.py`` are the first
        one's.
    path
        The zip.
    credit
        Whose the images are, for the vectors to say.

    Returns
    -------
    Memories
        What the hex files hold.

    Raises
    ------
    UserError
        If the machine cannot take the network.
    """
    memories = generate(graph)
    with replacing(path) as temporary, zipfile.ZipFile(temporary, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in _contents(graph, memories, images, credit):
            archive.writestr(
                zipfile.ZipInfo(f"resnet8_rtl/{name}", (1980, 1, 1, 0, 0, 0)), content, zipfile.ZIP_DEFLATED
            )
    return memories


def _contents(graph: Graph, memories: Memories, images: Array, credit: str | None) -> Iterator[tuple[str, bytes | str]]:
    for name in SOURCES:
        yield f"source/{name}.sv", source(name).read_bytes()
    for name in BENCHES:
        yield f"testbench/{name}", test_bench(name).read_bytes()
    for name in ("simulate.py", "units.py", "prove.py", "synthesize.py", "README.md"):
        yield name, (files(__package__) / "archive" / name).read_text(encoding="utf-8")
    for name in DEFINITIONS:
        yield f"formal/{name}", definition(name).read_bytes()
    yield from memories.files.items()
    about = memories.describe() | {"sources": list(SOURCES), "unsigned": read_layers(graph).unsigned}
    about |= describe_units(graph, memories)
    yield PARAMETERS, json.dumps(about, indent=1) + "\n"
    yield "images.bin", np.ascontiguousarray(images, np.uint8).tobytes()
    yield "expected.bin", expected_bytes(graph, memories, images)
    with tempfile.TemporaryDirectory() as folder:
        written = write_vectors(graph, images, [0], None, ["json"], Path(folder) / "vectors", credit=credit).parent
        for path in sorted(written.iterdir()):
            yield f"vectors/{path.name}", path.read_bytes()


def expected_bytes(graph: Graph, memories: Memories, images: Array) -> bytes:
    """Return what the test bench must write for the images: the words of all layers, then the codes of the classes.

    Filled channels hold what the machine computes for them: constants, and sums of constants.
    """
    layers = read_layers(graph)
    values = graph.run(images, "all")
    arithmetic = memories.parameters["ARITHMETIC"]
    channels = [unpack(CHANNELS[arithmetic], int(line, 16)) for line in memories.files["channels.hex"].splitlines()]
    filled: dict[str, Array] = {}
    parts = []
    last = layers.layers[-1].output
    names = [step.tensor or step.layer for step in memories.steps]
    for step, fields in zip(memories.steps, memories.program, strict=True):
        shape = (len(images), *step.shape[:2], step.channels)
        if fields.get("add"):
            codes = np.zeros(shape, np.int8)
            operands = [filled[_written_at(memories, fields[key], names, step)] for key in ("source", "second")]
            codes[...] = _added(arithmetic, fields, *operands)
        elif fields.get("shared"):
            word = channels[fields["channel"]]
            operand = filled[_written_at(memories, fields["source"], names, step)].astype(np.int64)
            codes = codes_of_word(arithmetic, word, operand.sum(axis=(1, 2), keepdims=True)).astype(np.int8)
        else:
            first, count = fields["channel"], fields["last_channel"] - fields["channel"] + 1
            zero = np.array([channels[first + c % count]["zero"] for c in range(step.channels)], np.int8)
            codes = np.broadcast_to(zero, shape).copy()
        if step.tensor is not None:
            codes[..., : step.shape[2]] = codes_of(layers, step.tensor, values)
        filled[step.tensor or step.layer] = codes
        parts.append(codes.reshape(len(images), WIDTH * step.words).view(np.uint8))
    parts.append(values[last].reshape(len(images), -1).view(np.uint8))
    return np.concatenate(parts, axis=1).tobytes()


def _added(arithmetic: int, fields: Mapping[str, int], a: Array, b: Array) -> Array:
    """Return what the adder makes of two tensors."""
    if arithmetic == FIXED_POINT:
        ways = (WAYS[fields["way"]], WAYS[fields["way"]], WAYS[0])
        prefixes = ("", "second_", "sum_")
        factors = [
            FixedPoint(fields[f"{prefix}multiplier"], fields[f"{prefix}shift"], way)
            for prefix, way in zip(prefixes, ways, strict=True)
        ]
        zeros = [fields[f"{prefix}zero"] for prefix in prefixes]
        return FixedSum((zeros[0], zeros[1], zeros[2]), (factors[0], factors[1], factors[2])).codes(a, b)
    return add_codes(a, b, Sum(fields["factor"], fields["second_factor"], fields["offset"], ADD_SHIFT, 0))


def _written_at(memories: Memories, place: int, names: list[str], before: Any) -> str:
    """Return the tensor that lies at a place when a layer begins: the last that was written there."""
    found = ""
    for name, step, fields in zip(names, memories.steps, memories.program, strict=True):
        if step is before:
            break
        if fields["target"] == place:
            found = name
    return found
