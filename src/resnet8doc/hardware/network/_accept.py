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

PAIRS = ("QLinearAdd", "QLinearMul", "SUB", "PRELU", "SQUARED_DIFFERENCE", "DIV")
"""Operators that make a code of two, number by number."""

COMPARISONS = ("LESS", "LESS_EQUAL", "GREATER", "GREATER_EQUAL", "EQUAL", "NOT_EQUAL")
"""Truth values of two tensors of codes, number by number, which TensorFlow Lite alone has."""

CHOICES = ("Where",)
"""One of two codes, number by number, as a truth value says."""

CONVOLUTIONS = ("QLinearConv", "TRANSPOSE_CONV")
"""Sums of products over windows of an image, or of one with zero points between its pixels."""

REDUCTIONS = ("QLinearReduceMean", "SUM")
"""One code of a whole image, channel by channel, which TensorFlow Lite alone has."""

SOFTMAXES = ("QLinearSoftmax", "LOG_SOFTMAX", "L2_NORMALIZATION")
"""Softmaxes and what is like them: every code follows from a row of codes."""

LARGEST = ("MaxPool", "GlobalMaxPool")
"""The largest code of a window."""

EXTREMES = ("Max", "Min")
"""The largest or smallest of several tensors, number by number."""

REDUCED_EXTREMES = ("ReduceMax", "ReduceMin")
"""The largest or smallest along axes."""

JOINS = ("Pad", "QLinearConcat", "Concat", "SPACE_TO_BATCH_ND")
"""Operators that put numbers into a larger tensor, with a border or one tensor behind another."""

CARRIED = ("Clip", *LARGEST, "Pad", "Concat", *EXTREMES, *REDUCED_EXTREMES, *CHOICES)
"""Operators that work on codes where they are given codes: on real numbers they have the same name."""

OF_TFLITE = ("QUANTIZE", "RELU", "RELU6", "TANH", "HARD_SWISH", "ABS", "NEG", "EXP", "ELU", "GELU", "SQRT", "RSQRT")
"""Functions of one code that TensorFlow Lite alone has."""

TABLES = ("QLinearSigmoid", "QLinearLeakyRelu", *OF_TFLITE, "Clip")
"""Operators that make a code of a code, each by itself: a table of 256 says all of it."""

INTEGER = (
    *CONVOLUTIONS, "QLinearMatMul", "QGemm", *PAIRS, "QLinearAveragePool", "QLinearGlobalAveragePool",
    *REDUCTIONS, *SOFTMAXES, *TABLES, *LARGEST, *JOINS, *EXTREMES, *REDUCED_EXTREMES, "RESIZE_BILINEAR",
    *COMPARISONS, *CHOICES,
)  # fmt: skip
IMAGES = (*CONVOLUTIONS, "QLinearAveragePool", "QLinearGlobalAveragePool")
BOUNDARY = ("QuantizeLinear", "DequantizeLinear")
KNOWN = (*BOUNDARY, *INTEGER, *MOVES)
CODES = ("int8", "uint8")

