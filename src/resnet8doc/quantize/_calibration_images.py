"""What a quantizer accepts as calibration images."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..dataset import preprocess
from ..errors import UserError


def batches(images: NDArray[Any], most: int = 100) -> list[NDArray[np.float32]]:
    """Return the network's input in batches of one size, the largest that divides the number of images.

    Histogram calibration stacks what the batches gave, which only equal batches allow.
    """
    if not isinstance(images, np.ndarray) or len(images) == 0:
        raise UserError(
            "the calibration set is empty",
            "uint8 images [N, 32, 32, 3]",
            "Select it from the training images: python -m resnet8doc calibrate.",
        )
    inputs = preprocess(images)
    size = max(size for size in range(1, most + 1) if len(inputs) % size == 0)
    return [inputs[start : start + size] for start in range(0, len(inputs), size)]
