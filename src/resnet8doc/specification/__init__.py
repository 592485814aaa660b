"""A specification of any network: a small site of its own, from disk, every number computed when it is written."""

from ._subject import Subject, open_subject
from ._write import write_specification

__all__ = ["Subject", "open_subject", "write_specification"]