STORED = {
    **dict.fromkeys(
        CONVOLUTIONS,
        ("x_scale", "x_zero_point", "w", "w_scale", "w_zero_point", "y_scale", "y_zero_point", "B"),
    ),
    "QLinearMatMul": ("a_scale", "a_zero_point", "b_scale", "b_zero_point", "y_scale", "y_zero_point"),
    "QGemm": ("a_scale", "a_zero_point", "b_scale", "b_zero_point", "C", "y_scale", "y_zero_point"),
    **dict.fromkeys(PAIRS, ("A_scale", "A_zero_point", "B_scale", "B_zero_point", "C_scale", "C_zero_point")),
    "QLinearAveragePool": ("x_scale", "x_zero_point", "y_scale", "y_zero_point"),
    "QLinearGlobalAveragePool": ("x_scale", "x_zero_point", "y_scale", "y_zero_point"),
    "QLinearSoftmax": ("X_scale", "x_zero_point", "y_scale", "y_zero_point"),
    "QLinearSigmoid": ("X_scale", "X_zero_point", "Y_scale", "Y_zero_point"),
    "QLinearLeakyRelu": ("X_scale", "X_zero_point", "Y_scale", "Y_zero_point"),
    **dict.fromkeys(COMPARISONS, ("A_scale", "A_zero_point", "B_scale", "B_zero_point")),
    "Clip": ("min", "max"), **dict.fromkeys(REDUCED_EXTREMES, ("axes",)),
    "RESIZE_BILINEAR": ("x_scale", "x_zero_point", "sizes"),
    "SPACE_TO_BATCH_ND": ("x_scale", "x_zero_point", "block_shape", "paddings"),
    **dict.fromkeys(
        (*OF_TFLITE, "LOG_SOFTMAX", "L2_NORMALIZATION"), ("x_scale", "x_zero_point", "y_scale", "y_zero_point")
    ),
    "QuantizeLinear": ("y_scale", "y_zero_point"),
    "DequantizeLinear": ("x_scale", "x_zero_point"),
    **dict.fromkeys(REDUCTIONS, ("data_scale", "data_zero_point", "reduced_scale", "reduced_zero_point")),
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


def carried(node: Node) -> str:
    """Return the tensor of which one of :data:`CARRIED` or :data:`MOVES` has its type: what it reads, or chooses."""
    return str(node.tensor("X")) if node.op_type in CHOICES else node.inputs[0].tensor


def tensors_of_codes(graph: Graph, constants: Mapping[str, Array]) -> frozenset[str]:
    """Return the names of the tensors that hold codes, as the operators that make them say; nothing is computed."""
    found = {entry.name for entry in graph.inputs if entry.dtype in CODES}
    found |= {name for name, array in constants.items() if str(array.dtype) in CODES}
    for node in graph.nodes:
        if node.op_type in (*MOVES, *CARRIED):
            made = bool(node.inputs) and carried(node) in found
        else:
            made = node.op_type == "QuantizeLinear" or (node.op_type in INTEGER and node.op_type not in COMPARISONS)
        if made:
            found.update(node.outputs)
    return frozenset(found)


def reduced_axes(node: Node, constants: Mapping[str, Array], rank: int) -> list[int]:
    """Return the axes along which a ReduceMax or ReduceMin takes one number, from the first to the last.

    Examples
    --------
    >>> reduced_axes(Node("n", "ReduceMax", "", "n", (), ("y",), {"axes": [-1, 1]}), {}, 4)
    [1, 3]
    """
    stored = constants.get(str(node.tensor("axes")))
    given = node.attributes.get("axes") if stored is None else stored.reshape(-1).tolist()
    if given:
        return sorted({int(axis) % rank for axis in given})
    return [] if node.attributes.get("noop_with_empty_axes", 0) else list(range(rank))


def works_on_codes(node: Node, codes: Set[str]) -> bool:
    """Return whether a node is one of :data:`INTEGER`; of :data:`CARRIED` one where it is given codes."""
    return node.op_type in INTEGER and (node.op_type not in CARRIED or carried(node) in codes)


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
    if node.op_type in KNOWN:
        raise UserError(f"node {node.name} is {node.op_type} of other numbers than codes", "of codes", remedy)
    raise UserError(f"node {node.name} is {node.op_type}", f"one of {', '.join(KNOWN)}", remedy)


def check_stored(node: Node, constants: Mapping[str, object]) -> None:
    """Refuse a parameter that is fed or computed: nothing is run for it.

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


def check_node(node: Node, described: Described) -> None:
    """Refuse what a known operator may be in ONNX and not in these tools.

    Parameters
    ----------
    node
        Of a known operator.
    described
        Shape and type of every tensor.

    Raises
    ------
    UserError
        Naming the node.
    """
    shape, dtype = described[node.output]
    if 0 in shape:
        raise UserError(
            f"node {node.name} makes a tensor of shape {list(shape)}", "at least one number",
            "Give the model an input for which every tensor has some.",
        )  # fmt: skip
    if node.op_type in (*INTEGER, "QuantizeLinear") and node.op_type not in COMPARISONS and dtype not in CODES:
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
        what = "convolution" if node.op_type in CONVOLUTIONS else "pool"
        raise UserError(
            f"node {node.name} is a {what} of a tensor of {len(described[node.inputs[0].tensor][0])} axes",
            "4: batch, channel, row, column", f"Write it as a {what} of two axes, one of them of length 1.",
        )  # fmt: skip
    if node.op_type == "QLinearMatMul":
        for formal in ("a", "b"):
            if len(shape(formal)) < 2:
                raise UserError(
                    f"node {node.name} multiplies {formal} of shape {list(shape(formal))}", "two axes or more",
                    f"Reshape {formal} to a matrix of one row or one column before the node.",
                )  # fmt: skip
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
