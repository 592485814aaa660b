"""A graph of integer operators as hardware sees it, and the first stage of each by itself."""

from ._accumulators import accumulators, multipliers, output_zero_point
from ._network import GLOBAL_POOLS, WEIGHTED, Network, Operation, Shape, channels_last, identifier

__all__ = [
    "GLOBAL_POOLS", "WEIGHTED", "Network", "Operation", "Shape", "accumulators", "channels_last", "identifier",
    "multipliers", "output_zero_point",
]  # fmt: skip
