"""Images reach the network as raw pixels, in calibration as in evaluation."""

import ast
from pathlib import Path

import numpy as np
import pytest

import resnet8doc
from resnet8doc import dataset
from resnet8doc.errors import UserError

PACKAGE = Path(resnet8doc.__file__).parent


@pytest.mark.criterion("5.3")
def test_preprocessing_is_the_identity_on_pixels(arrays: dict[str, np.ndarray]) -> None:
    images = arrays["test_images"]
    prepared = dataset.preprocess(images)
    assert prepared.dtype == np.float32
    assert prepared.shape == images.shape
    np.testing.assert_array_equal(prepared, images)
    np.testing.assert_array_equal(prepared.astype(np.uint8), images)
    assert (prepared.min(), prepared.max()) == (0, 255)


@pytest.mark.criterion("5.3")
def test_calibration_and_evaluation_share_one_function(arrays: dict[str, np.ndarray]) -> None:
    """One function of that name exists, both stages import it from the data set, and both get the same numbers."""
    definitions, importers = [], set()
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
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
    np.testing.assert_array_equal(
        dataset.preprocess(chosen.images), dataset.preprocess(arrays["train_images"])[chosen.indices]
    )


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
