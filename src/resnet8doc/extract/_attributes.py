"""A node's attributes as plain Python."""

from typing import Any

import onnx
from onnx import helper, numpy_helper

from ..errors import UserError


def attributes_of(node: onnx.NodeProto) -> dict[str, Any]:
    """Return a node's attributes: numbers, strings and lists of them; a tensor of one number as its type and it.

    Raises
    ------
    UserError
        If one holds something else, such as a graph within the graph.
    """
    return {entry.name: _plain(node, entry) for entry in node.attribute}


def _plain(node: onnx.NodeProto, entry: onnx.AttributeProto) -> Any:
    value = helper.get_attribute_value(entry)
    if isinstance(value, onnx.TensorProto):
        try:
            numbers = numpy_helper.to_array(value).reshape(-1).tolist()
        except Exception:  # onnx and numpy raise several kinds for bytes that do not fit
            numbers = []
        if len(numbers) == 1 and isinstance(numbers[0], (bool, int, float)):
            return [value.data_type, numbers[0]]
    found = _converted(value)
    if found is None:
        raise UserError(
            f"node {node.name or node.op_type} has an attribute {entry.name} of type {entry.type}",
            "numbers, strings or lists of them", "Export the model without it.",
        )  # fmt: skip
    return found


def _converted(value: Any) -> Any:
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if isinstance(value, (str, int, float)):
        return value
    if hasattr(value, "__iter__") and not hasattr(value, "DESCRIPTOR"):
        entries = [_converted(entry) for entry in value]
        return None if any(entry is None for entry in entries) else entries
    return None
