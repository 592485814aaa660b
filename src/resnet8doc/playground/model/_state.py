"""The state of the playground, as it stands in the page's address."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from ...errors import UserError
from ._edits import Edit, from_text, to_text

KEYS = ("model", "image", "node", "pixel", "edits", "a", "b", "lesson")
"""What the notebook keeps in the address; ``step`` is the page's own."""


@dataclass(frozen=True)
class State:
    """What is chosen and changed.

    Attributes
    ----------
    model
        Name of the extraction; ``own-<12 hex digits of its sha256>`` for a reader's own.
    image
        Index of a test image of the gallery; ``own-…`` for a reader's own picture.
    node
        The operator that is looked at.
    pixel
        Channel, row and column of its output.
    edits
        What was changed.
    a, b
        The two arithmetics side by side: a runtime's name, ``edits``, or a mistake as ``rounding=floor``.
    lesson
        The guided visit.
    step
        Of the microscope, from 1; 0 for all at once.
    """

    model: str = "resnet8_int8_qoperator"
    image: str = ""
    node: str = "stack1_conv1"
    pixel: tuple[int, int, int] = (0, 0, 0)
    edits: tuple[Edit, ...] = ()
    a: str = "onnxruntime_x86"
    b: str = "edits"
    lesson: str = ""
    step: int = 0

    def to_query(self) -> dict[str, str]:
        """Return the state as an address's query; what is as at the start is left out.

        Examples
        --------
        >>> State(image="17", pixel=(3, 0, 5)).to_query()
        {'image': '17', 'pixel': '3,0,5'}
        """
        start = State()
        written = {
            "model": self.model, "image": self.image, "node": self.node, "pixel": ",".join(map(str, self.pixel)),
            "edits": to_text(self.edits), "a": self.a, "b": self.b, "lesson": self.lesson, "step": str(self.step),
        }  # fmt: skip
        return {key: value for key, value in written.items() if getattr(self, key) != getattr(start, key)}


def write_address(params: Any, state: State) -> None:
    """Write a state into the page's address; only what has changed is written.

    Parameters
    ----------
    params
        The address's query, as ``marimo.query_params()`` gives it.
    state
        What is chosen and changed.
    """
    query = state.to_query()
    for key in KEYS:
        if key in query and params.get(key) != query[key]:
            params.set(key, query[key])
        elif key not in query and params.get(key) is not None:
            params.remove(key)


def link(state: State, app: str = "../playground/app/index.html") -> str:
    """Return the address of the playground in a state, for a page of the site.

    Parameters
    ----------
    state
        What is to be seen there.
    app
        The playground, as seen from the page that the link stands on.

    Examples
    --------
    >>> link(State(node="stack2_add"))
    '../playground/app/index.html?node=stack2_add'
    """
    query = urlencode(state.to_query(), safe=",~!*")
    return f"{app}?{query}" if query else app


def from_query(query: Mapping[str, object]) -> tuple[State, list[str]]:
    """Read a state from an address, key by key; what cannot be read keeps its start value.

    Parameters
    ----------
    query
        Keys and values, as in `State.to_query`; of a list of values the last counts. Other keys are ignored.

    Returns
    -------
    tuple
        The state, and a sentence for each key that could not be read.

    Examples
    --------
    >>> from_query({"pixel": "3,0,x"})[1]
    ["the link's pixel is '3,0,x'; expected channel,row,column. Copy the link again from the playground's address bar."]
    """
    state, complaints = State(), []
    for key in (*KEYS, "step"):
        value = query.get(key)
        text = value[-1] if isinstance(value, list) and value else value
        if not isinstance(text, str) or not text:
            continue
        try:
            state = _read(state, key, text)
        except UserError as error:
            complaints.append(str(error))
    return state, complaints


def _read(state: State, key: str, text: str) -> State:
    if key == "edits":
        return replace(state, edits=from_text(text))
    if key == "pixel":
        return replace(state, pixel=parse_pixel(text))
    if key == "step":
        return replace(state, step=int(text) if text.isdecimal() and text.isascii() and len(text) < 4 else 0)
    if len(text) > 100:
        raise UserError(
            f"the link's {key} has {len(text)} characters",
            "a name",
            "Copy the link again from the playground's address bar.",
        )
    return replace(state, **{key: text})  # type: ignore[arg-type]  # the others are texts


def parse_pixel(text: str) -> tuple[int, int, int]:
    """Read ``channel,row,column``.

    Raises
    ------
    UserError
        If it is not three whole numbers.
    """
    parts = text.split(",")
    if len(parts) != 3 or not all(part.strip().isdecimal() for part in parts):
        raise UserError(
            f"the link's pixel is {text!r}",
            "channel,row,column",
            "Copy the link again from the playground's address bar.",
        )
    channel, row, column = map(int, parts)
    return channel, row, column


def inside(pixel: tuple[int, int, int], shape: tuple[int, int, int]) -> tuple[int, int, int]:
    """Return the pixel, moved to the nearest one of a tensor ``[C, H, W]``.

    Examples
    --------
    >>> inside((20, 31, 4), (16, 32, 32))
    (15, 31, 4)
    """
    channel, row, column = (min(at, max(length - 1, 0)) for at, length in zip(pixel, shape, strict=True))
    return channel, row, column
