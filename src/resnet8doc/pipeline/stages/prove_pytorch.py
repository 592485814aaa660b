"""The engine against PyTorch's: every value of every tensor, and single operators."""

from collections.abc import Iterator
from pathlib import Path

from ... import dataset
from ...quantize import Variant
from .._stage import Stage
from . import calibrate, convert, quantize
from ._held import keep_operators, keep_proof

IMAGES = 1000
"""Test images in every build; ``nox -s proof`` takes all."""

VALUES = 1_000_000
"""Outputs of each operator in each engine."""

SAMPLES = 200
"""Calibration images of the model that is made for this proof alone."""

ONEDNN = Variant(
    "resnet8_int8_onednn.pt", "pytorch", "TorchScript", "uint8", "int8", True, "Histogram",
    "the one engine whose default activations have 8 bits; made for the proof", engine="onednn",
)  # fmt: skip
MODELS = {variant.engine: variant.file for variant in quantize.available() if variant.runtime == "pytorch"}
if "x86" in MODELS:  # oneDNN's kernels for codes are x86's too
    MODELS[ONEDNN.engine] = ONEDNN.file
"""The quantized model of each engine that this machine has."""


def result(engine: str) -> str:
    """Return the file that the proof of an engine is written to."""
    return f"results/proof/{Path(MODELS[engine]).stem}_{engine}.json"


def operators(engine: str) -> str:
    """Return the file that the comparison of single operators is written to."""
    return f"results/operators_{engine}.json"


def operations(engine: str) -> tuple[str, str]:
    """Return the two files of a model's extraction, JSON first."""
    stem = f"models/{Path(MODELS[engine]).stem}_pytorch_operations"
    return f"{stem}.json", f"{stem}.npz"


def stages() -> Iterator[Stage]:
    """Yield onednn's model; each engine's extraction, network and operators."""
    if ONEDNN.engine in MODELS:
        reads = (convert.ONNX, calibrate.SAMPLES)
        made = (f"models/{ONEDNN.file}", f"logs/quantize_{ONEDNN.file}.log")
        yield Stage("quantize for onednn", quantized, (SAMPLES,), reads=reads, writes=made)
    for engine, file in MODELS.items():
        model = f"models/{file}"
        yield Stage(f"extract for {engine}", extracted, (engine,), reads=(model,), writes=operations(engine))
        yield Stage(f"prove {engine}", network, (engine, IMAGES), reads=(model,), writes=(result(engine),))
        yield Stage(f"prove operators of {engine}", single, (engine, VALUES), writes=(operators(engine),))


def quantized(build: Path, samples: int) -> None:
    """Quantize for onednn, by its default configuration."""
    from ...quantize import pytorch  # here, so that listing the stages costs no framework

    log = build / "logs" / f"quantize_{ONEDNN.file}.log"
    images = calibrate.images(build)[:samples]
    pytorch.quantize(build / convert.ONNX, build / "models" / ONEDNN.file, images, ONEDNN, log, progress=False)


def extracted(build: Path, engine: str) -> None:
    """Extract an engine's model."""
    from ...extract import extract  # likewise

    extract(build / "models" / MODELS[engine])


def network(build: Path, engine: str, images: int) -> None:
    """Prove an engine's network; a mismatch stops the build and is shown."""
    from ...proof.pytorch import failure_pytorch, prove_pytorch  # likewise

    pixels = dataset.preprocess(dataset.load("test").images[:images])
    found = prove_pytorch(build / "models" / MODELS[engine], pixels, progress=False)
    keep_proof(build / result(engine), found, failure_pytorch(found))


def single(build: Path, engine: str, values: int) -> None:
    """Compare single operators; a mismatch stops the build."""
    from ...proof.pytorch import compare_pytorch_operators  # likewise

    found = compare_pytorch_operators(values, engines=(engine,), progress=False)
    keep_operators(build / operators(engine), found, engine)
