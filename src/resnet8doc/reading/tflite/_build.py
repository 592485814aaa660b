"""Nodes and stored tensors of an extraction, collected while a TensorFlow Lite file is gone through."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from ...errors import UserError
from . import _int16
from ._file import File, Operation, Tensor
from ._names import Name, names, unique

Array = npt.NDArray[Any]
Shape = list[int | str | None]

TO_CHANNELS_FIRST, TO_CHANNELS_LAST = (0, 3, 1, 2), (0, 2, 3, 1)
CODES = ("int8", "uint8")
"""Types of activations and weights that are known; uint8 is what quantization-aware training in TensorFlow 1 gave."""

FULL_INTEGER = "Convert it by full integer quantization: int8 weights and activations."

TURNS = "QUANTIZE"
"""The operator that turns codes of one type into those of the other."""

SIGNED_ONLY = frozenset({
    "ABS", "BATCH_MATMUL", "ELU", "EXP", "NEG", "RSQRT", "SQRT", "SQUARED_DIFFERENCE",
})  # fmt: skip
"""Operators that no kernel set has for uint8."""


@dataclass(frozen=True)
class Value:
    """A tensor as the engine has it: its name, type and shape (``[N, C, H, W]`` where the file has four axes)."""

    name: str
    dtype: str
    shape: Shape


@dataclass
class Build:
    """What is read so far.

    Attributes
    ----------
    nodes, stored
        As the extraction's JSON and ``.npz`` hold them.
    values
        The engine's tensor for each tensor of the file that is fed or computed.
    folded
        What follows from shapes and was computed while the file was read.
    """

    file: File
    nodes: list[dict[str, Any]] = field(default_factory=list)
    stored: dict[str, Array] = field(default_factory=dict)
    values: dict[int, Value] = field(default_factory=dict)
    folded: dict[int, Array] = field(default_factory=dict)
    names: dict[int, Name] = field(init=False)

    def __post_init__(self) -> None:
        """Give every operator its name."""
        self.names = names(self.file)

    # What the file says.

    def tensor(self, op: Operation, position: int) -> Tensor:
        """Return an operator's input; a missing one is said."""
        if position >= len(op.inputs) or op.inputs[position] < 0:
            raise UserError(
                f"{self.where(op)} has no input {position}", "all of its inputs", "Convert the model again."
            )
        return self.file.tensors[op.inputs[position]]

    def optional(self, op: Operation, position: int) -> Tensor | None:
        """Return an operator's input, or None where it is left out."""
        left_out = position >= len(op.inputs) or op.inputs[position] < 0
        return None if left_out else self.file.tensors[op.inputs[position]]

    def output(self, op: Operation) -> Tensor:
        """Return the one tensor that an operator makes."""
        if len(op.outputs) != 1:
            raise UserError(f"{self.where(op)} has {len(op.outputs)} outputs", "one", "Export the model without it.")
        return self.file.tensors[op.outputs[0]]

    def where(self, op: Operation) -> str:
        """Say which operator is meant."""
        made = self.file.tensors[op.outputs[0]].name if op.outputs else "nothing"
        return f"operator {op.index} ({op.kind}, makes {made})"

    def codes(self, op: Operation, tensor: Tensor, known: Sequence[str] = CODES) -> Tensor:
        """Check that a tensor holds codes of one scale, of the types that are known."""
        if tensor.dtype not in known and not _int16.is_read(op, tensor):
            raise UserError(f"{self.where(op)}: {tensor.name} is {tensor.dtype}", " or ".join(known), FULL_INTEGER)
        if tensor.dtype == "uint8" and op.kind in SIGNED_ONLY:
            raise UserError(
                f"{self.where(op)}: {tensor.name} is uint8, and no kernels of TensorFlow Lite have {op.kind} of it",
                "int8", FULL_INTEGER,
            )  # fmt: skip
        if tensor.scale is None or tensor.zero_point is None:
            raise UserError(f"{self.where(op)}: {tensor.name} has no scale", "a scale and a zero point", FULL_INTEGER)
        if len(tensor.scale) != 1:
            raise UserError(
                f"{self.where(op)}: {tensor.name} has {len(tensor.scale)} scales", "one for all of an activation",
                "Convert the model again.",
            )  # fmt: skip
        if tensor.dtype == _int16.KIND:
            _int16.refuse_zero_point(self.where(op), tensor)
        return tensor

    def refuse_two_types(self, op: Operation) -> None:
        """Refuse codes of both types in one operator: only QUANTIZE turns one into the other."""
        named = [self.file.tensors[index] for index in (*op.inputs, *op.outputs) if index >= 0]
        both = {tensor.dtype: tensor.name for tensor in named if tensor.dtype in CODES}
        if len(both) > 1 and op.kind != TURNS:
            listed = " and ".join(f"{name} is {dtype}" for dtype, name in sorted(both.items()))
            raise UserError(
                f"{self.where(op)}: {listed}", "one type of codes in one operator", "Put a QUANTIZE between the two."
            )

    def constant(self, op: Operation, tensor: Tensor) -> Array:
        """Return the numbers of a tensor that must be stored, or follow from shapes."""
        known = self.known(tensor.index)
        if known is None:
            raise UserError(
                f"{self.where(op)}: {tensor.name} is computed", "a stored tensor", "Export it as a constant."
            )
        return known

    def known(self, index: int) -> Array | None:
        """Return the numbers of a tensor that is stored or follows from shapes, else None."""
        return self.folded.get(index, self.file.tensors[index].data) if index >= 0 else None

    def value(self, op: Operation, tensor: Tensor) -> Value:
        """Return the engine's tensor of what an operator reads; a stored one is stored on the way."""
        if tensor.index in self.values:
            return self.values[tensor.index]
        data = self.constant(op, tensor)
        if data.ndim == 4:
            data = data.transpose(TO_CHANNELS_FIRST)
        name = self.store(tensor.name, data)
        self.values[tensor.index] = Value(name, str(data.dtype), list(data.shape))
        return self.values[tensor.index]

    # What the extraction gets.

    def store(self, name: str, array: Array) -> str:
        """Store a tensor; the same name twice must mean the same numbers, else the second is called otherwise."""
        array = np.asarray(array, order="C")
        chosen = name
        while chosen in self.stored and not _same(self.stored[chosen], array):
            chosen += "_"
        self.stored[chosen] = array
        return chosen

    def quantization(self, tensor: Tensor) -> tuple[str, str]:
        """Store an activation's scale and zero point; return their names."""
        given = self.names.get(tensor.index)
        base = given.scale if given else tensor.name
        return (
            self.store(f"{base}_scale", np.asarray(only(tensor.scale), np.float32)),
            self.store(f"{base}_zero_point", np.asarray(only(tensor.zero_point), tensor.dtype)),
        )

    def node(
        self, name: str, layer: str, op_type: str, domain: str, inputs: Sequence[tuple[str, str]],
        attributes: Mapping[str, Any], formal: str, made: Value, second: tuple[str, Value] | None = None,
    ) -> Value:  # fmt: skip
        """Add a node; ``inputs`` are formal names and tensors, positions follow from `FORMALS`.

        ``second`` is the formal name of a second output, and what it is.
        """
        known = FORMALS[op_type]
        entries = []
        for position, (given, tensor) in enumerate(inputs):
            entry: dict[str, Any] = {
                "index": position if len(known) == 1 or given == VARIADIC else known.index(given), "formal": given,
                "tensor": tensor,
                "initializer": tensor in self.stored,
            }  # fmt: skip
            if tensor in self.stored:
                array = self.stored[tensor]
                entry |= {"dtype": str(array.dtype), "shape": list(array.shape)}
                if given.endswith(("scale", "zero_point")):
                    entry["value"] = array.tolist()
            else:
                source = next(value for value in self._known() if value.name == tensor)
                entry |= {"dtype": source.dtype, "shape": source.shape}
            entries.append(entry)
        kinds = {entry["dtype"] for entry in entries if not entry["initializer"]} | {made.dtype}
        op_type, domain = _int16.named(op_type, domain, kinds)
        taken = {node["name"] for node in self.nodes}
        self.nodes.append({
            "index": len(self.nodes), "name": unique(name, len(self.nodes), taken), "op_type": op_type,
            "domain": domain, "since_version": SINCE.get(op_type, 1), "layer": layer, "attributes": dict(attributes),
            "inputs": entries,
            "outputs": [
                {"index": index, "formal": called, "tensor": value.name, "dtype": value.dtype, "shape": value.shape}
                for index, (called, value) in enumerate(((formal, made), *((second,) if second else ())))
            ],
        })  # fmt: skip
        return made

    def _known(self) -> list[Value]:
        made = [
            Value(output["tensor"], output["dtype"], output["shape"])
            for node in self.nodes
            for output in node["outputs"]
        ]
        return [*self.values.values(), *self.inputs.values(), *made]

    inputs: dict[int, Value] = field(default_factory=dict)
    """The graph's inputs as they are fed: ``[N, H, W, C]`` where they have four axes."""

    def made(self, tensor: Tensor, name: str | None = None) -> Value:
        """Describe the engine's tensor for an operator's output."""
        given = self.names.get(tensor.index)
        return Value(name or (given.tensor if given else tensor.name), tensor.dtype, shape_of(tensor))

    def transposed(self, value: Value, order: tuple[int, ...], name: str, layer: str) -> Value:
        """Add a Transpose."""
        made = Value(name, value.dtype, [value.shape[axis] for axis in order])
        return self.node(
            name, layer, "Transpose", "", [("data", value.name)], {"perm": list(order)}, "transposed", made
        )


