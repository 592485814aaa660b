"""Images reach the network as raw pixels, in calibration as in evaluation."""

import ast
from pathlib import Path

import numpy as np
import pytest

import resnet8doc
from resnet8doc import dataset
from resnet8doc.errors import UserError

from .conftest import pieces

PACKAGE = Path(resnet8doc.__file__).parent


@pytest.mark.criterion("5.3")
def test_preprocessing_is_the_identity_on_pixels(arrays: dict[str, np.ndarray]) -> None:
    images = arrays["test_images"]
    prepared = dataset.preprocess(images)
    assert prepared.dtype == np.float32
    assert prepared.shape == images.shape
    for piece in pieces(images):
        np.testing.assert_array_equal(prepared[piece], images[piece])
        np.testing.assert_array_equal(prepared[piece].astype(np.uint8), images[piece])
    assert (prepared.min(), prepared.max()) == (0, 255)


@pytest.mark.criterion("5.3")
def test_calibration_and_evaluation_share_one_function(arrays: dict[str, np.ndarray]) -> None:
    """One function of that name exists, both stages import it from the data set, and both get the same numbers."""
    definitions, importers = [], set()
    for path in PACKAGE.rglob("*.py"):
        text = path.read_text("utf-8")
        if "preprocess" not in text:
            continue
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef) and node.name == "preprocess":
                definitions.append(path.relative_to(PACKAGE).as_posix())
            if (
                isinstance(node, ast.ImportFrom)
                and (node.module or "").startswith(("dataset", "resnet8doc.dataset"))
                and any(name.name == "preprocess" for name in node.names)
            ):
                importers.add(path.relative_to(PACKAGE).parts[0])
    assert definitions == ["dataset/_preprocess.py"]
    assert {"evaluate", "quantize"} <= importers
    chosen = dataset.calibration_samples(dataset.load("train"))
    prepared = dataset.preprocess(chosen.images)
    for piece in pieces(arrays["train_images"]):  # in which place of which batch an image is, makes no difference
        within = (chosen.indices >= piece.start) & (chosen.indices < piece.stop)
        evaluated = dataset.preprocess(arrays["train_images"][piece])
        np.testing.assert_array_equal(prepared[within], evaluated[chosen.indices[within] - piece.start])


@pytest.mark.parametrize(
    ("images", "found"),
    [
        (np.zeros((2, 32, 32, 3), np.float32), r"float32 \[2, 32, 32, 3\]"),
        (np.zeros((2, 3, 32, 32), np.uint8), r"uint8 \[2, 3, 32, 32\]"),
        (np.zeros((32, 32, 3), np.uint8), r"uint8 \[32, 32, 3\]"),
    ],
)
def test_other_images_are_refused(images: np.ndarray, found: str) -> None:
    with pytest.raises(UserError, match=rf"images are {found}; expected uint8 \[N, 32, 32, 3\], RGB pixels 0 to 255"):
        dataset.preprocess(images)
