"""One operator with small inputs, and what each arithmetic makes of them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from ..arithmetic import Array, Runtime
from ..ops import OPERATORS, Operator

FED = {"QLinearConv": ("x",), "QGemm": ("A",), "QLinearAdd": ("A", "B"), "QLinearAveragePool": ("X",),
       "QLinearSoftmax": ("X",), "QuantizeLinear": ("x",)}  # fmt: skip
"""The inputs of each operator that are fed; the others are parameters."""


@dataclass(frozen=True)
class Probe:
    """One operator with its inputs.

    Attributes
    ----------
    name
        Short, unique in a set: ``conv_3``.
    op_type
        ``QLinearConv``.
    inputs
        Arrays by formal name.
    attributes
        By name.
    """

    name: str
    op_type: str
    inputs: Mapping[str, Array]
    attributes: Mapping[str, Any]

    @cached_property
    def operator(self) -> Operator:
        """The operator's record."""
        return next(record for record in OPERATORS.values() if record.op_type == self.op_type)

    @property
    def fed(self) -> tuple[str, ...]:
        """The formal names of the inputs that are fed."""
        return FED[self.op_type]

    @property
    def expressible_in_tflite(self) -> bool:
        """Whether a TensorFlow Lite file can hold it: int8 codes, weights without zero point."""
        fed = self.inputs[self.fed[0]]
        return fed.dtype in (np.dtype(np.int8), np.dtype(np.float32))

    @property
    def bytes(self) -> int:
        """How many bytes are fed and stored: codes, weights, biases; scales and zero points are not counted."""
        names = [n for n in self.inputs if not n.lower().endswith(("scale", "zero_point"))]
        return sum(self.inputs[name].nbytes for name in names)

    def output(self, runtime: Runtime) -> Array:
        """Return what an arithmetic makes of it; faults that the operator cannot have are left out."""
        limited = runtime.limited_to(self.op_type, self.operator.parts)
        return np.asarray(self.operator.function(**self.inputs, **self.attributes, runtime=limited))

    def named(self, name: str) -> "Probe":
        """Return it under another name."""
        return replace(self, name=name)

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain lists, ready for JSON."""
        return {
            "name": self.name, "op_type": self.op_type, "attributes": dict(self.attributes),
            "inputs": {name: {"dtype": str(v.dtype), "data": v.tolist()} for name, v in self.inputs.items()},
        }  # fmt: skip

    @classmethod
    def from_dict(cls, entry: Mapping[str, Any]) -> "Probe":
        """Return what :meth:`to_dict` wrote.

        Examples
        --------
        >>> zero = np.int8(0)
        >>> given = {"x": np.array([0.5, 1.5], np.float32), "y_scale": np.float32(1), "y_zero_point": zero}
        >>> probe = Probe("q", "QuantizeLinear", given, {})
        >>> from resnet8doc.runtimes import RUNTIMES
        >>> Probe.from_dict(probe.to_dict()).output(RUNTIMES["onnxruntime_x86"])
        array([0, 2], dtype=int8)
        """
        inputs = {name: np.array(value["data"], value["dtype"]) for name, value in entry["inputs"].items()}
        return cls(entry["name"], entry["op_type"], inputs, dict(entry["attributes"]))
