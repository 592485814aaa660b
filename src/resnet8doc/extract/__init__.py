"""A model's parameters and structure in one open format: JSON to read, ``.npz`` to compute with."""

from ._extract import extract, load, pack, read_fused, read_operations
from ._fuse import HOW, How, fuse, settings
from ._own_runtime import own_runtime
from ._real import Real, is_real, real_tensors
from ._schema import schema, validate

__all__ = [
    "HOW",
    "How",
    "Real",
    "extract",
    "fuse",
    "is_real",
    "load",
    "own_runtime",
    "pack",
    "read_fused",
    "read_operations",
    "real_tensors",
    "schema",
    "settings",
    "validate",
]
