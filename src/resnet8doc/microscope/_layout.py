"""Where the parts of the drawing stand: on a page of its own, or beside another one."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Layout:
    """Places and sizes, in units of the drawing.

    Attributes
    ----------
    width, right
        Of the drawing, and where its content ends.
    first
        The line on which the first head stands where there are no maps.
    maps_top, side
        The maps' upper edge, and the side of each.
    lefts
        Of field, kernel and products, where no map of the input stands before them.
    beside_input
        The same where one does; empty for a drawing that leaves it out.
    walk_top, walk_height, labels
        The walk's head, the height of its bars, and how many labels stand beneath.
    bottom
        Where what follows the walk begins.
    line_y
        From the number line's head to its axis.
    tie_y
        From that axis to the word on the tie.
    walls_left, walls_down, walls_y
        The walls' left edge, how far below the number line they begin, and from their head to their axis.
    line_width
        Of both axes.
    height
        Of all that follows the walk.
    short
        Heads that are said in fewer words, and no title: what stands beside says it.
    """

    width: int
    right: int
    first: int
    maps_top: int
    side: int
    lefts: tuple[float, float, float]
    beside_input: tuple[float, ...]
    walk_top: int
    walk_height: int
    labels: int
    bottom: int
    line_y: int
    tie_y: int
    walls_left: int
    walls_down: int
    walls_y: int
    line_width: int
    height: int
    short: bool


WIDE = Layout(
    width=700, right=692, first=62, maps_top=62, side=126, lefts=(0.0, 283.0, 566.0),
    beside_input=(196.0, 381.0, 566.0), walk_top=228, walk_height=70, labels=24, bottom=358, line_y=66, tie_y=40,
    walls_left=380, walls_down=0, walls_y=58, line_width=312, height=110, short=False,
)  # fmt: skip
NARROW = Layout(
    width=340, right=336, first=12, maps_top=20, side=92, lefts=(0.0, 122.0, 244.0), beside_input=(),
    walk_top=148, walk_height=40, labels=16, bottom=242, line_y=48, tie_y=34, walls_left=0, walls_down=92, walls_y=46,
    line_width=312, height=184, short=True,
)  # fmt: skip
"""Two of these fit beside each other; the input's map is left out, for both have the same field of it."""
