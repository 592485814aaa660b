"""The state in the address, and files that a reader brings."""

import io
import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from resnet8doc import playground as pg
from resnet8doc.errors import UserError

from .networks import images, parts

WORDS = st.text("abcdefghijklmnopqrstuvwxyz_0123456789-", min_size=1, max_size=30)


EDITS = st.lists(st.builds(pg.Edit, st.sampled_from(["redesign", "fault"]), WORDS, WORDS, WORDS), max_size=3)


@given(st.builds(pg.State, WORDS, WORDS, WORDS, st.tuples(*[st.integers(0, 99)] * 3), EDITS.map(tuple)))
def test_a_state_survives_the_address(state: pg.State) -> None:
    assert pg.from_query(state.to_query()) == (state, [])


KEYS = st.sampled_from([*pg.KEYS, "other"])
VALUES = st.one_of(st.text(), st.lists(st.text()), st.integers())


@given(st.dictionaries(KEYS, VALUES))
def test_any_address_gives_a_state(query: dict[str, object]) -> None:
    """What cannot be read is a sentence, never an error; the rest is kept."""
    state, complaints = pg.from_query(query)
    assert isinstance(state, pg.State)
    assert all("expected" in sentence for sentence in complaints)


def test_one_bad_key_does_not_cost_the_others() -> None:
    state, complaints = pg.from_query({"pixel": "1,2", "node": "dense_quant"})
    assert (state.node, state.pixel, len(complaints)) == ("dense_quant", (0, 0, 0), 1)


def _picture(mode: str, size: tuple[int, int], colour: object) -> bytes:
    buffer = io.BytesIO()
    Image.new(mode, size, colour).save(buffer, "PNG")  # type: ignore[arg-type]  # a colour is a number or several
    return buffer.getvalue()


def test_a_picture_of_the_right_size_is_taken_as_it_is() -> None:
    buffer = io.BytesIO()
    Image.fromarray(images()[0]).save(buffer, "PNG")
    pixels, done = pg.read_picture(buffer.getvalue())
    np.testing.assert_array_equal(pixels, images()[0])
    assert done == []


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (_picture("RGBA", (32, 32), (255, 0, 0, 0)), "white"),
        (_picture("RGB", (64, 40), (255, 0, 0)), "middle"),
        (_picture("L", (100, 100), 7), "scaled"),
        (_picture("RGB", (1, 1), (1, 2, 3)), "scaled"),
    ],
)
def test_what_was_done_to_a_picture_is_said(content: bytes, word: str) -> None:
    pixels, done = pg.read_picture(content)
    assert pixels.shape == (32, 32, 3)
    assert pixels.dtype == np.uint8
    assert word in " ".join(done)


def test_a_transparent_picture_is_laid_on_white() -> None:
    pixels, _ = pg.read_picture(_picture("RGBA", (32, 32), (255, 0, 0, 0)))
    assert (pixels == 255).all()


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"", "the file is no picture"),
        (b"GIF89a", "the file is no picture"),
        (b"\x89PNG\r\n\x1a\n" + bytes(40), "the file is no picture"),
        (_picture("1", (8001, 1), 0), "the picture is 8001×1"),
        (bytes(20_000_001), "the file has 20,000,001 bytes"),
    ],
)
def test_a_bad_picture_is_a_sentence(content: bytes, found: str) -> None:
    with pytest.raises(UserError) as caught:
        pg.read_picture(content)
    assert found in str(caught.value)


def _files(seed: int = 0) -> dict[str, bytes]:
    operations, tensors, *_ = parts(seed)
    buffer = io.BytesIO()
    np.savez(buffer, **tensors)
    return {"x_operations.json": json.dumps(operations).encode(), "x_operations.npz": buffer.getvalue()}


def test_an_own_extraction_runs() -> None:
    own = pg.own_network(_files())
    assert own.graph.run(images())["flatten"].shape == (1, 10)
    assert own.operations["version"] == 2
    assert pg.sorts_pictures(own.graph)


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"x_operations.npz": None}, "the files given are x_operations.json"),
        ({"x_operations.npz": b"PK"}, "the .npz is no .npz"),
        ({"x_operations.json": b"{"}, "the extraction is not JSON"),
        ({"x_operations.json": b"{}"}, "this is not an extraction"),
        ({"y.json": b"{}"}, "the files given are"),
    ],
)
def test_a_foreign_extraction_is_a_sentence(changes: dict[str, bytes | None], found: str) -> None:
    files = {name: content for name, content in {**_files(), **changes}.items() if content is not None}
    with pytest.raises(UserError) as caught:
        pg.own_network(files)
    assert found in str(caught.value)


def test_a_foreign_npz_is_a_sentence() -> None:
    buffer = io.BytesIO()
    np.savez(buffer, secret=np.zeros(3))
    with pytest.raises(UserError, match="the stored tensors lack"):
        pg.own_network({**_files(), "x_operations.npz": buffer.getvalue()})


def test_own_files_are_named_by_their_hash() -> None:
    assert pg.own_name(b"a") != pg.own_name(b"b")
    assert pg.own_name(b"a").startswith("own-ca978112ca1b")
