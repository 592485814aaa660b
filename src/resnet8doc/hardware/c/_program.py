"""A program as it is being written."""

from dataclasses import dataclass

from ..memory import Steps
from ..network import identifiers
from ..vectors import plain_text
from ._interface import Fed, Given
from ._parameters import Parameters


@dataclass
class Program:
    """What all files of one program follow from.

    Attributes
    ----------
    steps
        What it computes.
    parameters
        Collects ``parameters.c``.
    inputs, outputs
        What it is fed, and what comes out.
    mixed
        Whether it has codes of both types.
    kind
        The one type otherwise.
    pixels
        Whether its input is uint8 pixels.
    classifies
        Whether its last output is one row of probabilities.
    weight_types
        The C type of weights.
    """

    steps: Steps
    parameters: Parameters
    inputs: list[Fed]
    outputs: list[Given]
    mixed: bool
    kind: str
    pixels: bool
    classifies: bool
    weight_types: dict[str, str]

    def __post_init__(self) -> None:
        """Give each tensor in memory a name for its place."""
        self._places = identifiers(step.output.name for step in self.steps.steps)

    def place(self, name: str) -> str:
        """Return the macro that says where a tensor lies."""
        return f"AT_{self._places[name].upper()}"

    def fed(self, name: str) -> Fed | None:
        """Return the input of that name."""
        return next((fed for fed in self.inputs if fed.kept.name == name), None)

    @staticmethod
    def said(name: str) -> str:
        """Return a name as it may stand in a comment or a string."""
        return plain_text(name)
