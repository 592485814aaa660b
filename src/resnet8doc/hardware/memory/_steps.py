"""What is computed in which step and kept in memory for it: operators, and copies where a layout must change."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from ..network import (
    CHOICES,
    COMPARISONS,
    CONVOLUTIONS,
    EXTREMES,
    JOINS,
    LARGEST,
    PAIRS,
    POOLS,
    REDUCED_EXTREMES,
    REDUCTIONS,
    SOFTMAXES,
    TABLES,
    Network,
    Operation,
    Shape,
    joined,
)

Array = npt.NDArray[Any]
Order = tuple[int, ...]


@dataclass(frozen=True)
class Kept:
    """A tensor of codes in memory.

    Attributes
    ----------
    name
        Its own: the ONNX tensor's, with a number where that is kept in a second layout.
    tensor
        The ONNX tensor.
    order
        Its axes in the order in which they are stored, the fastest last.
    shape
        For one item, in that order.
    dtype
        ``int8`` or ``uint8``, ``bool`` of truth values; a graph's input may be ``float32``.
    bytes
        Its size.
    fed
        Whether it is the caller's: a graph's input.
    """

    name: str
    tensor: str
    order: Order
    shape: Shape
    dtype: str
    bytes: int
    fed: bool


@dataclass(frozen=True, eq=False)
class Read:
    """What a step reads.

    Attributes
    ----------
    kept
        The tensor, or None for a stored constant.
    constant
        Its numbers, if it is one.
    places
        For each number of the output in the order in which it is stored, where its operand lies; None where the operand
        is read whole.
    goes
        Of an operand that fills a part of the output: where in it the number at each of ``places`` goes.
    """

    kept: Kept | None
    constant: Array | None
    places: Array | None
    goes: Array | None = None


@dataclass(frozen=True, eq=False)
class Step:
    """One step.

    Attributes
    ----------
    name
        The node's, or for a copy that of the tensor that it makes.
    operation
        The operator; None for a copy.
    reads
        By formal name; ``copied`` for a copy.
    output
        What it makes.
    in_place
        Names of operands that its output may overwrite, number by number.
    """

    name: str
    operation: Operation | None
    reads: Mapping[str, Read]
    output: Kept
    in_place: tuple[str, ...] = ()

    @property
    def inputs(self) -> tuple[str, ...]:
        """Names of the tensors in memory that it reads, the caller's not among them."""
        names = [read.kept.name for read in self.reads.values() if read.kept is not None and not read.kept.fed]
        return tuple(dict.fromkeys(names))


