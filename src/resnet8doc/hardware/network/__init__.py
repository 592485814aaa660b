"""A graph of integer operators as hardware sees it, and the first stage of each by itself."""

from ._accept import (
    BOUNDARY,
    CONVOLUTIONS,
    EXTREMES,
    INTEGER,
    JOINS,
    KNOWN,
    LARGEST,
    MOVES,
    PAIRS,
    REDUCED_EXTREMES,
    REDUCTIONS,
    SOFTMAXES,
    TABLES,
    joined,
    reduced_axes,
)
from ._accumulators import (
    accumulators,
    code_sums,
    factors_of_pair,
    fixed_factors,
    multipliers,
    output_zero_point,
    product_factor,
    reduce_mean_factor,
    sum_factor,
    window_sums,
)
from ._items import Feeds, Items
from ._layout import POOLS, axis_names
from ._names import identifier, identifiers
from ._network import Network, Operation, Shape
from ._shapes import item_shape, with_shape
from ._window import Window, window

__all__ = [
    "BOUNDARY",
    "CONVOLUTIONS",
    "EXTREMES",
    "INTEGER",
    "JOINS",
    "KNOWN",
    "LARGEST",
    "MOVES",
    "PAIRS",
    "POOLS",
    "REDUCED_EXTREMES",
    "REDUCTIONS",
    "SOFTMAXES",
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
    "factors_of_pair",
    "fixed_factors",
    "identifier",
    "identifiers",
    "item_shape",
    "joined",
    "multipliers",
    "output_zero_point",
    "product_factor",
    "reduce_mean_factor",
    "reduced_axes",
    "sum_factor",
    "window",
    "window_sums",
    "with_shape",
]  # fmt: skip
