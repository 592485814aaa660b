"""What an image goes through before the network sees it."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..architecture import IMAGE_SHAPE
from ..errors import UserError


def preprocess(images: NDArray[Any]) -> NDArray[np.float32]:
    r"""Turn images into the network's input: the raw pixels, as float32.

    .. math:: x = p, \qquad p \in \{0, 1, \dots, 255\}

    Nothing is scaled, centred or cropped; batch normalization does what scaling would do. Training's held-out images,
    calibration and evaluation all go through this one function.

    Parameters
    ----------
    images
        uint8 ``[N, 32, 32, 3]``, RGB pixels 0 to 255.

    Returns
    -------
    numpy.ndarray
        float32 ``[N, 32, 32, 3]``, the same numbers. Always a copy.

    Raises
    ------
    UserError
        If the images are not uint8 or have another shape; a picture already divided by 255 would be classified
        without complaint, and wrongly.

    Examples
    --------
    >>> import numpy as np
    >>> pixels = np.array([0, 1, 128, 255], np.uint8)
    >>> images = np.broadcast_to(pixels[:, None, None, None], (4, 32, 32, 3))
    >>> preprocess(images)[:, 0, 0, 0]
    array([  0.,   1., 128., 255.], dtype=float32)
    """
    if images.dtype != np.uint8 or images.ndim != 4 or images.shape[1:] != IMAGE_SHAPE:
        raise UserError(
            f"images are {images.dtype} {list(images.shape)}",
            "uint8 [N, 32, 32, 3], RGB pixels 0 to 255",
            "Give the raw pixels, channels last, with a batch axis.",
        )
    return images.astype(np.float32)
