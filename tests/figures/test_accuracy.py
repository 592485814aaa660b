"""What the plots of accuracy say, read from their SVG."""

import re
from typing import Any

import numpy as np
import pytest

from resnet8doc.architecture import CLASSES
from resnet8doc.figures import accuracy_and_size, confusion_matrix, per_class_deltas


def texts(svg: str) -> list[str]:
    """Every text of the drawing, in order."""
    return [text.strip() for text in re.findall(r"<text[^>]*>([^<]*)</text>", svg)]


def row(file: str, delta: float, size: int, framework: str = "ONNX Runtime") -> dict[str, Any]:
    return {
        "file": file,
        "quantized": True,
        "framework": framework,
        "delta": delta,
        "bytes": size,
        "per_class_delta": [delta + place for place in range(10)],
    }


ROWS = [
    row("resnet8_int8.onnx", -0.3, 100_000),
    row("resnet8_int4.onnx", -48.0, 60_000),
    row("resnet8_int8.pt", 0.2, 130_000, "PyTorch"),
    row("resnet8.onnx", 0.0, 320_000) | {"quantized": False},
]


def test_confusion_matrix_shows_every_count_and_class() -> None:
    confusion = np.arange(100).reshape(10, 10) + 1
    shown = confusion_matrix(confusion, CLASSES, title="resnet8.onnx")
    assert [int(text) for text in texts(shown.svg) if text.isdigit()] == list(range(1, 101))
    assert set(CLASSES) <= set(texts(shown.svg))
    assert shown.alt == (
        "Confusion matrix of resnet8.onnx: 505 of 5050 images on the diagonal; the commonest mistake is truck "
        "taken for ship, 99 times"
    )


def test_confusion_matrix_without_a_mistake() -> None:
    assert "20 of 20 images" in confusion_matrix(np.eye(10, dtype=int) * 2, CLASSES, title="perfect").alt


def test_per_class_deltas_leave_out_float_models_and_sign_every_number() -> None:
    shown = per_class_deltas(ROWS, CLASSES)
    found = texts(shown.svg)
    assert "resnet8.onnx" not in found
    assert {"resnet8_int8.onnx", "resnet8_int4.onnx", "resnet8_int8.pt"} <= set(found)
    assert sum(bool(re.fullmatch(r"[+−]\d+\.\d", text)) for text in found) == 30
    assert "48.0 points, airplane in resnet8_int4.onnx" in shown.alt


def test_accuracy_and_size_names_models_and_frameworks() -> None:
    shown = accuracy_and_size(ROWS, within=1.0, drop=5.0, chosen="resnet8_int8.onnx")
    found = texts(shown.svg)
    assert {"ONNX Runtime", "PyTorch", "within 1 point", "5 points lost", "file (kB)"} <= set(found)
    names = [text for text in found if text.endswith((".onnx", ".pt"))]
    assert names == ["resnet8_int4.onnx", "resnet8_int8.onnx", "resnet8_int8.pt"]
    assert re.search(
        r'font[^"]*bold[^"]*"[^>]*>resnet8_int8\.onnx<|font-weight: ?(bold|700)[^>]*>resnet8_int8\.onnx<', shown.svg
    )
    assert "resnet8_int8.pt (+0.20 points) to resnet8_int4.onnx (-48.00 points)" in shown.alt


@pytest.mark.parametrize("draw", [0, 1])
def test_same_figures_same_bytes(draw: int) -> None:
    def drawn() -> str:
        if draw:
            return per_class_deltas(ROWS, CLASSES).svg
        return accuracy_and_size(ROWS, within=1.0, drop=5.0).svg

    assert drawn() == drawn()
