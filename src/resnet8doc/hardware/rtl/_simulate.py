"""The whole network's gates on images: run, and every byte of every layer held to the engine's."""

import csv
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ...errors import UserError
from ...graph import Graph
from ._generate import Memories, generate
from ._layers import Layers, codes_of, read_layers
from ._tools import SOURCES, simulation, source, test_bench
from ._words import WIDTH

Array = npt.NDArray[Any]

BATCH = 50
"""Images of one run of the simulator: 6 MB of outputs."""

BOUND = 4_000_000
"""Cycles an image may take before the simulation says where it hangs."""


@dataclass(frozen=True, eq=False)
class Simulator:
    """A compiled machine and the memories that it runs from.

    Attributes
    ----------
    memories
        The network's.
    program
        Of :func:`build_simulator`.
    folder
        Where the hex files lie.
    """

    memories: Memories
    program: Path
    folder: Path

    def run(self, images: Array, *, stall: int = 0, bound: int = BOUND) -> tuple[dict[str, Array], Array, int]:
        """Simulate images.

        Parameters
        ----------
        images
            uint8 ``[N, rows, columns, colours]``.
        stall
            Seed of random pauses on both streams; 0 for none.
        bound
            Cycles an image may take.

        Returns
        -------
        codes : dict
            int8 ``[N, rows, columns, channels]`` by the name of the tensor, those of padded channels left out.
        logits : numpy.ndarray
            uint8 ``[N, classes]``: the bytes that left the stream.
        cycles : int
            Of the last image.

        Raises
        ------
        UserError
            If the images do not fit, or the simulation fails or hangs; the message is what it says.
        """
        pixels = np.ascontiguousarray(images, np.uint8)
        size, colours = self.memories.parameters["PIXELS"], self.memories.parameters["COLOURS"]
        if pixels.ndim != 4 or pixels.shape[1] * pixels.shape[2] != size or pixels.shape[3] != colours:
            raise UserError(
                f"images are {list(pixels.shape)}", f"[N, rows, columns, {colours}], {size} pixels each",
                "Give pixels 0 to 255, channels last.",
            )  # fmt: skip
        classes = self.memories.parameters["CLASSES"]
        numbers = [len(pixels), size * colours, classes, stall, bound]
        with tempfile.TemporaryDirectory(dir=self.folder) as made:
            scratch = Path(made)
            pixels.tofile(scratch / "images")
            command = [str(self.program), str(scratch / "images"), str(scratch / "outputs"), *map(str, numbers)]
            result = subprocess.run(command, cwd=self.folder, capture_output=True, text=True, check=False)
            if result.returncode:
                said = " ".join((result.stdout + result.stderr).split())[-400:]
                raise UserError(
                    f"the simulation of {self.memories.model} ends with {result.returncode}: {said}", "status 0",
                    "If a file has another checksum, generate all of them again; otherwise report this.",
                )  # fmt: skip
            raw = np.fromfile(scratch / "outputs", np.uint8)
        each = WIDTH * self.memories.words + classes
        if raw.size != len(pixels) * each:
            raise UserError(
                f"the simulation of {self.memories.model} wrote {raw.size} bytes", f"{len(pixels)} times {each}",
                "A layer wrote more or fewer words than its program says: look at the modules that were changed.",
            )  # fmt: skip
        rows = raw.reshape(len(pixels), each)
        return self._split(rows), rows[:, -classes:], int(result.stdout.split()[-1])

    def trace(self, image: Array, layer: int) -> list[dict[str, int]]:
        """Simulate one image and return what the signals of the test bench's waveform hold in each cycle of a layer.

        Parameters
        ----------
        image
            uint8 ``[rows, columns, colours]``.
        layer
            Its place in the program, from 0.
        """
        classes, size = self.memories.parameters["CLASSES"], np.size(image)
        with tempfile.TemporaryDirectory(dir=self.folder) as made:
            scratch = Path(made)
            np.ascontiguousarray(image, np.uint8).tofile(scratch / "image")
            numbers = ["1", str(size), str(classes), "0", str(BOUND), str(layer + 1)]
            files = [str(scratch / name) for name in ("image", "outputs", "waveform")]
            subprocess.run([str(self.program), *files[:2], *numbers, files[2]], cwd=self.folder, check=True,
                           capture_output=True)  # fmt: skip
            with (scratch / "waveform").open(encoding="ascii", newline="") as stream:
                return [{name: int(value) for name, value in row.items()} for row in csv.DictReader(stream)]

    def _split(self, rows: Array) -> dict[str, Array]:
        found, at = {}, 0
        for step in self.memories.steps:
            end = at + WIDTH * step.words
            if step.tensor is not None:
                codes = rows[:, at:end].view(np.int8).reshape(len(rows), *step.shape[:2], step.channels)
                found[step.tensor] = codes[..., : step.shape[2]]
            at = end
        return found


