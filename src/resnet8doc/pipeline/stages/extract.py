"""Every ONNX and TensorFlow Lite model in the open format that the engine runs from."""

from collections.abc import Iterator
from pathlib import Path

from .._stage import Stage
from . import convert, quantize

ONNX_MODELS = tuple(
    Path(name).stem
    for name in (convert.ONNX, *(variant.file for variant in quantize.available() if variant.runtime == "onnxruntime"))
)
FILES = {
    f"{model}_tflite" if suffix == ".tflite" else model: f"{model}{suffix}"
    for model, suffix in (
        *((model, ".onnx") for model in ONNX_MODELS),
        *((Path(variant.file).stem, ".tflite") for variant in quantize.available() if variant.runtime == "tflite"),
    )
}
"""The file of each model that is extracted, by the name that its extraction gets."""

MODELS = tuple(FILES)


def operations(model: str) -> tuple[str, str]:
    """Return the two files of a model's extraction, JSON first."""
    return f"models/{model}_operations.json", f"models/{model}_operations.npz"


def stages() -> Iterator[Stage]:
    """Yield a stage for each model."""
    for model in MODELS:
        source = FILES[model]
        yield Stage(f"extract {model}", run, (source,), reads=(f"models/{source}",), writes=operations(model))


def run(build: Path, source: str) -> None:
    """Extract one model."""
    from ...extract import extract  # here, so that listing the stages costs no framework

    extract(build / "models" / source)
