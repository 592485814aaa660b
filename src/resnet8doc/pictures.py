"""Pictures that somebody else made, as opaque colours of 8 bits."""

from typing import TYPE_CHECKING

import numpy as np

from .errors import UserError

if TYPE_CHECKING:
    from PIL.Image import Image  # heavy, and needed only when a reader brings a picture

ON_WHITE = "Its transparent parts were laid on white."
UPPER_BYTE = "Of its 16 bits a pixel the upper 8 were taken."


def opaque(picture: "Image") -> tuple["Image", list[str]]:
    """Return a picture as red, green and blue of 8 bits, and a sentence for each thing that was changed. Needs Pillow.

    What is transparent is laid on white: nobody sees the colours that a file keeps beneath it. Of 16 bits of grey
    the upper byte is taken, as Pillow does of 16 bits of colour; its own conversion makes every grey above 255 white.

    Raises
    ------
    UserError
        If its pixels are real numbers or integers of 32 bits, whose white nobody knows.
    OSError, SyntaxError, ValueError
        If the file is torn.

    Examples
    --------
    >>> from PIL import Image
    >>> made, said = opaque(Image.fromarray(np.array([[0x1234, 0xFF00]], np.uint16)))
    >>> np.asarray(made)[0].tolist(), said
    ([[18, 18, 18], [255, 255, 255]], ['Of its 16 bits a pixel the upper 8 were taken.'])
    """
    from PIL import Image

    said = []
    deep = picture.mode.startswith("I;16") or (picture.mode == "I" and picture.format == "PNG")
    if not deep and picture.mode in ("I", "F"):
        raise UserError(
            f"the picture's pixels are {'real numbers' if picture.mode == 'F' else 'integers of 32 bits'}",
            "8 or 16 bits a pixel", "Scale it to 0 to 255 and save it as PNG.",
        )  # fmt: skip
    if deep:
        said.append(UPPER_BYTE)
        picture = Image.fromarray((np.asarray(picture).astype(np.int64) >> 8).astype(np.uint8))
    coloured = picture.convert("RGBA")
    if coloured.getchannel("A").getextrema() != (255, 255):
        said.append(ON_WHITE)
        coloured = Image.alpha_composite(Image.new("RGBA", coloured.size, "white"), coloured)
    return coloured.convert("RGB"), said
