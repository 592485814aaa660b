"""A node's attributes as plain Python."""

from typing import Any

from onnx.onnx_ml_pb2 import AttributeProto, NodeProto

from ...errors import UserError
from ._tensor import read_tensor

PLAIN: dict[int, str] = {
    AttributeProto.FLOAT: "f", AttributeProto.INT: "i", AttributeProto.STRING: "s", AttributeProto.FLOATS: "floats",
    AttributeProto.INTS: "ints", AttributeProto.STRINGS: "strings",
}  # fmt: skip
"""The field that holds the value, for each type of attribute that is read."""


def attributes_of(node: NodeProto) -> dict[str, Any]:
    """Return a node's attributes: numbers, strings and lists of them; a tensor of one number as its type and it.

    Graphs within the node are left out.

    Raises
    ------
    UserError
        If one holds something else.
    """
    return {entry.name: _plain(node, entry) for entry in node.attribute if entry.type != AttributeProto.GRAPH}


def value_of(entry: AttributeProto) -> Any:
    """Return what an attribute holds: a number, a text, a list of them, a tensor; None for anything else."""
    if entry.ref_attr_name:
        return None
    if entry.type == AttributeProto.TENSOR:
        return entry.t
    field = PLAIN.get(entry.type)
    if field is None:
        return None
    value = getattr(entry, field)
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if isinstance(value, (str, int, float)):
        return value
    return [part.decode("utf-8", "replace") if isinstance(part, bytes) else part for part in value]


def _plain(node: NodeProto, entry: AttributeProto) -> Any:
    value = value_of(entry)
    if entry.type == AttributeProto.TENSOR and value is not None:
        try:
            numbers = read_tensor(value, entry.name)[1].reshape(-1).tolist()
        except UserError:
            numbers = []
        value = [value.data_type, numbers[0]] if len(numbers) == 1 else None
    if value is None:
        raise UserError(
            f"node {node.name or node.op_type} has an attribute {entry.name} of type {entry.type}",
            "numbers, strings or lists of them", "Export the model without it.",
        )  # fmt: skip
    return value
