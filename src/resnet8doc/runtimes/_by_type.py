"""Operators whose kernels for uint8 have another formula than those for int8."""

from typing import Any

import numpy as np

from ..arithmetic import Array, Functions, Runtime
from ..trace import Trace


def by_type(signed: Functions, unsigned: Functions) -> Functions:
    """Return an operator that is computed by the type of its first input."""

    def chosen(inputs: tuple[Any, ...], named: dict[str, Any]) -> Functions:
        first = inputs[0] if inputs else next(named[name] for name in ("x", "X", "data") if name in named)
        return unsigned if np.asarray(first).dtype == np.uint8 else signed

    def function(*inputs: Any, runtime: Runtime, **named: Any) -> Array:
        return np.asarray(chosen(inputs, named).function(*inputs, runtime=runtime, **named))

    def element(index: tuple[int, ...], *inputs: Any, runtime: Runtime, **named: Any) -> Trace:
        return chosen(inputs, named).element(index, *inputs, runtime=runtime, **named)

    return Functions(function, element, signed.parts)
