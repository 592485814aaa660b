"""What the hardware tools take, and what they say of the rest: by name, with what would help."""

from collections.abc import Mapping, Set
from typing import Any

import numpy.typing as npt

from ...errors import UserError
from ...graph import Graph, Node, operator_of

Array = npt.NDArray[Any]
Shape = tuple[int, ...]
Described = Mapping[str, tuple[Shape, str]]

MOVES = (
    "Reshape", "Flatten", "Squeeze", "Unsqueeze", "Transpose", "Identity", "Slice", "Split", "Gather", "Expand", "Tile",
    "DepthToSpace", "SpaceToDepth",
)  # fmt: skip
"""Operators of one tensor whose every number is one of its numbers: another shape, another order, or a part."""

PARTS = ("Slice", "Split", "Gather", "Expand", "Tile")
"""Those of them that leave numbers out or repeat them."""

PAIRS = ("QLinearAdd", "QLinearMul", "SUB")
"""Operators that make a code of two, number by number."""

LARGEST = ("MaxPool", "GlobalMaxPool")
"""The largest code of a window."""

JOINS = ("Pad", "QLinearConcat", "Concat")
"""Operators that put numbers into a larger tensor, with a border or one tensor behind another."""

CARRIED = ("Clip", *LARGEST, "Pad", "Concat")
"""Operators that work on codes where they are given codes: on real numbers they have the same name."""

TABLES = ("QLinearSigmoid", "QLinearLeakyRelu", "QUANTIZE", "RELU", "Clip")
"""Operators that make a code of a code, each by itself: a table of 256 says all of it."""

INTEGER = (
    "QLinearConv", "QLinearMatMul", "QGemm", *PAIRS, "QLinearAveragePool", "QLinearGlobalAveragePool",
    "QLinearReduceMean", "QLinearSoftmax", *TABLES, *LARGEST, *JOINS,
)  # fmt: skip
IMAGES = ("QLinearConv", "QLinearAveragePool", "QLinearGlobalAveragePool")
BOUNDARY = ("QuantizeLinear", "DequantizeLinear")
KNOWN = (*BOUNDARY, *INTEGER, *MOVES)
CODES = ("int8", "uint8")

STORED = {
    "QLinearConv": ("x_scale", "x_zero_point", "w", "w_scale", "w_zero_point", "y_scale", "y_zero_point", "B"),
    "QLinearMatMul": ("a_scale", "a_zero_point", "b_scale", "b_zero_point", "y_scale", "y_zero_point"),
    "QGemm": ("a_scale", "a_zero_point", "b_scale", "b_zero_point", "C", "y_scale", "y_zero_point"),
    **dict.fromkeys(PAIRS, ("A_scale", "A_zero_point", "B_scale", "B_zero_point", "C_scale", "C_zero_point")),
    "QLinearAveragePool": ("x_scale", "x_zero_point", "y_scale", "y_zero_point"),
    "QLinearGlobalAveragePool": ("x_scale", "x_zero_point", "y_scale", "y_zero_point"),
    "QLinearSoftmax": ("X_scale", "x_zero_point", "y_scale", "y_zero_point"),
    "QLinearSigmoid": ("X_scale", "X_zero_point", "Y_scale", "Y_zero_point"),
    "QLinearLeakyRelu": ("X_scale", "X_zero_point", "Y_scale", "Y_zero_point"),
    "QUANTIZE": ("x_scale", "x_zero_point", "y_scale", "y_zero_point"),
    "RELU": ("x_scale", "x_zero_point", "y_scale", "y_zero_point"), "Clip": ("min", "max"),
    "QuantizeLinear": ("y_scale", "y_zero_point"),
    "DequantizeLinear": ("x_scale", "x_zero_point"),
    "QLinearReduceMean": ("data_scale", "data_zero_point", "reduced_scale", "reduced_zero_point"),
    "QLinearConcat": ("Y_scale", "Y_zero_point"), "Pad": ("pads", "constant_value", "axes"),
    "Reshape": ("shape",), "Squeeze": ("axes",), "Unsqueeze": ("axes",), "Slice": ("starts", "ends", "axes", "steps"),
    "Split": ("split",), "Gather": ("indices",), "Expand": ("shape",), "Tile": ("repeats",),
}  # fmt: skip
"""Inputs that must be stored numbers: hardware holds them as constants."""