@dataclass
class Steps:
    """All steps of a network, in the order of its file.

    Attributes
    ----------
    steps
        In order.
    fed
        The graph's inputs by their names.
    outputs
        For each output of the graph the tensor that holds its codes.
    """

    network: Network
    steps: list[Step] = field(default_factory=list)
    fed: dict[str, Kept] = field(default_factory=dict)
    outputs: dict[str, Kept] = field(default_factory=dict)
    _kept: dict[str, Kept] = field(default_factory=dict)
    _copies: dict[tuple[str, Order], Kept] = field(default_factory=dict)

    def kept(self, name: str, tensor: str, order: Order, fed: bool = False) -> Kept:
        """Return a tensor in memory."""
        whole = self.network.item(tensor)
        stored = tuple(whole[axis] for axis in order)
        shape = stored[1:] if self.network.items.leading else stored
        dtype = self.network.dtype(tensor)
        return Kept(name, tensor, order, shape, str(dtype), int(np.prod(whole, dtype=int)) * dtype.itemsize, fed)

    def places(self, tensor: str) -> tuple[Kept, Array]:
        """Return whose numbers an ONNX tensor shows, and where each lies in memory, in the ONNX tensor's shape."""
        source, where = self.network.view(tensor)
        kept = self._kept[source]
        at = positions(self.network.item(source), kept.order).reshape(-1)
        return kept, (at if where is None else at[where]).reshape(self.network.item(tensor))

    def whole(self, tensor: str, order: Order) -> Read:
        """Return an operand stored in a demanded order; a copy is made where it is not.

        A copy that no other tensor is kept beside, and that lies as the tensor would, has the tensor's name.
        """
        if tensor in self.network.constants:
            return Read(None, np.ascontiguousarray(self.network.constants[tensor].transpose(order)), None)
        kept, at = self.places(tensor)
        gathered = at.transpose(order).reshape(-1)
        if np.array_equal(gathered, np.arange(gathered.size)):
            return Read(kept, None, None)
        key = tensor, order
        if key not in self._copies:
            graph = self.network.graph
            taken = {*self._kept, *(copy.name for copy in self._copies.values()), *graph.tensors, *graph.parameters}
            if tensor not in self._kept and order == self.network.order(tensor) and graph.producer(tensor) is not None:
                taken.discard(tensor)
            name, number = tensor, 1
            while name in taken:
                number += 1
                name = f"{tensor}_{number}"
            made = self.kept(name, tensor, order)
            self._copies[key] = made
            self.steps.append(Step(name, None, {"copied": Read(kept, None, gathered)}, made))
        return Read(self._copies[key], None, None)

    def spread(self, tensor: str, output: Kept) -> Read:
        """Return an operand that is read number by number, spread over the output where it is smaller."""
        whole = self.network.item(output.tensor)
        if tensor in self.network.constants:
            array = self.network.constants[tensor]
            at = np.arange(array.size).reshape(array.shape)
            kept = None
        else:
            array = None
            kept, at = self.places(tensor)
        return Read(kept, array, np.broadcast_to(at, whole).transpose(output.order).reshape(-1))

    def part(self, tensor: str, numbers: Array, output: Kept) -> Read:
        """Return an operand that fills a part of the output.

        ``numbers`` has the output's shape: which number of the operand stands there, counted in the order of the ONNX
        file, or less than 0 for none.
        """
        if tensor in self.network.constants:
            array, kept = np.ascontiguousarray(self.network.constants[tensor]), None
            at = np.arange(array.size)
        else:
            array = None
            kept, places = self.places(tensor)
            at = places.reshape(-1)
        stored = numbers.transpose(output.order).reshape(-1)
        goes = np.flatnonzero(stored >= 0)
        return Read(kept, array, at[stored[goes]], goes)


def positions(shape: Shape, order: Order) -> Array:
    """Return where each element of a tensor lies when its axes are stored in some order.

    Examples
    --------
    >>> positions((2, 3), (1, 0))
    array([[0, 2, 4],
           [1, 3, 5]])
    """
    stored = [shape[axis] for axis in order]
    count = int(np.prod(shape, dtype=int))
    return np.arange(count).reshape(stored).transpose(np.argsort(order) if order else ())


def steps(network: Network) -> Steps:
    """Return a network's steps."""
    found = Steps(network)
    for entry in network.graph.inputs:
        kept = found.kept(entry.name, entry.name, tuple(range(len(network.item(entry.name)))), fed=True)
        found.fed[entry.name] = found._kept[entry.name] = kept
    for operation in network.operations:
        if operation.op_type != "DequantizeLinear":
            _add(found, operation)
    for output, tensor in network.outputs.items():
        read = found.whole(tensor, network.order(tensor))
        assert read.kept is not None, tensor
        found.outputs[output] = read.kept
    return found


def _add(found: Steps, operation: Operation) -> None:
    network, node = found.network, operation.node
    output = found.kept(operation.output, operation.output, network.order(operation.output))
    demanded = _demands(network, operation)
    reads: dict[str, Read] = {}
    for number, (tensor, numbers) in enumerate(_parts(network, operation)):
        part = found.part(tensor, numbers, output)
        if part.goes is not None and part.goes.size:  # a Pad may take everything away
            reads[f"part {number}"] = part
    for number, entry in enumerate(node.inputs):
        if operation.op_type in EXTREMES:
            reads[f"{entry.formal} {number}"] = found.spread(entry.tensor, output)
        elif entry.formal in demanded:
            reads[entry.formal] = found.whole(entry.tensor, demanded[entry.formal])
        elif (
            (entry.formal in ("A", "B", "x") and operation.op_type in (*PAIRS, *COMPARISONS, "QuantizeLinear"))
            or operation.op_type in CHOICES
            or (operation.op_type in TABLES and entry is node.inputs[0])
        ):
            reads[entry.formal] = found.spread(entry.tensor, output)
    found._kept[operation.output] = output
    found.steps.append(Step(node.name, operation, reads, output, _in_place(operation, reads, output)))


