"""The names in an ONNX file: text, or the file is torn."""

from collections.abc import Iterator

from onnx.onnx_ml_pb2 import GraphProto, ModelProto

from ...errors import UserError
from ._bodies import every_node


def refuse_bytes(model: ModelProto) -> None:
    """Refuse a name whose bytes are no UTF-8: protobuf hands them over as they are.

    Raises
    ------
    UserError
        With the bytes.
    """
    for name in _names(model):
        if isinstance(name, bytes):
            raise UserError(
                f"a name in the model is {name[:40]!r}, which is no UTF-8", "text", "Check that the file is complete."
            )


def _names(model: ModelProto) -> Iterator[str | bytes]:
    """Yield every name that is read; of type str in the definition of the format, which a torn file does not keep."""
    for node in every_node(model.graph):
        yield from (node.name, node.op_type, node.domain, *node.input, *node.output)
        for attribute in node.attribute:
            yield attribute.name
            for graph in (attribute.g, *attribute.graphs):
                yield from _of_graph(graph)
    yield from _of_graph(model.graph)
    yield from (model.producer_name, model.producer_version, *(entry.domain for entry in model.opset_import))


def _of_graph(graph: GraphProto) -> Iterator[str | bytes]:
    for entry in (*graph.input, *graph.output, *graph.initializer):
        yield entry.name
    for entry in (*graph.input, *graph.output):
        yield from (length.dim_param for length in entry.type.tensor_type.shape.dim)
