"""A graph of integer operators as hardware sees it: one item at a time, images channels last, no reshapes."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from ...errors import UserError
from ...graph import Graph, Node
from ...ops import leads_with_one
from ._accept import (
    CONVOLUTIONS,
    LARGEST,
    MOVES,
    PARTS,
    REDUCTIONS,
    SOFTMAXES,
    check_format,
    check_node,
    check_operator,
    check_stored,
    tensors_of_codes,
    works_on_codes,
)
from ._items import Items
from ._layout import CHANNELS_LAST, FIRST, IMAGE_AXES, LAST, POOLS, Order, axis_names, image_layouts
from ._names import identifiers
from ._shapes import describe_tensors, fold, item_shape
from ._together import counts_items
from ._window import Window, window

Array = npt.NDArray[Any]
Shape = tuple[int, ...]


@dataclass(frozen=True, eq=False)
class Operation:
    """One operator at work.

    Attributes
    ----------
    node
        The graph's node.
    name
        The node's name as a C identifier, unlike all others: ``stack2_conv1_quant``.
    inputs
        The computed tensors that it reads, each by the name under which its numbers were made: moves make nothing.
    """

    node: Node
    name: str
    inputs: tuple[str, ...]

    @property
    def output(self) -> str:
        """The tensor that it makes."""
        return self.node.output

    @property
    def op_type(self) -> str:
        """The operator's ONNX name."""
        return self.node.op_type


