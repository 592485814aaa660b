"""CMSIS-NN's portable C, from a reader's own folder, against the engine: ``python -m resnet8doc.proof.cmsis``."""

from ._library import FUNCTIONS, Library, Source, open_source
from ._record import RECORD, read_record
from ._run import GENERATORS, compare, differing

__all__ = [
    "FUNCTIONS",
    "GENERATORS",
    "RECORD",
    "Library",
    "Source",
    "compare",
    "differing",
    "open_source",
    "read_record",
]
