"""Random crops and mirror images, a whole batch at once."""

import numpy as np
from numpy.typing import NDArray

MIRRORED_PIXELS = 4
"""Rows and columns mirrored at each side before a full-size crop is taken."""


def crop_and_flip(images: NDArray[np.uint8], size: int, random: np.random.Generator) -> NDArray[np.uint8]:
    """Crop each image at a random place and mirror half of them, left to right.

    Parameters
    ----------
    images
        uint8 ``[N, 32, 32, C]``.
    size
        Height and width of the crop in pixels. A crop of the full size is taken from the image grown by
        `MIRRORED_PIXELS` mirrored pixels at each side.
    random
        Decides place and side.

    Returns
    -------
    NDArray[np.uint8]
        uint8 ``[N, size, size, C]``.

    Examples
    --------
    >>> image = np.arange(32 * 32 * 3, dtype=np.uint8).reshape(1, 32, 32, 3)
    >>> crop_and_flip(image, 24, np.random.default_rng(0)).shape
    (1, 24, 24, 3)
    """
    if size == images.shape[1]:
        images = np.pad(images, ((0, 0), (MIRRORED_PIXELS,) * 2, (MIRRORED_PIXELS,) * 2, (0, 0)), "reflect")
    count, room = len(images), images.shape[1] - size
    windows = np.lib.stride_tricks.sliding_window_view(images, (size, size), (1, 2))
    top, left = random.integers(0, room + 1, (2, count))
    crops = windows[np.arange(count), top, left].transpose(0, 2, 3, 1)
    flip = random.integers(0, 2, count).astype(bool)
    crops[flip] = crops[flip, :, ::-1]
    return np.ascontiguousarray(crops)
