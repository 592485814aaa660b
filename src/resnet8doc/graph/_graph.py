"""The engine: an extraction that runs."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from ..arithmetic import ONNXRUNTIME_X86, Mistake, Number, Runtime
from ..errors import UserError
from ..ops import Trace
from ..ops.kernels import lacking, lacks
from ..runtimes import runtime as runtime_of
from ._fit import fitting, like, of_one
from ._model import CAPTURED, Body, Node, Quantization, TensorInfo
from ._operators import operator_of
from ._parameters import check_parameters
from ._parse import NARROW, parse_info, parse_nodes, parse_tensors
from ._plan import last_uses, needed
from ._quantization import find_quantization
from ._trace import check_traced

Array = npt.NDArray[Any]
Feeds = Array | Mapping[str, Array]
Outputs = Iterable[str] | Literal["all"] | str | None
How = Runtime | str
"""A runtime, or its name in `resnet8doc.runtimes.RUNTIMES`."""


@dataclass(frozen=True)
class Graph:
    """A network, from an extraction alone; never changed, only copied with changes.

    Attributes
    ----------
    name
        Of the model: ``resnet8_int8_qoperator``.
    format
        ``QOperator``, ``QDQ`` or ``float``.
    nodes
        In an order of computation.
    inputs, outputs
        What is fed and what comes out.
    parameters
        Every stored tensor by its name: weights, biases, scales, zero points. Read-only arrays.
    info
        Type and shape of every tensor that the ONNX file knows them of.
    runtime
        Whose arithmetic quantized operators have unless ``run`` is told otherwise.

    Examples
    --------
    A graph of one node, as the browser builds it:

    >>> graph = Graph.from_parts(
    ...     {
    ...         "format": "resnet8doc.operations", "version": 2, "model": {"name": "tiny", "quant_format": "QOperator"},
    ...         "inputs": [{"name": "x", "dtype": "float32", "shape": ["batch"]}],
    ...         "outputs": [{"name": "y", "dtype": "int8", "shape": ["batch"]}],
    ...         "nodes": [{"name": "quantize", "op_type": "QuantizeLinear", "domain": "", "layer": "input",
    ...                    "since_version": 21, "attributes": {}, "outputs": [{"index": 0, "tensor": "y"}],
    ...                    "inputs": [{"formal": "x", "tensor": "x"}, {"formal": "y_scale", "tensor": "s"},
    ...                               {"formal": "y_zero_point", "tensor": "z"}]}],
    ...         "initializers": [{"name": "s", "stored_dtype": "float32", "shape": []},
    ...                          {"name": "z", "stored_dtype": "int8", "shape": []}],
    ...     },
    ...     {"s": np.float32(0.5), "z": np.int8(3)},
    ... )
    >>> graph.run({"x": np.array([1.0, 2.25], np.float32)})
    {'y': array([5, 7], dtype=int8)}
    >>> graph.with_parameters({"z": np.int8(4)}).run({"x": np.array([1.0, 2.25], np.float32)})
    {'y': array([6, 8], dtype=int8)}
    >>> trace = graph.tracer("quantize", {"x": np.array([1.0, 2.25], np.float32)})
    >>> [trace((number,)).output for number in range(2)]
    [5, 7]
    """

    name: str
    format: str
    nodes: tuple[Node, ...]
    inputs: tuple[TensorInfo, ...]
    outputs: tuple[TensorInfo, ...]
    parameters: Mapping[str, Array]
    info: Mapping[str, TensorInfo]
    runtime: Runtime = ONNXRUNTIME_X86

    @classmethod
    def from_parts(cls, operations: Mapping[str, Any], tensors: Mapping[str, Number]) -> "Graph":
        """Build a graph from an extraction's JSON and its tensors.

        Parameters
        ----------
        operations
            The parsed ``<model>_operations.json``.
        tensors
            The arrays of the ``.npz`` beside it (an open ``numpy.load(..., allow_pickle=False)`` will do).

        Raises
        ------
        UserError
            If the two do not belong together, or hold something that the engine cannot run.
        """
        parameters = parse_tensors(operations, tensors)
        nodes = parse_nodes(operations, parameters)
        check_parameters(nodes, parameters)
        inputs, outputs = parse_info(operations["inputs"]), parse_info(operations["outputs"])
        model = operations.get("model", {})
        listed = parse_info(
            [{"name": o["tensor"], "dtype": o.get("dtype"), "shape": o.get("shape")}
             for entry in operations["nodes"] for o in entry["outputs"]]
        )  # fmt: skip
        info = {entry.name: entry for entry in (*listed, *inputs, *outputs)}
        return cls(model.get("name", ""), model.get("quant_format", ""), nodes, inputs, outputs, parameters, info)

    def run(
        self, feeds: Feeds, outputs: Outputs = None, *, runtime: How | Mapping[str, How] | None = None
    ) -> dict[str, Array]:
        """Compute tensors.

        Parameters
        ----------
        feeds
            Images ``[N, 32, 32, 3]`` (uint8 pixels are converted to float32) for a graph with one input, or tensors by
            name. Any tensor may be fed, also one in the middle: the nodes before it are not run.
        outputs
            Names of tensors; a single name; ``"all"`` for every tensor that can be computed from the feeds; None for
            the graph's outputs.
        runtime
            Whose arithmetic: one for all nodes, or one for each node named (the others as the graph has it). A fault in
            one for all is made wherever it can be.

        Returns
        -------
        dict
            Each tensor asked for by its name. Tensors of four axes are ``[N, C, H, W]``, channels last in memory. A
            sequence of tensors is an array of one axis whose elements are arrays.

        Raises
        ------
        UserError
            If a tensor asked for does not exist or cannot be computed from the feeds, a feed does not fit, a kernel set
            of TensorFlow Lite lacks an operator of the graph, or a fault can be made in no operator of the graph, or
            not in the node that it was asked of.
        """
        values = self._feeds(feeds)
        everything = outputs == "all"
        wanted = self._wanted(outputs)
        chosen, common = self._chosen(runtime)
        self.refuse_lacking(common, chosen)
        nodes = (
            [n for n in self.nodes if not values.keys() >= {o for o in n.outputs if o}]
            if everything
            else needed(self.nodes, wanted, values.keys() | self.parameters.keys())
        )
        remaining = {} if everything else last_uses(nodes, wanted)
        for number, node in enumerate(nodes):
            if everything and not all(e.parameter or e.tensor in values for e in node.inputs):
                continue
            values |= self.compute_all(node, values, chosen.get(node.name) or self.limited(node, common))
            for tensor in remaining.get(number, ()):
                del values[tensor]
        if everything:
            return values
        return {name: values[name] if name in values else self.parameters[name] for name in wanted}

    def compute(self, node: Node, values: Mapping[str, Array], runtime: How | None = None) -> Array:
        """Run one node on given values; return its first output.

        Parameters
        ----------
        node
            One of ``nodes``.
        values
            At least the tensors that it reads and that are not parameters.
        runtime
            Whose arithmetic, if not the graph's.

        Raises
        ------
        UserError
            If the operator refuses its inputs, or a fault of the runtime cannot be made in it; the node is named.
        """
        return self.compute_all(node, values, runtime)[node.output]

    def compute_all(self, node: Node, values: Mapping[str, Array], runtime: How | None = None) -> dict[str, Array]:
        """Run one node on given values; return every output that has a name. See :meth:`compute`."""
        operator = operator_of(node)
        arguments = self.arguments(node, values)
        positional: list[Any] = [arguments[formal] for formal in operator.inputs if formal != operator.variadic]
        positional += arguments[operator.variadic] if operator.variadic else ()
        chosen = self.limited(node, self.runtime) if runtime is None else _runtime(runtime)
        extra: dict[str, Any] = {"runtime": chosen} if operator.quantized else {}
        extra |= {name: self._callable(node, body, values, chosen) for name, body in node.bodies.items()}
        try:
            chosen.refuse_uint8(node.op_type, positional)
            found = operator.function(*positional, **node.attributes, **extra)
        except UserError as error:
            raise UserError(
                f"node {node.name} ({node.op_type}): {error.found}", error.expected, error.remedy
            ) from error
        except (ArithmeticError, IndexError, MemoryError, TypeError, ValueError) as error:
            shapes = ", ".join(str(list(np.shape(value))) for value in positional if value is not None)
            raise UserError(
                f"node {node.name} ({node.op_type}) cannot be computed of shapes {shapes} ({error})",
                f"inputs and attributes as {node.op_type} demands",
                "If onnx.checker.check_model(path, full_check=True) finds a fault, export the model again without it; "
                "if it finds none, report this model to resnet8doc.",
            ) from error  # fmt: skip
        results = found if isinstance(found, tuple) else (found,)
        if len(results) < len(node.outputs):
            results = (*results, *(self._collected(node, name) for name in node.outputs[len(results) :]))
        return {name: np.asarray(value) for name, value in zip(node.outputs, results, strict=False) if name}

    def _collected(self, node: Node, name: str) -> Array:
        """Return what a loop without a turn collects: nothing, along axes that are as long as the file says, or 0."""
        info = self.info.get(name)
        if name and (info is None or info.dtype is None):
            raise UserError(
                f"node {node.name} ({node.op_type}) has no turn, and of what type {name} is, the model does not say",
                "its type", "Feed the graph so that there is a turn, or extract the model where ONNX Runtime is.",
            )  # fmt: skip
        kind, shape = (info.dtype, info.shape or ()) if info is not None else ("float32", ())
        lengths = (length if isinstance(length, int) else 0 for length in shape[1:])
        return np.zeros((0, *lengths), "uint8" if kind in NARROW else kind)

    def _callable(
        self, node: Node, body: Body, values: Mapping[str, Array], runtime: Runtime
    ) -> Callable[..., tuple[Array, ...]]:
        """Return a graph within a node as a function of what the node feeds to it."""
        around = {e.tensor: values[e.tensor] for e in node.inputs if e.formal == CAPTURED and not e.parameter}
        fed = (*(TensorInfo(name, None, None) for name in around), *body.inputs)
        wanted = tuple(TensorInfo(name, None, None) for name in body.outputs)
        inner = Graph(node.name, self.format, body.nodes, fed, wanted, self.parameters, {}, runtime)

        def run(*inputs: Array) -> tuple[Array, ...]:
            given = (of_one(value, info) for value, info in zip(inputs, body.inputs, strict=True))
            found = inner.run(around | dict(zip((info.name for info in body.inputs), given, strict=True)))
            return tuple(found[name] for name in body.outputs)

        return run

    def limited(self, node: Node, runtime: How) -> Runtime:
        """Return a runtime with those of its faults alone that can be made in a node."""
        operator = operator_of(node)
        return _runtime(runtime).limited_to(operator.op_type, operator.parts)

    def can_have(self, node: Node, fault: Mistake) -> bool:
        """Return whether a fault can be made in a node, in the graph's runtime, and is one there."""
        operator = operator_of(node)
        possible = operator.quantized and fault.part in self.runtime.parts_of(operator.op_type, operator.parts)
        return possible and not self.runtime.computes_so(fault, operator.op_type)

    def arguments(self, node: Node, values: Mapping[str, Array]) -> dict[str, Any]:
        """Return a node's inputs by their formal names; None where none is connected, a list for a variadic one."""
        operator = operator_of(node)
        found: dict[str, Any] = dict.fromkeys(operator.inputs)
        if operator.variadic:
            found[operator.variadic] = []
        for entry in node.inputs:
            value = self.parameters[entry.tensor] if entry.parameter else values[entry.tensor]
            if entry.formal == CAPTURED:
                continue
            if entry.formal == operator.variadic:
                found[entry.formal].append(value)
            else:
                found[entry.formal] = value
        return found

    def trace(self, node: str, index: tuple[int, ...], feeds: Feeds, *, runtime: How | None = None) -> Trace:
        """Write down how one element of a node's output comes about.

        Parameters
        ----------
        node
            The node's name.
        index
            Of the output element: ``(n, channel, row, column)``.
        feeds
            As for :meth:`run`; what the node reads is computed from it.
        runtime
            Whose arithmetic, if not the graph's.

        Returns
        -------
        Trace
            Every product, the accumulator, bias, multiplier, rounding and clamp. Its last step equals the element.

        Raises
        ------
        UserError
            If the node or the index does not exist, or the operator cannot be traced.
        """
        return self.tracer(node, feeds, runtime=runtime)(index)

    def tracer(self, node: str, feeds: Feeds, *, runtime: How | None = None) -> Callable[[tuple[int, ...]], Trace]:
        """Return what traces elements of a node's output: what :meth:`trace` computes for each, computed once.

        Parameters
        ----------
        node, feeds, runtime
            As for :meth:`trace`.

        Returns
        -------
        Callable
            From an index to its trace; it refuses an index outside of the output.

        Raises
        ------
        UserError
            If the node does not exist, or the operator cannot be traced.
        """
        found = self.node(node)
        needed = [entry.tensor for entry in found.inputs if not entry.parameter]
        values = self.run(feeds, needed)
        traced = check_traced(found)
        possible = self.limited(found, self.runtime if runtime is None else runtime)
        shape = self.compute(found, values, possible).shape
        chosen = possible if runtime is None else _runtime(runtime)

        def trace(index: tuple[int, ...]) -> Trace:
            if len(index) != len(shape) or not all(0 <= i < n for i, n in zip(index, shape, strict=True)):
                raise UserError(
                    f"index is {list(index)}", f"one inside {list(shape)}", "Choose an element of the output."
                )
            return traced(tuple(index), self.arguments(found, values), chosen)

        return trace

    def with_parameters(self, changes: Mapping[str, Number]) -> "Graph":
        """Return a graph with some stored tensors replaced, for every node that reads them.

        Raises
        ------
        UserError
            If a tensor does not exist, the new one's type or shape differs, or a scale is not finite.
        """
        parameters = dict(self.parameters)
        for name, value in changes.items():
            parameters[name] = like(self.parameter(name), value, name)
        check_parameters(self.nodes, parameters)
        return replace(self, parameters=parameters)

    def with_input(self, node: str, formal: str, value: Number) -> "Graph":
        """Return a graph in which one operator's input alone is replaced (a fault): its neighbours keep the old one.

        Parameters
        ----------
        node, formal
            The node's name and the input's: ``"stack2_conv1_quant"``, ``"x_scale"``. It must be a parameter.
        value
            Of the same type and shape.

        Raises
        ------
        UserError
            If there is no such node or parameter, the new one's type or shape differs, or it is a scale and not
            finite.
        """
        found = self.node(node)
        entry = next((e for e in found.inputs if e.formal == formal and e.parameter), None)
        if entry is None:
            known = ", ".join(e.formal for e in found.inputs if e.parameter)
            raise UserError(f"node {node} has no parameter {formal!r}", f"one of {known}", "Choose one of these.")
        name = f"{node}:{formal}"
        parameters = {**self.parameters, name: like(self.parameters[entry.tensor], value, name)}
        inputs = tuple(replace(e, tensor=name) if e.formal == formal else e for e in found.inputs)
        nodes = tuple(replace(n, inputs=inputs) if n.name == node else n for n in self.nodes)
        check_parameters(nodes, parameters)
        return replace(self, nodes=nodes, parameters=parameters)

    def with_runtime(self, runtime: How) -> "Graph":
        """Return a graph that computes otherwise."""
        return replace(self, runtime=_runtime(runtime))

    def node(self, name: str) -> Node:
        """Return the node of that name.

        Raises
        ------
        UserError
            If there is none.
        """
        for node in self.nodes:
            if node.name == name:
                return node
        raise UserError(f"there is no node {name!r}", ", ".join(n.name for n in self.nodes), "Choose one of these.")

    def parameter(self, name: str) -> Array:
        """Return the stored tensor of that name.

        Raises
        ------
        UserError
            If there is none.
        """
        if name not in self.parameters:
            raise UserError(
                f"there is no stored tensor {name!r}",
                f"one of the {len(self.parameters)} parameters",
                "Look in graph.parameters.",
            )
        return self.parameters[name]

    def producer(self, tensor: str) -> Node | None:
        """Return the node that computes a tensor; None for a graph input or a stored tensor."""
        return next((node for node in self.nodes if tensor in node.outputs), None)

    def consumers(self, tensor: str) -> list[tuple[Node, str]]:
        """Return every node that reads a tensor, with the formal name of the input that does."""
        return [(node, e.formal) for node in self.nodes for e in node.inputs if e.tensor == tensor]

    @property
    def tensors(self) -> tuple[str, ...]:
        """Every tensor that is fed or computed, in order of computation."""
        return (*(entry.name for entry in self.inputs), *(name for node in self.nodes for name in node.outputs if name))

    def quantization(self, tensor: str) -> Quantization | None:
        """Return scale and zero point of a tensor of codes, stored or computed; None for a real one.

        It is read off the operator that makes the tensor, else off one that reads it; through Transpose, Reshape and
        the like it is carried along.
        """
        return find_quantization(self, tensor)

    def _chosen(self, runtime: How | Mapping[str, How] | None) -> tuple[dict[str, Runtime], Runtime]:
        """Return the runtimes of the nodes named, and that of all others; refuse a fault that can be made nowhere."""
        if runtime is None:
            return {}, self.runtime
        if isinstance(runtime, Mapping):
            return {self.node(name).name: _runtime(one) for name, one in runtime.items()}, self.runtime
        common = _runtime(runtime)
        possible = {fault for node in self.nodes for fault in self.limited(node, common).faults}
        for fault in common.faults:
            if fault not in possible:
                raise UserError(
                    f"{fault.describe()} can be made in no operator of {self.name}",
                    "a fault of a part that one of its operators has", "Choose another fault, or another model.",
                )  # fmt: skip
        return {}, common

    def refuse_lacking(self, runtime: How, others: Mapping[str, Runtime] | None = None) -> None:
        """Refuse a kernel set of TensorFlow Lite that lacks an operator of the graph, before anything is computed.

        Parameters
        ----------
        runtime
            The kernel set, or any other runtime, which lacks nothing.
        others
            Those of nodes by their names, where they have their own.

        Raises
        ------
        UserError
            Naming the node, the operator and the kernel sets that have it.

        Examples
        --------
        >>> node = Node("tiled", "Tile", "", "tiled", (), ("y",), {}, 13, kernel="TILE")
        >>> graph = Graph("tiles", "QOperator", (node,), (), (), {}, {})
        >>> graph.refuse_lacking("xnnpack")
        """
        common = _runtime(runtime)
        for node in self.nodes:
            chosen = (others or {}).get(node.name, common)
            if lacks(chosen.name, node.kernel):
                error = lacking(chosen.title, node.kernel)
                raise UserError(f"node {node.name} ({node.op_type}): {error.found}", error.expected, error.remedy)

    def _feeds(self, feeds: Feeds) -> dict[str, Array]:
        if not isinstance(feeds, Mapping):
            if len(self.inputs) != 1:
                raise UserError(f"the graph has {len(self.inputs)} inputs", "tensors by name", "Pass a dict.")
            feeds = {self.inputs[0].name: feeds}
        known = set(self.tensors)
        values = {}
        for name, value in feeds.items():
            if name not in known:
                raise UserError(
                    f"there is no tensor {name!r}", "a graph input or a node's output", "Look in graph.tensors."
                )
            values[name] = fitting(np.asarray(value), self.info.get(name), name)
        return values

    def _wanted(self, outputs: Outputs) -> list[str]:
        if outputs is None or outputs == "all":
            return [entry.name for entry in self.outputs]
        wanted = [outputs] if isinstance(outputs, str) else list(outputs)
        known = set(self.tensors) | set(self.parameters)
        for name in wanted:
            if name not in known:
                raise UserError(
                    f"there is no tensor {name!r}", "a graph input or a node's output", "Look in graph.tensors."
                )
        return wanted


def _runtime(runtime: How) -> Runtime:
    return runtime_of(runtime) if isinstance(runtime, str) else runtime
