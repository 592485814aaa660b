"""An ONNX graph made ready to be written down: in an order of computation, what is constant computed."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from onnx.onnx_ml_pb2 import ModelProto, NodeProto

from ...errors import UserError
from ...ops import OPERATORS
from ._attributes import attributes_of, value_of
from ._since import since_version
from ._tensor import NARROW, REMEDY, read_tensor

Array = npt.NDArray[Any]
Stored = dict[str, tuple[str, Array]]
"""Stored tensors by their names: ONNX type and numbers."""

FOLDED = 1 << 20
"""Elements that a constant computed here may have: no more than what stood in the file grows the extraction."""


def read_initializers(model: ModelProto) -> Stored:
    """Return every stored tensor by its name."""
    found: Stored = {}
    for tensor in model.graph.initializer:
        if not tensor.name or tensor.name in found:
            raise UserError(f"two stored tensors are named {tensor.name!r}", "unique names", REMEDY)
        found[tensor.name] = read_tensor(tensor, tensor.name)
    if model.graph.sparse_initializer:
        raise UserError("the model stores sparse tensors", "dense ones", "Export the model with dense tensors.")
    return found


def in_order(nodes: Sequence[NodeProto], given: set[str]) -> list[NodeProto]:
    """Return nodes in an order of computation, as close to the file's as can be.

    Raises
    ------
    UserError
        If a tensor is computed twice, or nodes wait for each other, or read what nobody computes.
    """
    known, makers = set(given), {name for node in nodes for name in node.output if name}
    waiting, ordered = list(nodes), []
    while waiting:
        later = []
        for node in waiting:
            if not all(not name or name in known for name in node.input):
                later.append(node)
                continue
            for name in node.output:
                if name and name in known:
                    raise UserError(f"{name} is computed twice", "each tensor computed by one node", REMEDY)
                known.add(name)
            ordered.append(node)
        if len(later) == len(waiting):
            _refuse_stuck(later, known, makers)
        waiting = later
    return ordered


def _refuse_stuck(waiting: list[NodeProto], known: set[str], makers: set[str]) -> None:
    for node in waiting:
        for name in node.input:
            if name and name not in known and name not in makers:
                raise UserError(
                    f"node {label(node)} reads {name}, which nothing before it computes",
                    "a graph input, a stored tensor or the output of an earlier node", REMEDY,
                )  # fmt: skip
    names = ", ".join(label(node) for node in waiting[:3])
    raise UserError(f"nodes wait for each other in a circle: {names}", "an order of computation", REMEDY)


def label(node: NodeProto) -> str:
    """Return what to call a node in a message."""
    return str(node.name or next(filter(None, node.output), node.op_type))


def fold(model: ModelProto, stored: Stored) -> list[NodeProto]:
    """Compute what depends on stored tensors alone, add it to them, and return the nodes that are left.

    Constant nodes become stored tensors. Quantized operators and those whose result is not exactly the runtime's stay,
    as do the boundaries to codes: they are what an extraction is about.

    Raises
    ------
    UserError
        If nodes have no order of computation, a constant is none, or an operator refuses its inputs.
    """
    fed = {entry.name for entry in model.graph.input if entry.name not in stored}
    left = []
    for node in in_order(model.graph.node, fed | set(stored)):
        if node.op_type == "Constant" and node.domain in ("", "ai.onnx"):
            stored[node.output[0]] = _constant(node)
        elif not _computed(model, node, stored):
            left.append(node)
    return left


def _constant(node: NodeProto) -> tuple[str, Array]:
    """Return the tensor that a Constant node holds."""
    values = {entry.name: value_of(entry) for entry in node.attribute}
    kinds = {"value_float": np.float32, "value_floats": np.float32, "value_int": np.int64, "value_ints": np.int64}
    for name, value in values.items():
        if name == "value":
            return read_tensor(value, label(node))
        if name in kinds:
            array = np.asarray(value, kinds[name])
            return str(array.dtype), array
    found = ", ".join(values) or "nothing"
    raise UserError(f"the constant {label(node)} has {found}", "a value of numbers", "Export it as a dense tensor.")


def _computed(model: ModelProto, node: NodeProto, stored: Stored) -> bool:
    domain = "" if node.domain == "ai.onnx" else node.domain
    record = OPERATORS.get((domain, node.op_type))
    if record is None or domain or record.kind in ("codes", "boundary") or record.exact is not True:
        return False
    names = [name for name in node.input if name]
    if not all(name in stored for name in names) or any(stored[name][0] in NARROW.values() for name in names):
        return False
    version = since_version(model, domain, node.op_type)
    if version not in record.since_versions:
        return False
    operator, attributes = record.at(version), attributes_of(node)
    if operator.variadic_output:
        attributes.setdefault("num_outputs", len(node.output))
    if not set(attributes) <= set(operator.attributes) or len(node.input) < len(operator.required):
        return False  # said where nodes are checked
    arguments = [stored[name][1] if name else None for name in node.input]
    if sum(array.size for array in arguments if array is not None) > FOLDED:
        return False
    try:
        found = operator.function(*arguments, **attributes)
    except UserError as error:
        raise UserError(f"node {label(node)} ({node.op_type}): {error.found}", error.expected, error.remedy) from error
    except (ValueError, TypeError, IndexError, OverflowError, MemoryError, ZeroDivisionError):
        return False  # said where the node runs
    results = [np.asarray(value) for value in (found if isinstance(found, tuple) else (found,))]
    if sum(array.size for array in results) > FOLDED:
        return False
    stored |= {
        name: (str(array.dtype), np.ascontiguousarray(array).reshape(array.shape))
        for name, array in zip(node.output, results, strict=False) if name
    }  # fmt: skip
    return True
