"""From the specification to hardware and firmware: test vectors, C, pitfalls, a checker, buffers. numpy alone."""

from ._buffers import Buffer, Plan, buffers, costs
from ._check import Cause, Checker, Finding, Report, check
from ._confusion import confusion
from ._faults import FAULTS, OTHERS, PITFALLS, Pitfall
from ._formats import FORMATS
from ._outputs import as_outputs, read_hex, read_outputs
from ._pitfalls import picture, pitfalls
from ._rounding import MODES, SHIFTS, rounding, truth_table
from ._study import study
from ._vectors import CREDIT, write_vectors

__all__ = [
    "CREDIT", "FAULTS", "FORMATS", "MODES", "OTHERS", "PITFALLS", "SHIFTS", "Buffer", "Cause", "Checker", "Finding",
    "Pitfall", "Plan", "Report", "as_outputs", "buffers", "check", "confusion", "costs", "picture", "pitfalls",
    "read_hex", "read_outputs", "rounding", "study", "truth_table", "write_vectors",
]  # fmt: skip
