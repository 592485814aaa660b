"""What becomes of a network when something is done otherwise: pitfalls, roundings; how well they can be told apart."""

from ._confusion import confusion
from ._pitfalls import picture, pitfalls
from ._rounding import MODES, SHIFTS, rounding, truth_table
from ._study import study

__all__ = ["MODES", "SHIFTS", "confusion", "picture", "pitfalls", "rounding", "study", "truth_table"]
