"""Whatever a picture is made of, its colours are those that are seen, or it is refused."""

import numpy as np
import pytest
from PIL import Image

from resnet8doc.errors import UserError
from resnet8doc.pictures import ON_WHITE, UPPER_BYTE, opaque


@pytest.mark.parametrize("mode", ["RGBA", "LA", "PA"])
def test_what_is_transparent_is_laid_on_white(mode: str) -> None:
    picture = Image.new("RGBA", (1, 1), (10, 10, 10, 0)).convert(mode)
    made, said = opaque(picture)
    assert made.getpixel((0, 0)) == (255, 255, 255)
    assert said == [ON_WHITE]


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L", "1", "P", "CMYK", "YCbCr"])
def test_what_is_opaque_is_as_pillow_has_it(mode: str) -> None:
    codes = np.random.default_rng(0).integers(0, 256, (4, 5, 3), dtype=np.uint8)
    picture = Image.fromarray(codes).convert(mode)
    made, said = opaque(picture)
    np.testing.assert_array_equal(np.asarray(made), np.asarray(picture.convert("RGB")))
    assert said == []


def test_of_sixteen_bits_the_upper_byte_is_taken() -> None:
    deep = np.random.default_rng(0).integers(0, 65536, (4, 5)).astype(np.uint16)
    made, said = opaque(Image.fromarray(deep))
    for channel in range(3):
        np.testing.assert_array_equal(np.asarray(made)[..., channel], deep >> 8)
    assert said == [UPPER_BYTE]


@pytest.mark.parametrize(("mode", "said"), [("F", "are real numbers"), ("I", "are integers of 32 bits")])
def test_a_picture_without_a_white_is_refused(mode: str, said: str) -> None:
    with pytest.raises(UserError, match=f"the picture's pixels {said}; expected 8 or 16 bits a pixel"):
        opaque(Image.new(mode, (2, 2)))
