"""Which record of which version a node is of."""

from functools import lru_cache

from ..errors import UserError
from ..ops import OPERATORS, Operator
from ._model import Node


@lru_cache(maxsize=512)
def operator_at(domain: str, op_type: str, version: int) -> Operator:
    """Return an operator as the version of that opset means it.

    Raises
    ------
    UserError
        If the engine has no such operator, or not that version of it.
    """
    record = OPERATORS.get((domain, op_type))
    if record is None:
        listed = ", ".join(sorted(known.op_type for known in OPERATORS.values()))
        name = f"{domain}.{op_type}" if domain else op_type
        raise UserError(
            f"the operator {name} is not known", f"one of {listed}",
            "Export the model without it, or replace it by these.",
        )  # fmt: skip
    return record.at(version)


def operator_of(node: Node) -> Operator:
    """Return a node's operator."""
    return operator_at(node.domain, node.op_type, node.version)
