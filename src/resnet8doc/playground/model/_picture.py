"""A reader's own picture, made into what the network takes."""

import io
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from ...errors import UserError
from ...pictures import opaque

if TYPE_CHECKING:
    import PIL.Image  # heavy, and needed only when a reader brings a picture

Array = npt.NDArray[Any]
LARGEST_FILE = 20_000_000
LARGEST_SIDE = 8_000
SIDE = 32
REMEDY = "Give a PNG, JPEG or WebP picture."


def opened(content: bytes) -> tuple["PIL.Image.Image", list[str]]:
    """Return a picture, opaque, and a sentence for each thing that was changed. Needs Pillow.

    Raises
    ------
    UserError
        If it is no picture, too large, or of pixels that :func:`resnet8doc.pictures.opaque` refuses.
    """
    from PIL import Image, UnidentifiedImageError  # heavy, and needed only when a reader brings a picture

    if len(content) > LARGEST_FILE:
        raise UserError(f"the file has {len(content):,} bytes", f"at most {LARGEST_FILE:,}", "Make it smaller first.")
    try:
        with Image.open(io.BytesIO(content)) as shown:
            if max(shown.size) > LARGEST_SIDE:
                raise UserError(
                    f"the picture is {shown.width}×{shown.height}",
                    f"at most {LARGEST_SIDE} pixels a side",
                    "Make it smaller first.",
                )
            return opaque(shown)
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise UserError("the file is no picture that can be read", "a picture", REMEDY) from error


def read_picture(content: bytes) -> tuple[Array, list[str]]:
    """Return a picture as the network takes it, and what was done to it.

    The middle square is taken and scaled to 32×32; a transparent picture is laid on white. Needs Pillow.

    Parameters
    ----------
    content
        The file's bytes.

    Returns
    -------
    tuple
        uint8 ``[32, 32, 3]``, and a sentence for each thing that was changed.

    Raises
    ------
    UserError
        As for every picture: what cannot be opened is a sentence.
    """
    from PIL import Image

    picture, done = opened(content)
    side = min(picture.size)
    left, top = (picture.width - side) // 2, (picture.height - side) // 2
    if picture.width != picture.height:
        done.append("It is not square: its middle was taken.")
    if picture.size != (SIDE, SIDE):
        done.append(f"It was scaled from {side}×{side} to {SIDE}×{SIDE}.")
    box = (left, top, left + side, top + side)
    small = picture.resize((SIDE, SIDE), Image.Resampling.BOX if side >= SIDE else Image.Resampling.NEAREST, box)
    return np.asarray(small, np.uint8).copy(), done
