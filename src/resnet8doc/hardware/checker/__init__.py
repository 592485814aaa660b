"""A user's own outputs against the specification, and the mistakes that it knows."""

from ._check import Cause, Checker, Finding, Report, check
from ._faults import FAULTS, OTHERS, PITFALLS, Pitfall
from ._outputs import Layout, as_outputs, read_outputs

__all__ = [
    "FAULTS", "OTHERS", "PITFALLS", "Cause", "Checker", "Finding", "Layout", "Pitfall", "Report", "as_outputs", "check",
    "read_outputs",
]  # fmt: skip
