"""The playground's data: what the browser loads."""

from collections.abc import Iterator
from pathlib import Path

from ... import dataset
from ...environment import environment
from ...evaluate import load
from ...files import read_json
from ...playground import playground_data
from .._stage import Stage
from . import checkpoint, evaluate, extract, sensitivity
from . import dataset as dataset_stage

FOLDER = "playground"
FILES = tuple(
    f"{FOLDER}/{name}"
    for name in (
        "about.json", "activations.json", "gallery.npz", "sensitivity.json",
        *(Path(file).name for model in (sensitivity.MODEL, sensitivity.FLOAT) for file in extract.operations(model)),
    )
)  # fmt: skip


def _evaluation(model: str) -> str:
    return f"{evaluate.FOLDER}/{model}.onnx.json"


def stages() -> Iterator[Stage]:
    """Yield the stage that gathers the data."""
    results = [_evaluation(model) for model in (sensitivity.MODEL, sensitivity.FLOAT)]
    yield Stage(
        "playground",
        run,
        reads=(
            *extract.operations(sensitivity.MODEL), *extract.operations(sensitivity.FLOAT), sensitivity.RESULT,
            checkpoint.RESULT, dataset_stage.RESULT, *results, *(name.replace(".json", ".npz") for name in results),
        ),
        writes=FILES,
    )  # fmt: skip


def run(build: Path) -> None:
    """Choose the images, measure the activations, and copy the extractions."""
    test = dataset.load("test")
    quantized, plain = (load(build / _evaluation(model)) for model in (sensitivity.MODEL, sensitivity.FLOAT))
    playground_data(
        build / FOLDER,
        model=build / extract.operations(sensitivity.MODEL)[0],
        float_model=build / extract.operations(sensitivity.FLOAT)[0],
        images=test.images,
        labels=test.labels,
        float_answer=plain.predictions,
        answer=quantized.predictions,
        sensitivity=build / sensitivity.RESULT,
        about={
            "checkpoint": read_json(build / checkpoint.RESULT)["label"],
            "quantized by": f"ONNX Runtime {environment()['packages']['onnxruntime']}",
            "model": f"{sensitivity.MODEL}.onnx",
        },
    )
