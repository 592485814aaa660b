"""From the specification to hardware and firmware: test vectors, C, pitfalls, a checker, buffers. numpy alone."""

from ._vectors import write_vectors

__all__ = ["write_vectors"]