def _parts(network: Network, operation: Operation) -> list[tuple[str, Array]]:
    """Return the tensors of which an operator of :data:`JOINS` puts numbers into its output, and which number where."""
    node = operation.node

    def counted(tensor: str) -> Array:
        stored = network.constants.get(tensor)
        shape = network.item(tensor) if stored is None else stored.shape
        return np.arange(int(np.prod(shape, dtype=int))).reshape(shape)

    if operation.op_type not in JOINS:
        return []
    if operation.op_type == "Pad":
        tensor, beyond = node.inputs[0].tensor, 1 << 16  # no code is so large, whatever the border holds
        bordered = network.graph.compute(node, {**network.constants, tensor: counted(tensor) + beyond})
        return [(tensor, bordered - beyond)]
    if operation.op_type == "SPACE_TO_BATCH_ND":
        tensor, beyond = node.inputs[0].tensor, -1
        edges = np.asarray(network.parameter(operation, "paddings")).tolist()
        high, wide = np.ravel(np.asarray(network.parameter(operation, "block_shape"))).tolist()
        image = np.pad(counted(tensor), ((0, 0), (0, 0), *edges), constant_values=beyond)
        images, channels, rows, columns = image.shape
        apart = image.reshape(images, channels, rows // high, high, columns // wide, wide).transpose(3, 5, 0, 1, 2, 4)
        return [(tensor, apart.reshape(-1, channels, rows // high, columns // wide))]
    tensors = joined(node)
    axis = int(node.attributes.get("axis", 1))
    every = [counted(tensor) for tensor in tensors]
    made: list[tuple[str, Array]] = []
    for number, tensor in enumerate(tensors):
        others = [array if other == number else np.full_like(array, -1) for other, array in enumerate(every)]
        made.append((tensor, np.concatenate(others, axis)))
    return made


def _demands(network: Network, operation: Operation) -> dict[str, Order]:
    """Return the order in which an operator reads each operand that it reads whole."""
    node = operation.node

    match operation.op_type:
        case op_type if op_type in (
            *CONVOLUTIONS, *REDUCTIONS, *SOFTMAXES, *LARGEST, *POOLS, *REDUCED_EXTREMES, "RESIZE_BILINEAR",
        ):  # fmt: skip
            formal = node.inputs[0].formal
            return {formal: network.read_order(operation, formal)}
        case "QLinearMatMul":
            return {"a": _rows(network, node.tensor("a"), False), "b": _rows(network, node.tensor("b"), True)}
        case "QGemm":
            trans_a, trans_b = node.attributes.get("transA", 0), node.attributes.get("transB", 0)
            return {
                "A": _rows(network, node.tensor("A"), bool(trans_a)),
                "B": _rows(network, node.tensor("B"), not trans_b),
            }
    return {}


def _rows(network: Network, tensor: str | None, turned: bool) -> Order:
    array = network.constants.get(str(tensor))
    rank = len(network.item(str(tensor))) if array is None else array.ndim
    *leading, rows, columns = range(rank)
    return (*leading, columns, rows) if turned else (*leading, rows, columns)


def _in_place(operation: Operation, reads: Mapping[str, Read], output: Kept) -> tuple[str, ...]:
    """Return operands of what works number by number that lie as the output does and are read nowhere else."""
    if operation.op_type not in (*PAIRS, *TABLES):
        return ()
    own = np.arange(output.bytes)
    aligned = {formal: np.array_equal(read.places, own) for formal, read in reads.items() if read.places is not None}
    found = []
    for read in reads.values():
        kept = read.kept
        if kept is None or kept.fed or kept.bytes != output.bytes:
            continue
        if all(aligned[other] for other, r in reads.items() if r.kept is not None and r.kept.name == kept.name):
            found.append(kept.name)
    return tuple(dict.fromkeys(found))
