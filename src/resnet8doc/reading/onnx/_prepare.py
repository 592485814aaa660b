"""An ONNX graph made ready to be written down: in an order of computation, what is constant computed."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from onnx.onnx_ml_pb2 import GraphProto, ModelProto, NodeProto, TensorProto

from ...errors import UserError
from ...ops import OPERATORS
from ._attributes import attributes_of, value_of
from ._bodies import bodies, made_in, reads, renamed
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
            if not all(name in known for name in reads(node)):
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
        for name in reads(node):
            if name not in known and name not in makers:
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
    as do the boundaries to codes: they are what an extraction is about. Of an If whose condition is constant, the
    branch that it takes stands in its place. The graphs within other nodes are treated alike; what they store is stored
    with the rest, and each tensor has a name that no other has.

    Raises
    ------
    UserError
        If nodes have no order of computation, a constant is none, or an operator refuses its inputs.
    """
    fed = {entry.name for entry in model.graph.input if entry.name not in stored}
    taken = {*made_in(model.graph), *fed, *stored}
    return _Folding(model, stored, taken).fold(model.graph.node, fed | set(stored))


class _Folding:
    """One model on its way.

    Attributes
    ----------
    stored
        What is constant; grows.
    taken
        Every name that a tensor has; grows.
    """

    def __init__(self, model: ModelProto, stored: Stored, taken: set[str]) -> None:
        self.model, self.stored, self.taken = model, stored, taken

    def fold(self, nodes: Sequence[NodeProto], known: set[str], *, within: bool = False) -> list[NodeProto]:
        """Return the nodes that are left of some that read what is known; ``within`` a node, which may never run."""
        left, known = [], set(known)
        for node in in_order(nodes, known):
            if node.op_type == "Constant" and node.domain in ("", "ai.onnx"):
                self.stored[node.output[0]] = _constant(node)
            elif bodies(node):
                left += self._holding(node, known, within)
            else:
                left += self._left(node, within)
            known.update(filter(None, node.output))
        return left

    def _left(self, node: NodeProto, within: bool) -> list[NodeProto]:
        try:
            return [] if _computed(self.model, node, self.stored) else [node]
        except UserError:
            if within:
                return [node]  # refused where it runs, if it does
            raise

    def _holding(self, node: NodeProto, known: set[str], within: bool) -> list[NodeProto]:
        """Return what is left of a node that holds graphs."""
        found = bodies(node)
        if node.op_type == "If" and node.input[0] in self.stored:
            taken = bool(self.stored[node.input[0]][1].reshape(-1)[0])
            body = self._body(found["then_branch" if taken else "else_branch"], label(node), known, within)
            moves = [
                NodeProto(op_type="Identity", name=f"{label(node)}_{number}", input=[entry.name], output=[name])
                for number, (entry, name) in enumerate(zip(body.output, node.output, strict=True))
            ]
            return [*body.node, *(kept for move in moves for kept in self._left(move, within))]
        copy = NodeProto()
        copy.CopyFrom(node)
        for entry in copy.attribute:
            if entry.name in found:
                entry.g.CopyFrom(self._body(entry.g, f"{label(node)}/{entry.name}", known, True))
        return [copy]

    def _body(self, graph: GraphProto, name: str, known: set[str], within: bool) -> GraphProto:
        """Return a graph within, folded: its nodes compute its outputs, and nothing is stored in it."""
        body = renamed(graph, {old: self._unique(f"{name}/{old}") for old in made_in(graph) if old in self.taken})
        self.taken.update(made_in(body))
        self.stored.update({tensor.name: read_tensor(tensor, tensor.name) for tensor in body.initializer})
        del body.initializer[:]
        fed = [entry.name for entry in body.input]
        nodes = self.fold(body.node, known | set(self.stored) | set(fed), within=within)
        made = {output for node in nodes for output in node.output}
        for entry in body.output:
            if entry.name not in made:  # stored, or a tensor from around the node: given on under a name of its own
                new = self._unique(f"{name}/{entry.name}")
                nodes.append(NodeProto(op_type="Identity", name=f"{new}_given", input=[entry.name], output=[new]))
                entry.name = new
        del body.node[:]
        body.node.extend(nodes)
        return body

    def _unique(self, name: str) -> str:
        while name in self.taken:
            name += "_"
        self.taken.add(name)
        return name


def _constant(node: NodeProto) -> tuple[str, Array]:
    """Return the tensor that a Constant node holds."""
    values = {entry.name: value_of(entry) for entry in node.attribute}
    kinds = {"value_float": np.float32, "value_floats": np.float32, "value_int": np.int64, "value_ints": np.int64}
    for name, value in values.items():
        if name == "value" and isinstance(value, TensorProto):
            return read_tensor(value, label(node))
        if name in kinds and _is_numbers(value):
            array = np.asarray(value, kinds[name])
            return str(array.dtype), array
    found = ", ".join(values) or "nothing"
    raise UserError(f"the constant {label(node)} has {found}", "a value of numbers", "Export it as a dense tensor.")


def _is_numbers(value: Any) -> bool:
    """Return whether an attribute's value is a number or a list of numbers; a torn file may say so of another."""
    return all(isinstance(part, (int, float)) for part in (value if isinstance(value, list) else [value]))


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
    if sum(array.size for array in results) > FOLDED or any(array.dtype == object for array in results):
        return False  # a sequence is computed, not stored
    stored |= {
        name: (str(array.dtype), np.ascontiguousarray(array).reshape(array.shape))
        for name, array in zip(node.output, results, strict=False) if name
    }  # fmt: skip
    return True