def shape_of(tensor: Tensor) -> Shape:
    """Return a tensor's shape in the engine: channels first, a free first axis by the name ``batch``.

    A free axis that is longer than one at a batch of one is a multiple of the batch, and has no name.
    """
    shape: Shape = list(tensor.shape)
    if tensor.free and shape:
        shape[0] = "batch" if shape[0] == 1 else None
    return [shape[axis] for axis in TO_CHANNELS_FIRST] if len(shape) == 4 else shape


def only(values: Array | None) -> Any:
    """Return the one scale or zero point of a tensor that `Build.codes` has checked."""
    assert values is not None  # checked by `Build.codes`
    return values[0]


def _same(one: Array, other: Array) -> bool:
    return one.dtype == other.dtype and np.array_equal(one, other, equal_nan=one.dtype.kind == "f")


_BINARY = (
    "A", "A_scale", "A_zero_point", "B", "B_scale", "B_zero_point", "C_scale", "C_zero_point",
)  # fmt: skip
_UNARY = ("X", "X_scale", "X_zero_point", "Y_scale", "Y_zero_point")
_OWN_UNARY = ("x", "x_scale", "x_zero_point", "y_scale", "y_zero_point")
_POOL = ("X", "x_scale", "x_zero_point", "y_scale", "y_zero_point")

