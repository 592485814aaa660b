"""The engine against TensorFlow Lite's kernel sets: every value of every tensor, and single operators."""

from collections.abc import Iterator
from pathlib import Path

from ... import dataset
from ...schemas import write_result
from .._stage import Stage
from ._held import keep_operators, keep_proof

IMAGES = 1000
"""Test images in every build; ``nox -s proof`` takes all."""

VALUES = 1_000_000
"""Outputs of each operator in each kernel set."""

KERNELS = ("tflite_reference", "tflite_builtin", "xnnpack", "tflite_micro")
"""As `resnet8doc.oracles.KERNELS`, which costs a framework."""

MODEL = "models/resnet8_int8.tflite"
DIFFERENCES = "results/tflite_kernels.json"


def result(kernels: str) -> str:
    """Return the file that the proof of a kernel set is written to."""
    return f"results/proof/resnet8_int8_{kernels}.json"


def operators(kernels: str) -> str:
    """Return the file that the comparison of single operators is written to."""
    return f"results/operators_{kernels}.json"


def stages() -> Iterator[Stage]:
    """Yield a stage for each kernel set's network, one for their operators, and the comparison of them all."""
    for kernels in KERNELS:
        yield Stage(f"prove {kernels}", network, (kernels, IMAGES), reads=(MODEL,), writes=(result(kernels),))
    yield Stage("prove operators of tflite", single, (VALUES,), writes=tuple(map(operators, KERNELS)))
    yield Stage("compare tflite kernels", compare, (IMAGES,), reads=(MODEL,), writes=(DIFFERENCES,))


def network(build: Path, kernels: str, images: int) -> None:
    """Prove our network in one kernel set; a mismatch stops the build and is shown."""
    from ...proof import failure_tflite, prove_tflite  # here, so that listing the stages costs no framework

    pixels = dataset.preprocess(dataset.load("test").images[:images])
    found = prove_tflite(build / MODEL, pixels, kernels, progress=False)
    keep_proof(build / result(kernels), found, failure_tflite(found))


def single(build: Path, values: int) -> None:
    """Compare single operators, each case with all kernel sets; a mismatch stops the build."""
    from ...proof import compare_tflite_operators  # likewise

    found = compare_tflite_operators(values, of_uint8=values // 10, kernels=KERNELS, progress=False)
    for kernels in KERNELS:
        rows = [row for row in found["rows"] if row["kernels"] == kernels]
        keep_operators(build / operators(kernels), found | {"rows": rows}, kernels)


def compare(build: Path, images: int) -> None:
    """Count how much the kernel sets differ among themselves."""
    from ...proof import kernel_differences  # likewise

    pixels = dataset.preprocess(dataset.load("test").images[:images])
    found = kernel_differences(build / MODEL, pixels, progress=False)
    write_result(build / DIFFERENCES, found, "tflite_kernels")
