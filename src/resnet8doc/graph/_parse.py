"""From an extraction's JSON to a checked graph; what does not hold is said, with the place where."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import UserError
from ..ops import Operator
from ._model import CAPTURED, Body, Input, Node, TensorInfo
from ._operators import operator_at

Array = npt.NDArray[Any]

FORMAT = "resnet8doc.operations"
VERSION = 2
NARROW = {"uint4": 21, "int4": 22, "uint2": 25, "int2": 26}
"""ONNX's numbers of the types that numpy has not."""

DEEPEST = 32
"""Graphs within each other; the ONNX format's own readers know no more."""

FLAGS = frozenset({
    "align_corners", "allowzero", "antialias", "causal", "ceil_mode", "center_point_box", "channels_last",
    "count_include_pad", "detect_negative", "detect_positive", "do_rotary", "exclude_outside", "exclusive", "fmod",
    "input_forget", "interleaved", "inverse", "is_causal", "keepdims", "largest", "layout", "linear_before_reset",
    "new_axis", "noop_with_empty_axes", "onesided", "periodic", "reverse", "rotary_interleaved", "saturate",
    "select_last_index", "sorted", "spatial", "storage_order", "training_mode", "transA", "transB", "transBatchA",
    "transBatchB", "unidirectional", "upper",
})  # fmt: skip
"""Attributes that are 0 or 1: some of the runtime's kernels ask whether they are 1, others whether they are not 0."""

KEPT = {"past": "present", "past_key": "present_key", "past_value": "present_value"}
"""What attention reads of the steps before, and the output that holds them with the new ones."""

REMEDY = "Extract the model again: python -m resnet8doc extract MODEL.onnx."


def parse_nodes(operations: Mapping[str, Any], tensors: Mapping[str, Array]) -> tuple[Node, ...]:
    """Return the nodes in the order of the file, which must be an order of computation."""
    _header(operations)
    known = set(tensors) | {entry["name"] for entry in operations["inputs"]}
    kinds = {entry["name"]: entry.get("dtype") for entry in (*operations["inputs"], *operations["initializers"])}
    nodes = _nodes(operations["nodes"], tensors, kinds, known, set())
    for entry in operations["outputs"]:
        if entry["name"] not in known:
            raise UserError(f"nothing computes the output {entry['name']}", "an output that a node computes", REMEDY)
    return nodes


def _nodes(
    entries: list[Mapping[str, Any]], tensors: Mapping[str, Array], kinds: Mapping[str, Any], known: set[str],
    names: set[str], depth: int = 0,
) -> tuple[Node, ...]:  # fmt: skip
    """Return nodes; what they compute is known from then on, and their names are taken."""
    nodes = []
    for number, entry in enumerate(entries):
        node = _node(number, entry, tensors, kinds)
        if node.name in names:
            raise UserError(f"two nodes are named {node.name}", "unique names", REMEDY)
        for connected in node.inputs:
            if connected.tensor not in known:
                raise UserError(
                    f"node {node.name} reads {connected.tensor}, which nothing before it computes",
                    "a graph input, a stored tensor or the output of an earlier node",
                    REMEDY,
                )
        for output in filter(None, node.outputs):
            if output in known:
                raise UserError(f"{output} is computed twice", "each tensor computed by one node", REMEDY)
            known.add(output)
        names.add(node.name)
        bodies = _bodies(node, entry.get("graphs", {}), tensors, kinds, names, depth + 1)
        nodes.append(replace(node, bodies=bodies) if bodies else node)
    return tuple(nodes)


def _bodies(
    node: Node, entries: Mapping[str, Any], tensors: Mapping[str, Array], kinds: Mapping[str, Any], names: set[str],
    depth: int,
) -> dict[str, Body]:  # fmt: skip
    """Return the graphs within a node."""
    if entries and depth > DEEPEST:
        raise UserError(f"node {node.name} lies within {depth - 1} others", f"{DEEPEST - 1} at most", REMEDY)
    around = {entry.tensor for entry in node.inputs}
    found = {}
    for key, entry in entries.items():
        try:
            inputs, outputs, inner = parse_info(entry["inputs"]), tuple(entry["outputs"]), entry["nodes"]
        except (KeyError, TypeError) as error:
            raise UserError(f"{key} of node {node.name} lacks {error}", "inputs, outputs, nodes", REMEDY) from error
        known = {*tensors, *around, *(info.name for info in inputs)}
        found[key] = Body(_nodes(inner, tensors, kinds, known, names, depth), inputs, outputs)
        for output in outputs:
            if output not in known:
                raise UserError(
                    f"nothing in node {node.name} computes {output}", "an output that a node computes", REMEDY
                )
    return found


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