COMPARISONS = ("LESS", "LESS_EQUAL", "GREATER", "GREATER_EQUAL", "EQUAL", "NOT_EQUAL")
"""Operators that make truth values of two tensors of codes."""

VARIADIC = "inputs"
"""The formal name of inputs of any number, the last of an operator."""

FORMALS: dict[str, tuple[str, ...]] = {
    "QuantizeLinear": ("x", "y_scale", "y_zero_point"),
    "DequantizeLinear": ("x", "x_scale", "x_zero_point"),
    **dict.fromkeys(
        ("QLinearConv", "TRANSPOSE_CONV"),
        ("x", "x_scale", "x_zero_point", "w", "w_scale", "w_zero_point", "y_scale", "y_zero_point", "B"),
    ),
    "QGemm": ("A", "a_scale", "a_zero_point", "B", "b_scale", "b_zero_point", "C", "y_scale", "y_zero_point"),
    "QLinearMatMul": ("a", "a_scale", "a_zero_point", "b", "b_scale", "b_zero_point", "y_scale", "y_zero_point"),
    "QLinearAdd": _BINARY,
    "QLinearMul": _BINARY,
    **dict.fromkeys(("SUB", "PRELU", "SQUARED_DIFFERENCE", "DIV"), _BINARY),
    **dict.fromkeys(COMPARISONS, _BINARY[:6]),
    "Where": ("condition", "X", "Y"),
    "QLinearAveragePool": _POOL,
    **dict.fromkeys(
        ("QLinearReduceMean", "SUM"),
        ("data", "data_scale", "data_zero_point", "reduced_scale", "reduced_zero_point"),
    ),
    "QLinearSoftmax": ("X", "X_scale", "x_zero_point", "y_scale", "y_zero_point"),
    "QLinearSigmoid": _UNARY,
    "QLinearLeakyRelu": _UNARY,
    **dict.fromkeys(("QUANTIZE", "RELU", "RELU6", "TANH", "HARD_SWISH", "LOG_SOFTMAX", "L2_NORMALIZATION"), _OWN_UNARY),
    **dict.fromkeys(("ABS", "NEG", "EXP", "ELU", "GELU", "SQRT", "RSQRT"), _OWN_UNARY),
    "SPACE_TO_BATCH_ND": ("x", "x_scale", "x_zero_point", "block_shape", "paddings"),
    "RESIZE_BILINEAR": ("x", "x_scale", "x_zero_point", "sizes"),
    "MaxPool": ("X",),
    "Clip": ("input", "min", "max"),
    "Concat": (VARIADIC,),
    "QLinearConcat": ("Y_scale", "Y_zero_point", VARIADIC),
    "Pad": ("data", "pads", "constant_value"),
    "Reshape": ("data", "shape"),
    "Transpose": ("data",),
    "Slice": ("data", "starts", "ends", "axes", "steps"),
    "Tile": ("input", "repeats"),
    "Gather": ("data", "indices"),
    "DepthToSpace": ("input",),
    "SpaceToDepth": ("input",),
    "Max": ("data_0",),
    "Min": ("data_0",),
    "ReduceMax": ("data", "axes"),
    "ReduceMin": ("data", "axes"),
    "ArgMax": ("data",),
    "ArgMin": ("data",),
    "Cast": ("input",),
    "GatherND": ("data", "indices"),
    "ScatterND": ("data", "indices", "updates"),
    "TopK": ("X", "K"),
    "Expand": ("input", "shape"),
    "Resize": ("X", "roi", "scales", "sizes"),
}
FORMALS |= {own: FORMALS[theirs] for theirs, own in _int16.COMPUTED.items()}
"""The formal names of the inputs, in the standards' order, of all that a TensorFlow Lite file is translated to."""

SINCE = dict.fromkeys(FORMALS, 1) | {
    "QuantizeLinear": 21, "DequantizeLinear": 21, "QLinearConv": 10, "QLinearMatMul": 21, "MaxPool": 12, "Clip": 13,
    "Concat": 13, "Pad": 21,
    "Reshape": 21, "Transpose": 21, "Slice": 13, "Tile": 13, "Gather": 13, "DepthToSpace": 13, "SpaceToDepth": 13,
    "Max": 13, "Min": 13, "ReduceMax": 20, "ReduceMin": 20, "Resize": 19, "Where": 16, "ArgMax": 13, "ArgMin": 13,
    "Cast": 21, "GatherND": 13, "ScatterND": 18, "TopK": 11, "Expand": 13,
}  # fmt: skip
"""The opset of the meaning that each has at `OPSET`; ONNX Runtime's and TensorFlow Lite's own have one version."""
