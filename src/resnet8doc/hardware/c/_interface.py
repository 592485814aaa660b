"""What a program is fed and what comes out of it."""

from dataclasses import dataclass

import numpy as np

from ..memory import Kept, Steps
from ..network import Network, Operation, identifiers

BRIGHT = 128
"""A network whose codes stand for real numbers up to at least this one takes pixels of 0 to 255."""


def c_type(kind: str) -> str:
    """Return the C type of one number in memory: of a truth value a byte, 0 or 1.

    Examples
    --------
    >>> c_type("int8"), c_type("bool")
    ('int8_t', 'uint8_t')
    """
    return {"pixels": "uint8_t", "float32": "float", "bool": "uint8_t"}.get(kind, f"{kind}_t")


@dataclass(frozen=True)
class Fed:
    """One input of a program.

    Attributes
    ----------
    kind
        ``pixels`` (uint8, taken for real numbers), ``float32``, or codes, ``int8`` or ``uint8``.
    tensor
        The graph's input; in a program without real numbers, the tensor that its QuantizeLinear makes.
    kept
        Its layout.
    parameter
        The C parameter's name.
    """

    kind: str
    tensor: str
    kept: Kept
    parameter: str

    @property
    def count(self) -> int:
        """How many numbers it has."""
        return self.kept.bytes // np.dtype(self.kept.dtype).itemsize

    @property
    def bytes(self) -> int:
        """How many bytes the caller gives."""
        return self.count * (4 if self.kind == "float32" else 1)

    @property
    def c_type(self) -> str:
        """Of one number."""
        return c_type(self.kind)


@dataclass(frozen=True)
class Given:
    """One output of a program.

    Attributes
    ----------
    name
        What the program calls it.
    kept
        The tensor.
    parameter
        The C parameter's name.
    """

    name: str
    kept: Kept
    parameter: str


def takes_pixels(network: Network) -> bool:
    """Whether a network is fed one picture of 0 to 255: one input of rows and columns whose codes reach that far."""
    if len(network.graph.inputs) != 1:
        return False
    entry = network.graph.inputs[0]
    readers = quantizers(network, entry.name)
    if entry.dtype != "float32" or len(network.item(entry.name)) < 3 or not readers:
        return False
    return all(_reaches(network, reader) >= BRIGHT for reader in readers)


def _reaches(network: Network, operation: Operation) -> float:
    scale = np.asarray(network.parameter(operation, "y_scale"), np.float64)
    zero = network.parameter(operation, "y_zero_point")
    highest = np.iinfo(network.dtype(operation.output)).max
    return float(np.min((highest - np.asarray(0 if zero is None else zero, np.float64)) * scale))


def quantizers(network: Network, tensor: str) -> list[Operation]:
    """Return every QuantizeLinear that reads an input."""
    return [o for o in network.operations if o.op_type == "QuantizeLinear" and o.inputs == (tensor,)]


def inputs_of(steps: Steps, pixels: bool, integer: bool) -> list[Fed]:
    """Return a program's inputs."""
    network = steps.network
    found: list[tuple[str, str, Kept]] = []
    by_output = {step.output.name: step.output for step in steps.steps}
    for name, kept in steps.fed.items():
        if kept.dtype != "float32":
            found.append((kept.dtype, name, kept))
        elif pixels or not integer:
            found.append(("pixels" if pixels else "float32", name, kept))
        else:
            made = [by_output[o.output] for o in quantizers(network, name)]
            found += [(codes.dtype, codes.tensor, codes) for codes in made]
    names = identifiers(name for _, name, _ in found)
    alone = len(found) == 1 and pixels
    return [Fed(kind, name, kept, "image" if alone else f"in_{names[name]}") for kind, name, kept in found]


def outputs_of(steps: Steps) -> list[Given]:
    """Return a program's outputs: of a classifier that ends in a softmax also the logits."""
    logits = classifier(steps)
    if logits is not None:
        (probabilities,) = steps.outputs.values()
        return [Given("logit", logits, "logits"), Given("probability", probabilities, "probabilities")]
    unique = {kept.name: kept for kept in steps.outputs.values()}
    names = identifiers(unique)
    return [Given(name, kept, f"out_{names[name]}") for name, kept in unique.items()]


def classifier(steps: Steps) -> Kept | None:
    """Return what the softmax at the end of a network reads, if its one output is one row of probabilities."""
    if len(steps.outputs) != 1:
        return None
    (kept,) = steps.outputs.values()
    for step in steps.steps:
        if step.output.name == kept.name and step.operation is not None and step.operation.op_type == "QLinearSoftmax":
            logits = step.reads["X"].kept
            row = step.output.bytes == step.output.shape[-1] and logits is not None and not logits.fed
            return logits if row else None
    return None
