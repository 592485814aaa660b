"""A graph of integer operators as hardware sees it, and the first stage of each by itself."""

from ._accept import BOUNDARY, INTEGER, JOINS, KNOWN, LARGEST, MOVES, PAIRS, TABLES, joined
from ._accumulators import (
    accumulators,
    code_sums,
    fixed_factors,
    multipliers,
    output_zero_point,
    product_factor,
    reduce_mean_factor,
    window_sums,
)
from ._items import Feeds, Items
from ._layout import axis_names
from ._names import identifier, identifiers
from ._network import Network, Operation, Shape
from ._shapes import item_shape, with_shape
from ._window import Window, window

__all__ = [
    "BOUNDARY",
    "INTEGER",
    "JOINS",
    "KNOWN",
    "LARGEST",
    "MOVES",
    "PAIRS",
    "TABLES",
    "Feeds",
    "Items",
    "Network",
    "Operation",
    "Shape",
    "Window",
    "accumulators",
    "axis_names",
    "code_sums",
    "fixed_factors",
    "identifier",
    "identifiers",
    "item_shape",
    "joined",
    "multipliers",
    "output_zero_point",
    "product_factor",
    "reduce_mean_factor",
    "window",
    "window_sums",
    "with_shape",
]  # fmt: skip
