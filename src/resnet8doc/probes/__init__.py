"""Probes: a few bytes that tell every known arithmetic from every other, and the mistakes too.

Feed them to a device, and :func:`identify` says which arithmetic gives its bytes. Each probe is one operator with
small inputs, found by search (:func:`search`) so that the outputs of any two candidates differ somewhere, where they
can differ at all.
"""

from ._candidates import Candidate, candidates
from ._identify import Identification, Match, identify, read_outputs
from ._load import SAME, probes, record
from ._probe import Probe
from ._search import search, together
from ._write import FORMATS, onnx_model, write

__all__ = [
    "FORMATS", "SAME", "Candidate", "Identification", "Match", "Probe", "candidates", "identify", "onnx_model",
    "probes", "read_outputs", "record", "search", "together", "write",
]  # fmt: skip
