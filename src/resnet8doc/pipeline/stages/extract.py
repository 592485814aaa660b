"""Every ONNX model in the open format that the engine runs from."""

from collections.abc import Iterator
from pathlib import Path

from .._stage import Stage
from . import convert, quantize

MODELS = tuple(
    Path(name).stem
    for name in (convert.ONNX, *(variant.file for variant in quantize.available() if variant.runtime == "onnxruntime"))
)


def operations(model: str) -> tuple[str, str]:
    """Return the two files of a model's extraction, JSON first."""
    return f"models/{model}_operations.json", f"models/{model}_operations.npz"


def stages() -> Iterator[Stage]:
    """Yield a stage for each model."""
    for model in MODELS:
        yield Stage(f"extract {model}", run, (model,), reads=(f"models/{model}.onnx",), writes=operations(model))


def run(build: Path, model: str) -> None:
    """Extract one model."""
    from ...extract import extract  # here, so that listing the stages costs no framework

    extract(build / "models" / f"{model}.onnx")
