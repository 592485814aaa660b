"""The engine against ONNX Runtime: every value of every tensor."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from ... import dataset
from ...errors import UserError
from ...schemas import write_result
from .._stage import Stage
from ._held import keep_proof

if TYPE_CHECKING:
    from ...extract import How

IMAGES = 1000
"""Test images in every build; ``nox -s proof`` takes all."""

INTEGER = (
    "resnet8_int8_qoperator",
    "resnet8_int8_per_tensor_qoperator",
    "resnet8_uint8_qoperator",
    "resnet8_u8s8_qoperator",
)
QDQ = ("resnet8_int8", "resnet8_uint8")
FUSED: "tuple[tuple[str, How], ...]" = (
    ("resnet8_int8", "default"),
    ("resnet8_int8", "integers"),
    ("resnet8_uint8", "default"),
)
"""QDQ models as ONNX Runtime runs them; of uint8 codes, both ways are one."""
FUSION_IMAGES = 200
CASES = 300
"""Random cases of each operator in every build; the tests add those that hypothesis finds."""
OPERATORS = "results/operators.json"


def result(model: str, fused: str | None = None) -> str:
    """Return the file that a model's proof is written to."""
    return f"results/proof/{model}{f'_fused_{fused}' if fused else ''}.json"


def fusion(model: str) -> str:
    """Return the file that the comparison of a model with its fused form is written to."""
    return f"results/fusion/{model}.json"


def stages() -> Iterator[Stage]:
    """Yield a stage for each model that is proven, for each whose fusion is looked at, and for single operators."""
    for model in (*INTEGER, *QDQ):
        yield Stage(f"prove {model}", run, (model, IMAGES), reads=(f"models/{model}.onnx",), writes=(result(model),))
    for model, fused in FUSED:
        yield Stage(
            f"prove {model} fused {fused}", run, (model, IMAGES, fused), reads=(f"models/{model}.onnx",),
            writes=(result(model, fused),),
        )  # fmt: skip
    for model in QDQ:
        yield Stage(
            f"fuse {model}", fuse, (model, FUSION_IMAGES), reads=(f"models/{model}.onnx",), writes=(fusion(model),)
        )
    yield Stage("prove operators", operators, (CASES,), writes=(OPERATORS,))


def run(build: Path, model: str, images: int, fused: "How | None" = None) -> None:
    """Prove one model, as it is or fused; a mismatch on a processor that is listed as proven stops the build."""
    from ...proof import failure, prove  # here, so that listing the stages costs no framework

    test = dataset.load("test").images[:images]
    found = prove(build / "models" / f"{model}.onnx", test, fused=fused, threads=1, progress=False)
    keep_proof(build / result(model, fused), found, failure(found))


def fuse(build: Path, model: str, images: int) -> None:
    """Compare a QDQ model as it stands with what ONNX Runtime fuses it to."""
    from ...proof import compare_fusion  # likewise

    found = compare_fusion(
        build / "models" / f"{model}.onnx", dataset.load("test").images[:images], threads=1, progress=False
    )
    write_result(build / fusion(model), found, "fusion")


def operators(build: Path, cases: int) -> None:
    """Compare single operators on random cases; a mismatch of the engine stops the build where it is proven."""
    from ...proof import compare_operators  # likewise

    found = compare_operators(cases, progress=False)
    write_result(build / OPERATORS, found, "operators_onnxruntime")
    wrong = {name: row["engine"] for name, row in found["operators"].items() if row["engine"]}
    if wrong and found["proven"]:
        listed = ", ".join(f"{name} {count}" for name, count in wrong.items())
        raise UserError(
            f"values differ from ONNX Runtime's: {listed}", "0 on this processor", f"Read {build / OPERATORS}."
        )