QUANTIZE = "onnxruntime.quantization.quantize_static(..., quant_format=QuantFormat.QOperator)"


def check_format(graph: Graph) -> None:
    """Refuse a model that has no integer operators.

    Raises
    ------
    UserError
        Saying how to get one that has.
    """
    if graph.format == "QOperator":
        return
    how = {
        "QDQ": f"Quantize the float model in the other format: {QUANTIZE}.",
        "float": f"Quantize it: {QUANTIZE}.",
    }.get(graph.format, "Name a model of integer operators.")
    raise UserError(
        f"{graph.name} is a model of format {graph.format or 'unknown'}", "one of integer operators (QOperator)", how
    )


def joined(node: Node) -> tuple[str, ...]:
    """Return the tensors that a Concat or QLinearConcat puts one behind the other.

    Examples
    --------
    >>> from resnet8doc.graph import Input
    >>> inputs = (Input("inputs", "x", False), Input("inputs", "x_scale", True), Input("inputs", "x_zero", True))
    >>> joined(Node("n", "QLinearConcat", "com.microsoft", "n", inputs, ("y",), {"axis": 1}))
    ('x',)
    """
    if node.op_type not in ("Concat", "QLinearConcat"):
        return ()
    found = tuple(entry.tensor for entry in node.inputs if entry.formal == "inputs")
    return found if node.op_type == "Concat" else found[::3]


def tensors_of_codes(graph: Graph, constants: Mapping[str, Array]) -> frozenset[str]:
    """Return the names of the tensors that hold codes, as the operators that make them say; nothing is computed."""
    found = {entry.name for entry in graph.inputs if entry.dtype in CODES}
    found |= {name for name, array in constants.items() if str(array.dtype) in CODES}
    for node in graph.nodes:
        carried = node.op_type in (*MOVES, *CARRIED) and node.inputs and node.inputs[0].tensor in found
        if carried or node.op_type == "QuantizeLinear" or (node.op_type in INTEGER and node.op_type not in CARRIED):
            found.update(node.outputs)
    return frozenset(found)


def works_on_codes(node: Node, codes: Set[str]) -> bool:
    """Return whether a node is one of :data:`INTEGER`; of :data:`CARRIED` one where it is given codes."""
    return node.op_type in INTEGER and (node.op_type not in CARRIED or node.inputs[0].tensor in codes)


def check_operator(node: Node, before: bool, after: bool, codes: Set[str]) -> None:
    """Refuse an operator on real numbers, by its name.

    Parameters
    ----------
    node
        Which.
    before, after
        Whether there are integer operators before it, and after it.
    codes
        Names of the tensors that hold codes.

    Raises
    ------
    UserError
        If it is none of :data:`KNOWN`, or the form of one that ONNX Runtime gives images with channels last.
    """
    if node.op_type == "QLinearConv" and node.attributes.get("channels_last", 0):
        raise UserError(
            f"node {node.name} is QLinearConv with channels last, a form of ONNX Runtime's own", "channels first",
            "Extract the model with --fused and --channels-first: the same operators and the same numbers.",
        )  # fmt: skip
    if node.op_type in (*BOUNDARY, *MOVES) or works_on_codes(node, codes):
        return
    read = next((e.tensor for e in node.inputs if not e.parameter), node.output)
    if before and operator_of(node).kind != "real":  # it may stand among codes, where there is nothing to quantize
        remedy = (
            f"Cut the model before {node.name} (onnx.utils.extract_model with {read} as an output) for vectors, memory "
            "plan and C; prove and draw take the model as it is."
        )
    elif before and after:
        remedy = (
            f"Quantize {node.name} too, or cut the model into two, before and after it (onnx.utils.extract_model); "
            "prove takes the model as it is."
        )
    elif after:
        remedy = (
            f"Cut the model behind it (onnx.utils.extract_model with {node.output} as an input) and feed what "
            f"{node.name} gives."
        )
    else:
        remedy = (
            f"Cut the model before it (onnx.utils.extract_model with {read} as an output) and compute {node.name} "
            "outside."
        )
    raise UserError(f"node {node.name} is {node.op_type}", f"one of {', '.join(KNOWN)}", remedy)


