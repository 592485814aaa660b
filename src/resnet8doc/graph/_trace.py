"""Which function writes down one element of which operator."""

from collections.abc import Callable, Mapping
from typing import Any

from ..arithmetic import Runtime
from ..errors import UserError
from ..ops import OPERATORS
from ..trace import Trace
from ._model import Node
from ._operators import operator_of


def check_traced(node: Node) -> Callable[[tuple[int, ...], Mapping[str, Any], Runtime], Trace]:
    """Return the function that traces a node's elements, or refuse its operator."""
    element = operator_of(node).element
    if element is None:
        known = ", ".join(sorted(record.op_type for record in OPERATORS.values() if record.element))
        raise UserError(f"node {node.name} is {node.op_type}", f"one of {known}", "Trace one of these.")
    quantized = operator_of(node).quantized

    def traced(index: tuple[int, ...], arguments: Mapping[str, Any], runtime: Runtime) -> Trace:
        extra = {"runtime": runtime} if quantized else {}
        return element(index, **arguments, **node.attributes, **extra)

    return traced


def trace(node: Node, arguments: Mapping[str, Any], index: tuple[int, ...], runtime: Runtime) -> Trace:
    """Trace one element of a node's output, on given inputs.

    Parameters
    ----------
    node
        Of a graph.
    arguments
        Its inputs by formal name, as :meth:`Graph.arguments` returns them.
    index
        Of the output element.
    runtime
        Whose arithmetic.

    Raises
    ------
    UserError
        If the operator cannot be traced.
    """
    return check_traced(node)(index, arguments, runtime)
