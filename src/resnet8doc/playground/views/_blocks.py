"""A large network's structure, collapsed: blocks of nodes, of which the one that is looked at is open."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from ...graph import Graph

WHOLE = 40
"""Nodes up to which a structure is shown whole."""
EACH = 12
"""Nodes of a block, nearly."""


@dataclass(frozen=True)
class Item:
    """One box of the structure: a node, or a block of nodes that follow each other.

    Attributes
    ----------
    name
        Of the node, or of the block's first node, which a press on the box chooses.
    said
        What stands on it.
    kind
        The operator, or how many nodes.
    nodes
        The names of its nodes.
    """

    name: str
    said: str
    kind: str
    nodes: tuple[str, ...]


def blocks(graph: Graph) -> list[list[str]]:
    """Return the names of a graph's nodes in blocks of nearly `EACH`, in order.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> graph = SimpleNamespace(nodes=[SimpleNamespace(name=f"n{n}") for n in range(30)])
    >>> [(block[0], len(block)) for block in blocks(graph)]
    [('n0', 10), ('n10', 10), ('n20', 10)]
    """
    names = [node.name for node in graph.nodes]
    many = max(1, -(-len(names) // EACH))
    edges = [round(part * len(names) / many) for part in range(many + 1)]
    return [names[begin:end] for begin, end in pairwise(edges)]


def items(graph: Graph, chosen: str) -> list[Item]:
    """Return what a structure shows: every node of a small graph; of a large one blocks, the chosen node's open.

    Blocks are runs of an order of computation, so that no edge leads back from one to an earlier one.
    """
    kinds = {node.name: node.op_type for node in graph.nodes}
    if len(kinds) <= WHOLE:
        return [Item(name, name, kind, (name,)) for name, kind in kinds.items()]
    found = []
    for block in blocks(graph):
        if chosen in block:
            found += [Item(name, name, kinds[name], (name,)) for name in block]
        else:
            found.append(Item(block[0], f"{block[0]} …", f"{len(block)} nodes", tuple(block)))
    return found


def edges(graph: Graph, shown: Sequence[Item]) -> list[tuple[int, int]]:
    """Return which box feeds which, by their places; a block's inner edges are left out."""
    place = {name: number for number, item in enumerate(shown) for name in item.nodes}
    maker = {tensor: place[node.name] for node in graph.nodes for tensor in node.outputs if tensor}
    found = {
        (maker[entry.tensor], place[node.name]): None
        for node in graph.nodes
        for entry in node.inputs
        if not entry.parameter and entry.tensor in maker and maker[entry.tensor] != place[node.name]
    }
    return list(found)


def joined_values(item: Item, values: Mapping[str, float]) -> float | None:
    """Return a box's number: the least of its nodes'."""
    return min((values[name] for name in item.nodes if name in values), default=None)


def joined_counts(item: Item, differ: Mapping[str, tuple[int, int]]) -> tuple[int, int]:
    """Return how many of the codes of a box's nodes differ, of how many."""
    found = [differ[name] for name in item.nodes if name in differ]
    return sum(one for one, _ in found), sum(of for _, of in found)
