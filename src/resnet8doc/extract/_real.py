"""What stays real in a graph that ONNX Runtime has fused, and why."""

from collections.abc import Mapping
from dataclasses import dataclass

from ..graph import Graph, Node, operator_of

READ = {"Conv": ("X",), "MatMul": ("A",), "Gemm": ("A",)}
"""The inputs whose type of codes must be the output's; of any other operator, all."""

WEIGHTS = {"Conv": "W", "MatMul": "B", "Gemm": "B"}

INT8_ASKED = ("Conv", "MatMul")
"""What is fused on int8 activations only if the session allows it; ``qdq_selectors.cc`` in ONNX Runtime."""


@dataclass(frozen=True)
class Real:
    """A tensor of real numbers.

    Attributes
    ----------
    tensor
        Its name.
    made_by
        The type of the operator that makes it; ``""`` for one that is fed.
    layer
        The layer that it belongs to.
    why
        Why it is no tensor of codes.
    """

    tensor: str
    made_by: str
    layer: str
    why: str


def real_tensors(graph: Graph, kinds: Mapping[str, str] | None = None) -> list[Real]:
    """Return every computed or fed tensor of real numbers, in order of computation, each with the reason.

    Parameters
    ----------
    graph
        Of an optimised graph (``extract --fused``); of any other the reasons that concern fusion mean nothing.
    kinds
        The ONNX types of stored tensors (``dtype`` in an extraction's ``initializers``): numpy has no ``int4``.

    Examples
    --------
    >>> import numpy as np
    >>> from resnet8doc.graph import Graph
    >>> graph = Graph.from_parts(
    ...     {
    ...         "format": "resnet8doc.operations", "version": 2, "model": {"name": "tiny", "quant_format": "QDQ"},
    ...         "inputs": [{"name": "x", "dtype": "float32", "shape": ["batch"]}],
    ...         "outputs": [{"name": "q", "dtype": "int8", "shape": ["batch"]}], "initializers": [
    ...             {"name": "s", "stored_dtype": "float32", "shape": []}],
    ...         "nodes": [{"name": "n", "op_type": "QuantizeLinear", "domain": "", "layer": "input",
    ...                    "since_version": 21, "attributes": {}, "outputs": [{"index": 0, "tensor": "q"}],
    ...                    "inputs": [{"formal": "x", "tensor": "x"}, {"formal": "y_scale", "tensor": "s"}]}],
    ...     },
    ...     {"s": np.float32(0.5)},
    ... )
    >>> [(row.tensor, row.why) for row in real_tensors(graph)]
    [('x', 'fed to the model')]
    """
    rows = [Real(entry.name, "", "input", "fed to the model") for entry in graph.inputs if is_real(graph, entry.name)]
    for node in graph.nodes:
        rows += [
            Real(name, node.op_type, node.layer, _why(graph, node, name, kinds or {}))
            for name in node.outputs
            if name and is_real(graph, name)
        ]
    return rows


def is_real(graph: Graph, tensor: str) -> bool:
    """Return whether a tensor holds real numbers, by the operator that makes it."""
    node = graph.producer(tensor)
    if node is None:
        info = graph.info.get(tensor)
        return info is not None and (info.dtype or "").startswith("float")
    kind = operator_of(node).kind
    if kind == "movement":
        return is_real(graph, node.inputs[0].tensor)
    return kind == "real" or node.op_type == "DequantizeLinear"


def _why(graph: Graph, node: Node, tensor: str, kinds: Mapping[str, str]) -> str:
    if tensor in {entry.name for entry in graph.outputs}:
        return "what the model gives"
    if node.op_type == "DequantizeLinear":
        readers = sorted({reader.name for reader, _ in graph.consumers(tensor)})
        stored = node.inputs[0].parameter
        return f"{'stored codes' if stored else 'codes'}, dequantized for {_listed(readers)}, which stays real"
    if operator_of(node).kind == "movement":
        return f"{node.inputs[0].tensor}, moved"
    return why_not_fused(graph, node, kinds)


def why_not_fused(graph: Graph, node: Node, kinds: Mapping[str, str]) -> str:
    """Return why the optimiser left an operator on real numbers, as far as types of codes tell."""
    wanted = READ.get(node.op_type)
    read: list[tuple[str, str]] = []
    for entry in node.inputs:
        maker = graph.producer(entry.tensor)
        if maker is None or maker.op_type != "DequantizeLinear":
            return f"{entry.tensor} is real, and only operators that read dequantized codes are fused"
        codes = maker.inputs[0].tensor
        if entry.formal == WEIGHTS.get(node.op_type) and kinds.get(codes, "").endswith(("int4", "int2")):
            return f"its weights are {kinds[codes]}, and only weights of 8 bits are fused"
        if wanted is None or entry.formal in wanted:
            read.append((codes, code_type(graph, codes)))
    writers = [reader for reader, _ in graph.consumers(node.output)]
    if len(writers) != 1 or writers[0].op_type != "QuantizeLinear":
        return "its output is not read by exactly one QuantizeLinear, and only operators between codes are fused"
    codes = writers[0].output
    types = [*read, (codes, code_type(graph, codes))]
    if len({kind for _, kind in types}) > 1:
        said = (
            f"reads {_listed(sorted({kind for _, kind in read}))} and writes {types[-1][1]}, and all must be one type"
        )
        odd = [why for codes, kind in types if kind == "int8" and (why := _why_signed(graph, codes))]
        return "; ".join([said, *dict.fromkeys(odd)])
    if types[0][1] == "int8" and node.op_type in INT8_ASKED:
        return "its activations are int8, which is fused only with session.qdqisint8allowed=1 (--fused integers)"
    return f"left real by ONNX Runtime's optimiser, though all codes are {types[0][1]}"


def _why_signed(graph: Graph, codes: str) -> str:
    """Return why codes are still int8 though the optimiser turns int8 to uint8."""
    node = graph.producer(codes)
    if node is None:
        return f"{codes} is stored as int8"
    readers = len(graph.consumers(codes))
    if node.op_type == "QuantizeLinear" and readers > 1:
        return f"{codes} stays int8, as {readers} nodes read it: QDQS8ToU8 turns only what one DequantizeLinear reads"
    return ""


def code_type(graph: Graph, tensor: str) -> str:
    """Return the type of codes, or ``""`` where it is not known."""
    if tensor in graph.parameters:
        return str(graph.parameters[tensor].dtype)
    found = graph.quantization(tensor)
    return "" if found is None else str(found.zero_point.dtype)


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