def _node(number: int, entry: Mapping[str, Any], tensors: Mapping[str, Array], kinds: Mapping[str, Any]) -> Node:
    try:
        name, op_type, domain, version = entry["name"], entry["op_type"], entry["domain"], entry["since_version"]
        entries = [(e["formal"], e["tensor"]) for e in entry["inputs"]]
        outputs = _outputs(entry["outputs"])
        attributes, layer = dict(entry["attributes"]), entry["layer"]
    except (KeyError, IndexError, TypeError) as error:
        raise UserError(
            f"node {number} lacks {error}",
            "name, op_type, domain, since_version, layer, inputs, outputs, attributes", REMEDY,
        ) from error  # fmt: skip
    if not any(outputs):
        raise UserError(
            f"node {name} ({op_type}) makes nothing", "a tensor with a name", "Leave it out, or name what it makes."
        )
    try:
        operator = operator_at(domain, op_type, version)
    except UserError as error:
        raise UserError(f"node {name}: {error.found}", error.expected, error.remedy) from error
    for formal, _ in entries:
        if formal not in operator.inputs and not (formal == CAPTURED and entry.get("graphs")):
            raise UserError(
                f"node {name} has an input {formal!r}", f"{', '.join(operator.inputs)}, as {op_type} since opset "
                f"{version} has", f"Convert the model to an opset in which {op_type} has no such input.",
            )  # fmt: skip
    connected = {formal for formal, _ in entries}
    for formal in operator.required:
        if formal not in connected:
            raise UserError(
                f"node {name} ({op_type}) has no {formal}", f"a tensor for {formal}",
                "Connect it: no runtime computes the node without.",
            )  # fmt: skip
    for key in attributes:
        if key not in operator.attributes:
            raise UserError(
                f"node {name} has an attribute {key!r}", f"{', '.join(operator.attributes) or 'none'}, as {op_type} "
                f"since opset {version} has", "Export the model without this attribute.",
            )  # fmt: skip
        if key in FLAGS and attributes[key] not in (0, 1):
            raise UserError(
                f"node {name} ({op_type}): {key} is {attributes[key]!r}",
                "0 or 1",
                f"Export the model with {key} 0 or 1.",
            )
    if operator.variadic_output and "num_outputs" in operator.attributes:
        attributes.setdefault("num_outputs", len(outputs))
        if attributes["num_outputs"] < len(outputs):
            raise UserError(
                f"node {name} ({op_type}) has {len(outputs)} outputs and num_outputs is {attributes['num_outputs']}",
                "as many", "Export the model again.",
            )  # fmt: skip
    if len(outputs) > len(operator.outputs) and not operator.variadic_output:
        raise UserError(
            f"node {name} ({op_type}) has {len(outputs)} outputs", f"only {', '.join(operator.outputs)}",
            "Export the model so that the others are not needed.",
        )  # fmt: skip
    named = {formal for formal, output in zip(operator.outputs, outputs, strict=False) if output}
    for past, present in KEPT.items():
        if past in connected and present in operator.outputs and present not in named:
            raise UserError(
                f"node {name} ({op_type}) reads {past} and gives no {present}", f"both: without {present} ONNX Runtime "
                "refuses the node, or reads memory that nobody wrote", f"Export the model with {present}.",
            )  # fmt: skip
    like = next((kinds.get(tensor) for formal, tensor in entries if formal == "target_type"), None)
    if like in NARROW:
        raise UserError(
            f"node {name} ({op_type}) casts to {like}", "a type that numpy has", "Use Cast with to, or another type."
        )
    inputs = tuple(Input(formal, tensor, tensor in tensors) for formal, tensor in entries)
    return Node(name, op_type, domain, layer, inputs, outputs, _with_narrow_type(attributes, operator, inputs, kinds),
                version, kernel=entry.get("kernel", ""))  # fmt: skip


def _outputs(entries: list[Mapping[str, Any]]) -> tuple[str, ...]:
    """Return the outputs by their indices; one that nobody asks for is empty."""
    found = [""] * (1 + max((entry["index"] for entry in entries), default=-1))
    for entry in entries:
        found[entry["index"]] = entry["tensor"]
    return tuple(found)


def _with_narrow_type(
    attributes: dict[str, Any], operator: Operator, inputs: tuple[Input, ...], kinds: Mapping[str, Any]
) -> dict[str, Any]:
    """Add the output's type where the zero point has one that numpy has not: its stored bytes do not say it.

    Of GatherBlockQuantized likewise: ``bits`` is 0 where each code of ``data`` has a byte to itself.
    """
    if operator.name == "com.microsoft.GatherBlockQuantized":
        kind = next((kinds.get(entry.tensor) for entry in inputs if entry.formal == "data"), None)
        return {**attributes, "bits": 0} if kind == "uint4" else attributes
    if "output_dtype" not in operator.attributes or attributes.get("output_dtype"):
        return attributes
    kind = next((kinds.get(entry.tensor) for entry in inputs if entry.formal == "y_zero_point"), None)
    return {**attributes, "output_dtype": NARROW[kind]} if kind in NARROW else attributes
