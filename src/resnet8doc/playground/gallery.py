"""The test images as buttons."""

import numpy as np

from ..architecture import CLASSES
from .assets import Gallery
from .html import button, text
from .png import data_uri

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


def gallery_html(gallery: Gallery, numbers: list[int], chosen: int | None, control: str) -> str:
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
        return '<p class="r8-note">No image of this kind and class.</p>'
    sheet = data_uri(np.concatenate(gallery.images[shown], axis=1))
    sprites = "".join(
        button(
            control, [label(gallery, number)], "", pressed=number == chosen, title=label(gallery, number),
            style=f"background-position:{-place * SIZE}px 0",
        )
        for place, number in enumerate(shown)
    )  # fmt: skip
    more = (
        f"<p>{text(len(shown))} of {text(len(numbers))} are shown; narrow them by class.</p>"
        if len(numbers) > len(shown)
        else ""
    )
    size = f"{len(shown) * SIZE}px {SIZE}px"
    style = f"<style>.r8-sheet .r8-button{{background-image:url({sheet});background-size:{size}}}</style>"
    return f'{style}<div class="r8-sheet" role="group" aria-label="Test images">{sprites}</div>{more}'