class Network:
    """The integer part of a QOperator graph, in order of computation.

    Attributes
    ----------
    graph
        Where it comes from; what follows from the shapes of one item alone is stored in it.
    operations
        Every operator but those that only move or reshape (they are looked through).
    constants
        Every stored tensor, and what is computed from stored tensors alone.
    items
        Runs the graph item by item.

    Raises
    ------
    UserError
        If the graph is not of QOperator format, or has an operator, a type or a shape that firmware of this kind cannot
        have; the message names the node.
    """

    def __init__(self, graph: Graph) -> None:
        check_format(graph)
        graph = fold(graph)
        self.graph = graph
        self.constants = self._fold()
        self._check_operators()
        for node in graph.nodes:
            if node.output not in self.constants:
                check_stored(node, self.constants)
        described = describe_tensors(graph)
        self._shapes: dict[str, Shape] = {name: shape for name, (shape, _) in described.items()}
        self._dtypes = {name: np.dtype(dtype) for name, (_, dtype) in described.items()}
        every = {**{name: (array.shape, str(array.dtype)) for name, array in self.constants.items()}, **described}
        for node in graph.nodes:
            if node.output not in self.constants:
                check_node(node, every)
        leading, together = counts_items(graph, self._shapes, self.constants)
        fed = {entry.name: item_shape(entry) for entry in graph.inputs}
        self.items = Items(graph, fed, leading, together)
        self._layouts = image_layouts(graph.nodes, self._shapes)
        self._views: dict[str, tuple[str, Array | None]] = {}
        self.operations = self._operations()

    def _check_operators(self) -> None:
        """Refuse operators on real numbers; what stands before and after decides what would help."""
        codes = tensors_of_codes(self.graph, self.constants)
        after = {entry.name: False for entry in self.graph.inputs}  # tensors that follow from codes
        for node in self.graph.nodes:
            made = node.op_type == "QuantizeLinear" or works_on_codes(node, codes)
            after[node.output] = made or any(after.get(e.tensor, False) for e in node.inputs)
        needed: set[str] = set()
        leads: set[str] = set()  # nodes from which an integer operator is reached
        for node in reversed(self.graph.nodes):
            if works_on_codes(node, codes) or node.output in needed:
                leads.add(node.name)
                needed |= {e.tensor for e in node.inputs}
        for node in self.graph.nodes:
            if node.output in self.constants:
                continue
            before = any(after.get(e.tensor, False) for e in node.inputs)
            check_operator(node, before, node.name in leads, codes)

    def _fold(self) -> dict[str, Array]:
        """Compute what depends on stored tensors alone."""
        known = dict(self.graph.parameters)
        for node in self.graph.nodes:
            if node.inputs and all(entry.tensor in known for entry in node.inputs):
                known |= self.graph.compute_all(node, known)
        return known

    def _operations(self) -> tuple[Operation, ...]:
        found = [n for n in self.graph.nodes if n.output not in self.constants and n.op_type not in MOVES]
        for node in found:
            for entry in node.inputs:
                self._check_type(node, entry.tensor)
        if all(node.op_type == "DequantizeLinear" for node in found):
            raise UserError(
                f"{self.graph.name} computes nothing from its inputs", "at least one operator that makes codes",
                "Name another model.",
            )  # fmt: skip
        names = identifiers(node.name for node in found)
        made = []
        for node in found:
            turned = self._in_order(node)
            read = [entry.tensor for entry in turned.inputs if entry.tensor not in self.constants]
            made.append(Operation(turned, names[node.name], tuple(self.source(tensor) for tensor in read)))
        return tuple(made)

    def _in_order(self, node: Node) -> Node:
        """Return a sum with A and B exchanged where ONNX Runtime exchanges them: all that follows knows one order."""
        if node.op_type != "QLinearAdd" or self.graph.runtime.own("QLinearAdd") is not None:
            return node
        a, b = (
            self.constants[tensor].shape if tensor in self.constants else self._shapes[tensor]
            for tensor in (str(node.tensor("A")), str(node.tensor("B")))
        )
        if not leads_with_one(a, b):
            return node
        other = {"A": "B", "B": "A", "C": "C"}
        turned = [replace(entry, formal=other[entry.formal[0]] + entry.formal[1:]) for entry in node.inputs]
        return replace(node, inputs=tuple(sorted(turned, key=lambda entry: entry.formal)))

    def _check_type(self, node: Node, tensor: str) -> None:
        """Refuse real numbers where they come from codes and go to codes by more than a scale for all."""
        if node.op_type != "QuantizeLinear" or tensor in self.constants:
            return
        maker = self.requantized(node)
        if maker is None:
            return
        for of, formal in ((maker, "x_scale"), (node, "y_scale")):
            if self.constants[str(of.tensor(formal))].size > 1:
                raise UserError(
                    f"node {node.name} quantizes what {maker.name} dequantized, with one scale for each channel",
                    "one scale for all", f"Quantize {tensor} per tensor.",
                )  # fmt: skip

    def requantized(self, node: Node) -> Node | None:
        """Return the DequantizeLinear whose numbers a QuantizeLinear reads, moved or not; None if it reads an input."""
        tensor = node.inputs[0].tensor
        while (maker := self.graph.producer(tensor)) is not None:
            if maker.op_type == "DequantizeLinear":
                return maker
            tensor = maker.inputs[0].tensor
        return None

    def view(self, tensor: str) -> tuple[str, Array | None]:
        """Return whose numbers a tensor shows, and where each lies in it; None for the same places.

        Moves, and a DequantizeLinear whose numbers are quantized again, are looked through. Places count in the order
        of the ONNX file, last axis fastest.
        """
        if tensor not in self._views:
            self._views[tensor] = self._look_through(tensor)
        return self._views[tensor]

    def _look_through(self, tensor: str) -> tuple[str, Array | None]:
        maker = self.graph.producer(tensor)
        if maker is None or tensor in self.constants or maker.op_type not in (*MOVES, "DequantizeLinear"):
            return tensor, None
        read = maker.inputs[0].tensor
        source, places = self.view(read)
        if maker.op_type == "DequantizeLinear":
            return source, places
        here = np.arange(int(np.prod(self._shapes[read], dtype=int))) if places is None else places
        every = self.graph.compute_all(maker, {**self.constants, read: here.reshape(self._shapes[read])})
        moved = every[tensor].reshape(-1)
        same = places is None and np.array_equal(moved, np.arange(here.size))
        return source, None if same else moved

    def source(self, tensor: str) -> str:
        """Return the name under which a tensor's numbers were made."""
        return self.view(tensor)[0]

    def item(self, tensor: str) -> Shape:
        """Return a tensor's whole shape for one item, in the order of the ONNX file."""
        return self._shapes[tensor]

    def order(self, tensor: str) -> Order:
        """Return the order in which a tensor's axes are stored, the fastest last: images channels last."""
        rank = len(self._shapes[tensor])
        own: Order = tuple(range(rank))
        order = CHANNELS_LAST if self._layouts.get(tensor) == FIRST else own
        maker = self.graph.producer(tensor)
        if maker is not None and maker.op_type in ("QLinearMatMul", "QGemm"):
            return own  # channels are columns, the last axis
        if maker is not None and maker.op_type in SOFTMAXES:  # what sums to 1 lies together
            if int(maker.attributes.get("opset", 13)) < 13:
                return own
            axis = int(maker.attributes.get("axis", -1)) % rank
            order = (*(a for a in order if a != axis), axis)
        return order

    def read_order(self, operation: Operation, formal: str) -> Order:
        """Return the order in which an operator wants the axes of what it reads.

        Convolutions and pools: channels last, whatever else the tensor is read as. Products: as the ONNX file has it,
        rows and columns. A softmax and a Pad: as they write.
        """
        node = operation.node
        tensor = str(node.tensor(formal))
        if operation.op_type in (*CONVOLUTIONS, *LARGEST, *REDUCTIONS, "RESIZE_BILINEAR"):
            return CHANNELS_LAST
        if operation.op_type in POOLS:
            return (0, 1, 2, 3) if node.attributes.get("channels_last", 0) else CHANNELS_LAST
        if operation.op_type in ("QLinearMatMul", "QGemm"):
            return tuple(range(len(self._shapes[tensor])))
        return self.order(operation.output if operation.op_type in (*SOFTMAXES, "Pad", "SPACE_TO_BATCH_ND") else tensor)

    def read_axes(self, operation: Operation, formal: str) -> tuple[str, ...]:
        """Return what each axis counts of what an operator reads, in the order in which it wants them."""
        tensor = str(operation.node.tensor(formal))
        layout = self._layouts.get(tensor)
        if operation.op_type in (*CONVOLUTIONS, *REDUCTIONS, *POOLS, *LARGEST, "RESIZE_BILINEAR"):
            layout = LAST if operation.node.attributes.get("channels_last", 0) else FIRST
        names = axis_names(len(self._shapes[tensor]), layout)
        wanted = tuple(names[axis] for axis in self.read_order(operation, formal))
        return wanted[1:] if self.items.leading else wanted

    def layout(self, tensor: str) -> str | None:
        """Return ``channels first`` or ``channels last``, as the ONNX file has an image's axes; None for no image."""
        return self._layouts.get(tensor)

    def is_image(self, tensor: str) -> bool:
        """Whether a tensor is stored as rows, columns and channels."""
        return self.axes(tensor)[-3:] == IMAGE_AXES[1:]

    def shape(self, tensor: str) -> Shape:
        """Return a tensor's shape for one item as it is stored: ``(height, width, channels)`` or ``(features,)``.

        The first axis of the ONNX file is left out where it counts items.
        """
        whole = self._shapes[tensor]
        stored = tuple(whole[axis] for axis in self.order(tensor))
        return stored[1:] if self.items.leading else stored

    def axes(self, tensor: str) -> tuple[str, ...]:
        """Return what each axis of :meth:`shape` counts."""
        names = axis_names(len(self._shapes[tensor]), self._layouts.get(tensor))
        stored = tuple(names[axis] for axis in self.order(tensor))
        return stored[1:] if self.items.leading else stored

    def stored(self, tensor: str, values: Array, order: Order | None = None) -> Array:
        """Return a tensor of some items, as ``items.run`` gives it, as it is stored: ``[N, *shape]``, contiguous.

        ``order`` is for one that is kept in another order than its own.
        """
        order = self.order(tensor) if order is None else order
        if self.items.leading and order[0] == 0:
            return np.ascontiguousarray(values.transpose(order))
        whole = values.reshape(len(values), *self._shapes[tensor])
        return np.ascontiguousarray(whole.transpose(0, *(axis + 1 for axis in order)))

    def restored(self, tensor: str, stored: Array) -> Array:
        """Return a stored tensor ``[N, *shape]`` as ``items.run`` gives it."""
        order = self.order(tensor)
        whole = self._shapes[tensor]
        permuted = stored.reshape(len(stored), *(whole[axis] for axis in order))
        back = permuted.transpose(0, *(int(place) + 1 for place in np.argsort(order)))
        return back.reshape(len(stored), *whole[1:]) if self.items.leading else back

    def dtype(self, tensor: str) -> np.dtype[Any]:
        """Return a tensor's type."""
        return self._dtypes[tensor]

    def parameter(self, operation: Operation, formal: str) -> Array | None:
        """Return one of an operation's stored inputs by its formal name, or None if it has none of that name."""
        tensor = operation.node.tensor(formal)
        return None if tensor is None else self.constants.get(tensor)

    def operation(self, name: str) -> Operation:
        """Return the operation with that name, or whose node, layer or output has it.

        Raises
        ------
        UserError
            If there is none, or several (a layer of two operators).
        """
        exact = [o for o in self.operations if name == o.output]  # a clamp's output may have its convolution's name
        exact += [o for o in self.operations if name in (o.name, o.node.name)]
        found = exact[:1] or [o for o in self.operations if o.node.layer == name]
        if len(found) == 1:
            return found[0]
        if found:
            raise UserError(
                f"layer {name} has {len(found)} operators", " or ".join(o.node.name for o in found), "Choose one."
            )
        known = ", ".join(o.node.name for o in self.operations)
        raise UserError(f"there is no layer {name!r}", f"one of {known}", "Choose one of these.")

    def image_size(self, operation: Operation) -> Shape:
        """Return rows and columns of the image that a convolution or pool reads."""
        whole = self._shapes[operation.node.inputs[0].tensor]
        return whole[1:3] if operation.node.attributes.get("channels_last", 0) else whole[2:4]

    def geometry(self, operation: Operation) -> Window:
        """Return where a convolution's or pool's windows lie; a TRANSPOSE_CONV's in the image that is spread out."""
        if operation.op_type in CONVOLUTIONS:
            kernel: Shape = np.asarray(self.parameter(operation, "w")).shape[2:]
        elif operation.op_type in ("QLinearAveragePool", "MaxPool"):
            kernel = tuple(operation.node.attributes["kernel_shape"])
        else:
            kernel = self.image_size(operation)
        return window(operation.node, self.image_size(operation), kernel)

    def covers_image(self, operation: Operation) -> bool:
        """Whether a pool's one window is the whole image, and its mean a requantized sum.

        ONNX Runtime computes it so; a runtime with a formula of its own does not, TensorFlow Lite among them.
        """
        return self.graph.runtime.own(operation.op_type) is None and self.has_one_window(operation)

    def has_one_window(self, operation: Operation) -> bool:
        """Whether an operation is an average pool whose one window is the whole image."""
        if operation.op_type == "QLinearGlobalAveragePool":
            return True
        if operation.op_type != "QLinearAveragePool":
            return False
        where = self.geometry(operation)
        return where.kernel == self.image_size(operation) and not any(where.pads)

    @cached_property
    def outputs(self) -> Mapping[str, str]:
        """The graph's outputs, and for each the tensor of codes that it shows or is dequantized from."""
        return {entry.name: self._codes_of(entry.name) for entry in self.graph.outputs}

    def _codes_of(self, tensor: str) -> str:
        if self._dtypes[tensor] != np.float32 and tensor not in self.constants:
            return tensor
        maker = self.graph.producer(tensor)
        while maker is not None and maker.op_type != "DequantizeLinear":
            if maker.op_type in PARTS:
                raise UserError(
                    f"the output {tensor} is what node {maker.name} ({maker.op_type}) takes of real numbers",
                    "real numbers as DequantizeLinear makes them",
                    f"Leave {maker.name} out (onnx.utils.extract_model with {maker.inputs[0].tensor} as an output), or "
                    "put it before the DequantizeLinear.",
                )  # fmt: skip
            maker = self.graph.producer(maker.inputs[0].tensor)
        if maker is None or tensor in self.constants:
            raise UserError(
                f"the output {tensor} is an input or a stored tensor, moved", "an output that integer operators make",
                f"Leave {tensor} out of the model's outputs.",
            )  # fmt: skip
        return maker.inputs[0].tensor
