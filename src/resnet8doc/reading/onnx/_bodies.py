"""Graphs within the graph: what If, Loop and Scan hold, and what they read of the tensors around them."""

from collections.abc import Iterator, Mapping

from onnx.onnx_ml_pb2 import AttributeProto, GraphProto, NodeProto


def bodies(node: NodeProto) -> dict[str, GraphProto]:
    """Return the graphs that a node holds, by the names of its attributes."""
    return {entry.name: entry.g for entry in node.attribute if entry.type == AttributeProto.GRAPH}


def every_node(graph: GraphProto) -> Iterator[NodeProto]:
    """Go over a graph's nodes and those of the graphs within."""
    for node in graph.node:
        yield node
        for body in bodies(node).values():
            yield from every_node(body)


def made_in(graph: GraphProto) -> list[str]:
    """Return the names that a graph gives: to what it is fed, stores and computes, not within its own nodes."""
    given = [entry.name for entry in (*graph.input, *graph.initializer)]
    return [name for name in (*given, *(name for node in graph.node for name in node.output)) if name]


def captured(node: NodeProto) -> list[str]:
    """Return the tensors around a node that the graphs within it read, each once."""
    found: dict[str, None] = {}
    for body in bodies(node).values():
        own = set(made_in(body))
        read = [name for inner in body.node for name in reads(inner)] + [entry.name for entry in body.output]
        found.update(dict.fromkeys(name for name in read if name not in own))
    return list(found)


def reads(node: NodeProto) -> list[str]:
    """Return all that a node reads: its inputs, and what the graphs within it capture."""
    return [*filter(None, node.input), *captured(node)]


def renamed(graph: GraphProto, names: Mapping[str, str]) -> GraphProto:
    """Return a copy of a graph in which tensors have other names, also where the graphs within capture them."""
    copy = GraphProto()
    copy.CopyFrom(graph)
    for entry in (*copy.input, *copy.output, *copy.initializer):
        entry.name = names.get(entry.name, entry.name)
    for node in copy.node:
        node.input[:] = [names.get(name, name) for name in node.input]
        node.output[:] = [names.get(name, name) for name in node.output]
        for entry in node.attribute:
            if entry.type == AttributeProto.GRAPH:
                own = set(made_in(entry.g))
                outer = {old: new for old, new in names.items() if old not in own}
                entry.g.CopyFrom(renamed(entry.g, outer))
    return copy