def build_simulator(graph: Graph, folder: Path, cache: Path, lanes: int = 16) -> Simulator:
    """Generate a network's hex files and compile the machine.

    Parameters
    ----------
    graph
        A network of integer operators, in the arithmetic that the gates shall have.
    folder
        Gets the hex files.
    cache
        Where compiled simulations are kept: models of one shape and kind of weights share one.
    lanes
        Output channels computed at once.

    Raises
    ------
    UserError
        If the machine cannot take the network, or a tool is missing.
    """
    return simulator_of(generate(graph, lanes), folder, cache)


def simulator_of(memories: Memories, folder: Path, cache: Path) -> Simulator:
    """Write memories that have been generated, and compile the machine, as :func:`build_simulator` does."""
    memories.write(folder)
    design = [test_bench("probes.vlt"), *(source(name) for name in SOURCES)]
    defines = {"ARITHMETIC": memories.parameters["ARITHMETIC"]}
    program = simulation("resnet8", "network.cpp", memories.parameters, cache, sources=design, defines=defines)
    return Simulator(memories, program, folder.resolve())  # the program runs in it


def compare(
    graph: Graph, simulator: Simulator, images: Array, *, processes: int = 1, progress: bool = True
) -> dict[str, Any]:
    """Simulate images and count the bytes that differ from the engine's, in every layer.

    Parameters
    ----------
    graph
        What the simulator was made from.
    simulator
        Of :func:`build_simulator`.
    images
        uint8 ``[N, rows, columns, colours]``.
    processes
        How many simulations run at once.
    progress
        Show a bar on stderr.

    Returns
    -------
    dict
        JSON-able: ``images``, ``bytes`` compared, ``mismatches``, ``tensors`` (each: ``tensor``, ``bytes``,
        ``mismatches``, and of the ``first`` one image, index, the engine's code and the gates'), ``cycles`` an image,
        ``seconds`` of simulation, all processes together.
    """
    from threadpoolctl import threadpool_limits

    layers = read_layers(graph)
    rows: dict[str, dict[str, Any]] = {}
    seconds, cycles = 0.0, 0
    starts = range(0, len(images), BATCH)

    def simulate(start: int) -> tuple[dict[str, Array], Array, int, float]:
        before = time.perf_counter()
        return *simulator.run(images[start : start + BATCH]), time.perf_counter() - before

    # Beside simulations, the engine's products would wait in all threads for cores that are taken.
    with ThreadPoolExecutor(processes) as pool, threadpool_limits(1 if processes > 1 else None):
        batches = _shown(pool.map(simulate, starts), len(starts), progress)
        for start, (found, logits, taken, took) in zip(starts, batches, strict=True):
            values = graph.run(images[start : start + BATCH], "all")
            seconds, cycles = seconds + took, max(cycles, taken)
            for tensor, expected, codes in _pairs(layers, values, found, logits):
                row = rows.setdefault(tensor, {"tensor": tensor, "bytes": 0, "mismatches": 0, "first": None})
                _count(row, expected, codes, start)
    return {
        "model": layers.model,
        "images": len(images),
        "bytes": sum(row["bytes"] for row in rows.values()),
        "mismatches": sum(row["mismatches"] for row in rows.values()),
        "tensors": list(rows.values()),
        "cycles": cycles,
        "seconds": round(seconds, 2),
    }


def _pairs(
    layers: Layers, values: Mapping[str, Array], found: Mapping[str, Array], logits: Array
) -> Iterator[tuple[str, Array, Array]]:
    for tensor, codes in found.items():
        yield tensor, codes_of(layers, tensor, values), codes
    last = layers.layers[-1].output
    yield f"{last}, the stream", values[last].reshape(logits.shape).view(np.uint8), logits


def _count(row: dict[str, Any], expected: Array, found: Array, start: int) -> None:
    differ = expected != found
    row["bytes"] += int(expected.size)
    wrong = int(differ.sum())
    row["mismatches"] += wrong
    if wrong and row["first"] is None:
        image, *index = (int(i) for i in np.argwhere(differ)[0])
        place = (image, *index)
        row["first"] = {
            "image": start + image, "index": index, "engine": int(expected[place]), "gates": int(found[place]),
        }  # fmt: skip


def _shown(batches: Any, count: int, progress: bool) -> Any:
    if not progress:
        return batches
    from tqdm import tqdm

    return tqdm(batches, desc="gates against the engine", unit="batch", total=count)
