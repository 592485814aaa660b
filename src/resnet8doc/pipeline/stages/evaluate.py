"""Every model on the test images: all 10,000, or the first of them."""

from collections.abc import Iterator
from pathlib import Path

from ... import dataset
from ...evaluate import evaluate, require_baseline, save
from .._stage import Stage
from . import convert, convert_tflite, quantize
from . import dataset as dataset_stage

FOLDER = "results/evaluation"
FLOAT_MODELS = tuple(Path(name).name for name in (convert.KERAS, convert.ONNX, convert.PYTORCH, convert_tflite.TFLITE))
MODELS = (*FLOAT_MODELS, *(variant.file for variant in quantize.available()))
RESULTS = tuple(f"{FOLDER}/{model}.json" for model in MODELS)


def stages(images: int | None = None) -> Iterator[Stage]:
    """Yield a stage for each model; ``images`` takes only the first so many."""
    for model, result in zip(MODELS, RESULTS, strict=True):
        yield Stage(
            f"evaluate {model}",
            run,
            (model, model in FLOAT_MODELS, images),
            reads=(f"models/{model}", dataset_stage.RESULT),
            writes=(result, result.replace(".json", ".npz")),
        )


def run(build: Path, model: str, is_float: bool, images: int | None) -> None:
    """Evaluate one model; a float model that is not good enough stops the build."""
    test = dataset.load("test")
    evaluation = evaluate(build / "models" / model, test.images[:images], test.labels[:images], progress=False)
    save(evaluation, build / FOLDER)
    if is_float:
        require_baseline(evaluation)
