"""What leaves for hardware and firmware: vectors, C, and studies of what goes wrong."""

from collections.abc import Iterator
from pathlib import Path

from ... import dataset, graph
from ...errors import UserError
from ...hardware import CREDIT, c, confusion, pitfalls, rounding, write_vectors
from ...schemas import write_result
from .._stage import Stage
from . import extract

MODEL = "resnet8_int8_qoperator"
VECTORS = "vectors"
FORMATS = ("npz", "json", "c", "hex.zip")
IMAGES = 300
"""Test images of the studies of pitfalls and rounding."""

CONFUSION_IMAGES = 4
C_IMAGES = 1000
"""Test images on which every build compares the C with the engine; ``nox -s proof`` takes all."""

TFLITE_MODEL = "resnet8_int8_tflite"
TFLITE_IMAGES = 200
"""Likewise of the C in TensorFlow Lite Micro's arithmetic."""

C_RESULT = "results/c.json"
TFLITE_RESULT = "results/c_tflite.json"
C_FOLDER = "c"


def stages() -> Iterator[Stage]:
    """Yield a stage for the vectors and one for each study."""
    reads = extract.operations(MODEL)
    yield Stage("vectors", vectors, reads=reads, writes=(f"{VECTORS}/manifest.json",))
    for name in ("pitfalls", "rounding", "confusion"):
        yield Stage(name, study, (name,), reads=reads, writes=(f"results/{name}.json",))
    files = tuple(f"{C_FOLDER}/{name}" for name in c.FILES)
    yield Stage("c", compile_and_compare, (C_IMAGES,), reads=reads, writes=(C_RESULT, *files))
    files = tuple(f"{C_FOLDER}/{name}" for name in c.TFLITE_FILES)
    reads = extract.operations(TFLITE_MODEL)
    yield Stage("c of tflite", compile_tflite, (TFLITE_IMAGES,), reads=reads, writes=(TFLITE_RESULT, *files))


def compile_and_compare(build: Path, images: int) -> None:
    """Generate the C, compile it, run it, and compare it with the engine; the float one must be equal."""
    network = graph.load(build / extract.operations(MODEL)[0])
    test = dataset.load("test")
    c.write_sources(network, build / C_FOLDER)
    found = c.study_c(network, test.images[:images], test.labels[:images], build / C_FOLDER, progress=False)
    write_result(build / C_RESULT, found, "c")


def compile_tflite(build: Path, images: int) -> None:
    """Do the same with our TensorFlow Lite file, in the arithmetic of TensorFlow Lite Micro."""
    network = graph.load(build / extract.operations(TFLITE_MODEL)[0]).with_runtime("tflite_micro")
    test = dataset.load("test")
    found = c.study_tflite(network, test.images[:images], test.labels[:images], build / C_FOLDER, progress=False)
    write_result(build / TFLITE_RESULT, found, "c_tflite")


def vectors(build: Path) -> None:
    """Write the test vectors of every layer, of the first test image."""
    network = graph.load(build / extract.operations(MODEL)[0])
    manifest = write_vectors(network, dataset.load("test").images, [0], None, FORMATS, build / VECTORS, credit=CREDIT)
    if manifest != build / VECTORS / "manifest.json":
        raise UserError(f"the vectors' manifest is {manifest}", f"{VECTORS}/manifest.json", "Correct the stage.")


def study(build: Path, name: str) -> None:
    """Run one study."""
    network = graph.load(build / extract.operations(MODEL)[0])
    test = dataset.load("test")
    images, labels = test.images[:IMAGES], test.labels[:IMAGES]
    match name:
        case "pitfalls":
            found = pitfalls(network, images, labels, progress=False)
        case "rounding":
            found = rounding(network, images, labels, progress=False)
        case _:
            found = confusion(network, images[:CONFUSION_IMAGES], progress=False)
    write_result(build / "results" / f"{name}.json", found, name)