def check_node(node: Node, described: Described, constants: Mapping[str, object]) -> None:
    """Refuse what a known operator may be in ONNX and not in these tools.

    Parameters
    ----------
    node
        Of a known operator.
    described
        Shape and type of every tensor.
    constants
        Every stored tensor.

    Raises
    ------
    UserError
        Naming the node.
    """
    for entry in node.inputs:
        if entry.formal in STORED.get(node.op_type, ()) and entry.tensor not in constants:
            raise UserError(
                f"node {node.name} reads a {entry.formal} that is computed ({entry.tensor})", "one that is stored",
                "Store it in the model: hardware holds it as a constant.",
            )  # fmt: skip
    parts = joined(node)
    for entry in node.inputs if node.op_type == "QLinearConcat" else ():
        if entry.tensor not in parts and entry.tensor not in constants:
            raise UserError(
                f"node {node.name} reads a scale or zero point that is computed ({entry.tensor})",
                "one that is stored", "Store it in the model: hardware holds it as a constant.",
            )  # fmt: skip
    shape, dtype = described[node.output]
    if 0 in shape:
        raise UserError(
            f"node {node.name} makes a tensor of shape {list(shape)}", "at least one number",
            "Give the model an input for which every tensor has some.",
        )  # fmt: skip
    if node.op_type in (*INTEGER, "QuantizeLinear") and dtype not in CODES:
        how = (
            f"Give {node.name} y_scale and y_zero_point."
            if node.op_type == "QGemm"
            else "Quantize activations to 8 bits (activation_type=QuantType.QInt8)."
        )
        raise UserError(f"node {node.name} makes {dtype}", " or ".join(CODES), how)
    _check_axes(node, described)


def _check_axes(node: Node, described: Described) -> None:
    def shape(formal: str) -> Shape:
        found = described.get(node.tensor(formal) or "")
        return () if found is None else found[0]

    if node.op_type in (*IMAGES, *LARGEST) and len(described[node.inputs[0].tensor][0]) != 4:
        what = "convolution" if node.op_type == "QLinearConv" else "pool"
        raise UserError(
            f"node {node.name} is a {what} of a tensor of {len(described[node.inputs[0].tensor][0])} axes",
            "4: batch, channel, row, column", f"Write it as a {what} of two axes, one of them of length 1.",
        )  # fmt: skip
    if node.op_type in LARGEST and any(node.outputs[1:]):
        raise UserError(
            f"node {node.name} is asked where the largest element lies ({node.outputs[1]})", "MaxPool of one output",
            f"Leave {node.outputs[1]} out of the model.",
        )  # fmt: skip
    if node.op_type == "QLinearMatMul":
        for formal in ("a_scale", "a_zero_point", "y_scale", "y_zero_point"):
            if _numbers(shape(formal)) > 1:
                raise UserError(
                    f"node {node.name} has one {formal} for each row", "one for all rows",
                    f"Quantize the tensor that {formal} belongs to per tensor.",
                )  # fmt: skip
        for formal in ("b_scale", "b_zero_point"):
            found = shape(formal)
            if _numbers(found) > 1 and _numbers(found[:-1]) > 1:
                raise UserError(
                    f"node {node.name} has {formal} of shape {list(found)}", "one for all columns, or one for each",
                    "Quantize the weights per tensor or per column.",
                )  # fmt: skip


def _numbers(shape: Shape) -> int:
    result = 1
    for length in shape:
        result *= length
    return result
