"""The proof that the three formats are the same network."""

from collections.abc import Iterator
from pathlib import Path

from ... import dataset, models
from ...evaluate import load
from ...files import write_json
from .._stage import Stage
from . import convert, evaluate

RESULT = "results/conversion.json"
MODELS = tuple(Path(name).name for name in (convert.KERAS, convert.ONNX, convert.PYTORCH))


def stages() -> Iterator[Stage]:
    """Yield the stage that verifies the conversion."""
    results = tuple(f"{evaluate.FOLDER}/{model}.{kind}" for model in MODELS for kind in ("json", "npz"))
    yield Stage(
        "verify conversion",
        run,
        reads=(convert.KERAS, convert.ONNX, convert.PYTORCH, *convert.LOGS, *results),
        writes=(RESULT,),
    )


def run(build: Path) -> None:
    """Compare structure and answers; a difference that must not be fails the build."""
    answers = {model: load(build / evaluate.FOLDER / f"{model}.json").probabilities for model in MODELS}
    images = dataset.load("test").images[: len(answers[MODELS[0]])]
    result = models.verify_conversion(build / "models", build / "logs", images, answers, progress=False)
    write_json(build / RESULT, result)
