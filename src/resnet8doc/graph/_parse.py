"""From an extraction's JSON to a checked graph; what does not hold is said, with the place where."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import UserError
from ..ops import OPERATORS
from ._model import Input, Node, TensorInfo

Array = npt.NDArray[Any]

FORMAT = "resnet8doc.operations"
VERSION = 1
REMEDY = "Extract the model again: python -m resnet8doc extract MODEL.onnx."


def parse_nodes(operations: Mapping[str, Any], tensors: Mapping[str, Array]) -> tuple[Node, ...]:
    """Return the nodes in the order of the file, which must be an order of computation."""
    _header(operations)
    known = set(tensors) | {entry["name"] for entry in operations["inputs"]}
    nodes, names = [], set()
    for number, entry in enumerate(operations["nodes"]):
        node = _node(number, entry, tensors)
        if node.name in names:
            raise UserError(f"two nodes are named {node.name}", "unique names", REMEDY)
        for connected in node.inputs:
            if connected.tensor not in known:
                raise UserError(
                    f"node {node.name} reads {connected.tensor}, which nothing before it computes",
                    "a graph input, a stored tensor or the output of an earlier node",
                    REMEDY,
                )
        if node.output in known:
            raise UserError(f"{node.output} is computed twice", "each tensor computed by one node", REMEDY)
        names.add(node.name)
        known.add(node.output)
        nodes.append(node)
    for entry in operations["outputs"]:
        if entry["name"] not in known:
            raise UserError(f"nothing computes the output {entry['name']}", "an output that a node computes", REMEDY)
    return tuple(nodes)


def parse_tensors(operations: Mapping[str, Any], tensors: Mapping[str, Any]) -> dict[str, Array]:
    """Return the stored tensors, compared with what the JSON says of them."""
    _header(operations)
    result = {}
    for entry in operations["initializers"]:
        name = entry["name"]
        if name not in tensors:
            raise UserError(f"the stored tensors lack {name}", "every tensor that the JSON lists", REMEDY)
        array = np.asarray(tensors[name])
        if array.dtype == object:
            raise UserError(f"{name} is an array of Python objects", "numbers", "Do not trust this file.")
        if str(array.dtype) != entry["stored_dtype"] or list(array.shape) != entry["shape"]:
            raise UserError(
                f"{name} is {array.dtype} {list(array.shape)}",
                f"{entry['stored_dtype']} {entry['shape']}, as the JSON says",
                REMEDY,
            )
        array = array.view()
        array.flags.writeable = False
        result[name] = array
    extra = sorted(set(tensors) - set(result))
    if extra:
        raise UserError(f"the stored tensors hold {extra[0]} as well", "those that the JSON lists", REMEDY)
    return result


def parse_info(entries: list[Mapping[str, Any]]) -> tuple[TensorInfo, ...]:
    """Return the graph's inputs or outputs."""
    return tuple(TensorInfo(e["name"], e["dtype"], None if e["shape"] is None else tuple(e["shape"])) for e in entries)


def _header(operations: Mapping[str, Any]) -> None:
    if not isinstance(operations, Mapping) or operations.get("format") != FORMAT:
        raise UserError("this is not an extraction", f'JSON with "format": "{FORMAT}"', REMEDY)
    if operations.get("version") != VERSION:
        raise UserError(f"the extraction's version is {operations.get('version')}", f"{VERSION}", REMEDY)
    for key in ("inputs", "outputs", "nodes", "initializers"):
        if not isinstance(operations.get(key), list):
            raise UserError(f"the extraction has no list {key!r}", f"a list {key!r}", REMEDY)


def _node(number: int, entry: Mapping[str, Any], tensors: Mapping[str, Array]) -> Node:
    try:
        name, op_type, domain = entry["name"], entry["op_type"], entry["domain"]
        entries = [(e["formal"], e["tensor"]) for e in entry["inputs"]]
        output = entry["outputs"][0]["tensor"]
        attributes, layer = dict(entry["attributes"]), entry["layer"]
    except (KeyError, IndexError, TypeError) as error:
        raise UserError(
            f"node {number} lacks {error}", "name, op_type, domain, layer, inputs, outputs, attributes", REMEDY
        ) from error
    operator = OPERATORS.get((domain, op_type))
    if operator is None:
        listed = ", ".join(sorted(key[1] for key in OPERATORS))
        raise UserError(
            f"node {name} is {domain + '.' if domain else ''}{op_type}", f"one of {listed}", "Use another model."
        )
    for formal, _ in entries:
        if formal not in operator.inputs:
            raise UserError(f"node {name} has an input {formal!r}", f"{', '.join(operator.inputs)}", REMEDY)
    connected = {formal for formal, _ in entries}
    for formal in operator.inputs[: operator.required_inputs]:
        if formal not in connected and not _may_be_absent(op_type, formal):
            raise UserError(f"node {name} ({op_type}) has no {formal}", f"a tensor for {formal}", REMEDY)
    for key in attributes:
        if key not in operator.attributes:
            raise UserError(
                f"node {name} has an attribute {key!r}", f"{', '.join(operator.attributes) or 'none'}", REMEDY
            )
    inputs = tuple(Input(formal, tensor, tensor in tensors) for formal, tensor in entries)
    return Node(name, op_type, domain, layer, inputs, output, attributes)


def _may_be_absent(op_type: str, formal: str) -> bool:
    """Zero points in the middle of ONNX Runtime's own operators may be left out."""
    own = ("QLinearAdd", "QLinearAveragePool", "QLinearGlobalAveragePool", "QLinearSoftmax")
    return op_type in own and formal.endswith("zero_point")
