"""Decoding the npm package's pictures: one image a row, 10,000 rows."""

import io
import json
import warnings

import numpy as np

from ..errors import UserError
from ._facts import Bytes

_ROWS, _PIXELS = 10_000, 1_024
_REMEDY = "Fetch the package again: it is truncated or altered."


def read_tile(data: bytes, origin: str) -> Bytes:
    """Return the images ``[10000, 32, 32, 3]`` of a PNG of 10,000 rows and 1,024 RGB pixels."""
    from PIL import Image  # costs 50 ms, and nothing when the cache is warm

    try:
        with warnings.catch_warnings():
            # Here and not for the whole process: a picture far above the expected size is refused before decoding.
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(data), formats=["PNG"]) as picture:
                size, mode = picture.size, picture.mode
                if size == (_PIXELS, _ROWS) and mode == "RGB":
                    return np.asarray(picture).reshape(_ROWS, 32, 32, 3)
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        # Pillow raises SyntaxError for a broken chunk and OSError for a picture that ends too early.
        raise UserError(f"{origin} is not a whole PNG ({error})", "10,000 rows of 1,024 RGB pixels", _REMEDY) from error
    raise UserError(f"{origin} is a {mode} picture of {size[0]} x {size[1]}", "RGB, 1024 x 10000", _REMEDY)


def read_labels(data: bytes, origin: str) -> Bytes:
    """Return the labels of a JSON list of classes 0 to 9."""
    try:
        labels = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise UserError(f"{origin} is not JSON ({error})", "a list of labels 0 to 9", _REMEDY) from error
    if not isinstance(labels, list) or not all(type(label) is int and 0 <= label <= 9 for label in labels):
        raise UserError(f"{origin} holds something else", "a JSON list of labels 0 to 9", _REMEDY)
    return np.asarray(labels, np.uint8)
