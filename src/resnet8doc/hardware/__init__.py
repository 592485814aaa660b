"""From the specification to hardware and firmware: test vectors, C, pitfalls, a checker, buffers. numpy alone."""

from .checker import (
    FAULTS,
    OTHERS,
    PITFALLS,
    Cause,
    Checker,
    Finding,
    Pitfall,
    Report,
    as_outputs,
    check,
    read_outputs,
)
from .memory import Buffer, Plan, buffers, costs
from .network import Network, with_shape
from .studies import MODES, SHIFTS, confusion, picture, pitfalls, rounding, study, truth_table
from .vectors import CREDIT, FORMATS, runtime_of_vectors, write_vectors

__all__ = [
    "CREDIT", "FAULTS", "FORMATS", "MODES", "OTHERS", "PITFALLS", "SHIFTS", "Buffer", "Cause", "Checker", "Finding",
    "Network", "Pitfall", "Plan", "Report", "as_outputs", "buffers", "check", "confusion", "costs", "picture",
    "pitfalls", "read_outputs", "rounding", "runtime_of_vectors", "study", "truth_table", "with_shape",
    "write_vectors",
]  # fmt: skip
