"""One measured figure."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """A figure, what it is compared with, and what it is meant to reach.

    Attributes
    ----------
    name
        What was measured.
    measured
        With its unit: ``"0.21 s"``.
    peer
        What was measured beside it in the same run, with its unit; empty if nothing was.
    ratio
        Measured over peer, or None.
    target
        What it is meant to reach, in the same terms.
    reached
        Whether it did.
    """

    name: str
    measured: str
    peer: str
    ratio: float | None
    target: str
    reached: bool
