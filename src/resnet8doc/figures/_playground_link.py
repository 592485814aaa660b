"""Links from a page to a layer, or to one of its outputs, in the playground."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from ..markup import Markup

APP = "playground/app/index.html"


@dataclass(frozen=True)
class Link:
    """A link, alone in its paragraph."""

    address: str
    text: str

    def __html__(self) -> Markup:
        return Markup('<a href="{0}">{1}</a>').format(self.address, self.text)

    def _repr_html_(self) -> str:
        return f"<p>{self.__html__()}</p>"

    def __str__(self) -> str:
        return f"{self.text}: {self.address}"

    __repr__ = __str__


def playground_link(
    node: str,
    index: Sequence[int] | None = None,
    *,
    image: int | None = None,
    text: str = "Open this layer in the playground",
    up: str = "../",
) -> Link:
    """Return a link to the playground, an operator or one of its outputs chosen.

    Parameters
    ----------
    node
        Name of an operator of the specified model.
    index
        Of an output, batch axis first: ``[0, channel, row, column]`` or ``[0, column]``.
    image
        Index of a test image, one of those that the playground has.
    text
        What the link says.
    up
        From the page to the site's root.

    Examples
    --------
    >>> playground_link("stack1_add", (0, 3, 10, 12), image=0)
    Open this layer in the playground: ../playground/app/index.html?image=0&node=stack1_add&pixel=3,10,12
    >>> playground_link("dense", (0, 7)).address
    '../playground/app/index.html?node=dense&pixel=0,0,7'
    """
    query: dict[str, object] = {} if image is None else {"image": image}
    query["node"] = node
    if index is not None:
        _, *place = index
        query["pixel"] = ",".join(map(str, [*([0] * (3 - len(place))), *place]))
    return Link(f"{up}{APP}?{urlencode(query, safe=',')}", text)
