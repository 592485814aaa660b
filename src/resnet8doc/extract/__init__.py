"""A model's parameters and structure in one open format: JSON to read, ``.npz`` to compute with."""

from ._extract import extract, load, read_operations
from ._schema import schema, validate

__all__ = ["extract", "load", "read_operations", "schema", "validate"]
