"""The test images as buttons."""

import numpy as np

from ...architecture import CLASSES
from ...markup import Markup, joined
from ...raster import data_uri
from ..model._assets import Gallery
from ._html import button, note

SHOWN = 60
SIZE = 48


def choose(gallery: Gallery, kind: str, name: str) -> list[int]:
    """Return the places in the gallery of images of a kind and a class.

    Parameters
    ----------
    gallery
        All of them.
    kind
        ``all``, ``right``, ``wrong`` or ``changed``.
    name
        A class, or ``all``.
    """
    return [
        number
        for number in range(len(gallery.labels))
        if kind in ("all", gallery.kind(number)) and name in ("all", CLASSES[int(gallery.labels[number])])
    ]


def label(gallery: Gallery, number: int) -> str:
    """Return what an image is called in the dropdown and read out: ``17 cat → dog, wrong``."""
    index, real, said = (int(a[number]) for a in (gallery.indices, gallery.labels, gallery.answer))
    return f"{index} {CLASSES[real]} → {CLASSES[said]}, {gallery.kind(number)}"


def gallery_html(gallery: Gallery, numbers: list[int], chosen: int | None, control: str) -> Markup:
    """Return images as buttons that set the dropdown of images.

    Parameters
    ----------
    gallery
        All of them.
    numbers
        Which to show; no more than `SHOWN` are.
    chosen
        The one that is chosen now.
    control
        Name of the dropdown.
    """
    shown = numbers[:SHOWN]
    if not shown:
        return note("No image of this kind and class.")
    sheet = data_uri(np.concatenate(gallery.images[shown], axis=1))
    sprites = joined(
        button(
            control, [label(gallery, number)], "", pressed=number == chosen, title=label(gallery, number),
            style=f"background-position:{-place * SIZE}px 0",
        )
        for place, number in enumerate(shown)
    )  # fmt: skip
    more = Markup("")
    if len(numbers) > len(shown):
        more = Markup("<p>{} of {} are shown; narrow them by class.</p>").format(len(shown), len(numbers))
    style = Markup("<style>.r8-sheet .r8-button{{background-image:url({});background-size:{}px {}px}}</style>").format(
        sheet, len(shown) * SIZE, SIZE
    )
    return Markup('{}<div class="r8-sheet" role="group" aria-label="Test images">{}</div>{}').format(
        style, sprites, more
    )
