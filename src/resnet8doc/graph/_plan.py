"""Which nodes a run computes, and after which of them a tensor is no longer kept."""

from collections.abc import Collection, Iterable, Sequence, Set

from ..errors import UserError
from ._model import Node


def needed(nodes: Sequence[Node], wanted: Iterable[str], given: Set[str]) -> list[Node]:
    """Return the nodes, in order, that compute what is wanted from what is given: fed or stored tensors.

    Raises
    ------
    UserError
        If a tensor is needed that nothing computes.
    """
    missing = set(wanted) - given
    found = []
    for node in reversed(nodes):
        if missing & set(node.outputs):
            missing -= set(node.outputs)
            found.append(node)
            missing |= {e.tensor for e in node.inputs if not e.parameter and e.tensor not in given}
    if missing:
        raise UserError(f"{sorted(missing)[0]} is needed and was not fed", "a value for it", "Feed the graph's input.")
    return found[::-1]


def last_uses(nodes: Sequence[Node], wanted: Collection[str]) -> dict[int, list[str]]:
    """Return, for each node's number, the tensors that nobody reads after it, so that memory stays bounded."""
    last: dict[str, int] = {}
    for number, node in enumerate(nodes):
        for name in node.outputs:
            last.setdefault(name, number)
        for entry in node.inputs:
            if not entry.parameter:
                last[entry.tensor] = number
    freed: dict[int, list[str]] = {}
    for tensor, number in last.items():
        if tensor and tensor not in wanted:
            freed.setdefault(number, []).append(tensor)
    return freed
