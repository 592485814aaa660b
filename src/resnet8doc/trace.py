"""The arithmetic of one output element, written down: what the loops leave behind when they are asked to."""

from dataclasses import asdict, dataclass, field
from functools import cache
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Term:
    """One product of a sum of products.

    Attributes
    ----------
    tap
        Where in the kernel: ``(input channel, row, column)`` of a convolution, ``(k,)`` of a matrix product.
    x_index
        Index of the input element, or None where the kernel hangs over the edge (padding).
    x, w
        The stored codes.
    x_centred, w_centred
        The codes less their zero points: the operands of the multiplier.
    product
        ``x_centred * w_centred``.
    accumulator
        The sum so far, this product included.
    """

    tap: tuple[int, ...]
    x_index: tuple[int, ...] | None
    x: int
    x_centred: int
    w: int
    w_centred: int
    product: int
    accumulator: int


@dataclass(frozen=True)
class Step:
    """One operation after the sum.

    Attributes
    ----------
    name
        What the result is called: ``bias added``, ``scaled``.
    formula
        With these numbers in it: ``float32(1234) * 0.00345``.
    value
        The result; a Python int or float (a float32 exactly).
    dtype
        The type that holds it: ``int32``, ``float32``, ``int8``.
    """

    name: str
    formula: str
    value: int | float
    dtype: str


@dataclass
class Trace:
    """How one output element came about.

    Attributes
    ----------
    op_type
        ``QLinearConv``.
    index
        Of the output element: ``(n, channel, row, column)``.
    terms
        The products, in the order in which they are summed; empty for an operator that sums none.
    steps
        Everything after, in order; the last one is the output.

    Examples
    --------
    >>> trace = Trace("QuantizeLinear", (0,))
    >>> trace.step("divided", "0.75 / 0.5", np.float32(1.5))
    np.float32(1.5)
    >>> trace.step("rounded", "round_half_even(1.5)", 2, "int32"), trace.output
    (2, 2)
    >>> trace.to_dict()["steps"][0]
    {'name': 'divided', 'formula': '0.75 / 0.5', 'value': 1.5, 'dtype': 'float32'}
    """

    op_type: str
    index: tuple[int, ...]
    terms: list[Term] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)

    def step(self, name: str, formula: str, value: Any, dtype: str | None = None) -> Any:
        """Write one step down and hand its value through."""
        plain = value.item() if isinstance(value, (np.generic, np.ndarray)) else value
        self.steps.append(Step(name, formula, plain, dtype or _name(np.asarray(value).dtype)))
        return value

    @property
    def output(self) -> int | float:
        """The last step's value."""
        return self.steps[-1].value

    def value(self, name: str) -> int | float:
        """Return the value of the step of that name."""
        return next(step.value for step in self.steps if step.name == name)

    def to_dict(self) -> dict[str, Any]:
        """Return plain lists, numbers and strings, ready for JSON."""
        return asdict(self)


@cache
def _name(dtype: np.dtype[Any]) -> str:
    return str(dtype)  # numpy puts it together again each time
