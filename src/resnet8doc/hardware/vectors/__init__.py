"""Test vectors: what each operator reads and makes, as files."""

from ._formats import C_TYPES, FORMATS, c_float, c_numbers, plain_text
from ._vector import Tensor, Vector, vector
from ._write import CREDIT, runtime_of_vectors, write_vectors

__all__ = [
    "CREDIT", "C_TYPES", "FORMATS", "Tensor", "Vector", "c_float", "c_numbers", "plain_text",
    "runtime_of_vectors", "vector", "write_vectors",
]  # fmt: skip
