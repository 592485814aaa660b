"""Stored scales and zero points, checked before anything runs."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import UserError
from ..ops.parts import check
from ._model import Node
from ._operators import operator_of

Array = npt.NDArray[Any]


def check_parameters(nodes: Sequence[Node], parameters: Mapping[str, Array]) -> None:
    """Refuse a scale that is not finite, a zero point of the wrong type, a kernel of the wrong rank.

    Raises
    ------
    UserError
        Naming the node, the input and the number.
    """
    for node in nodes:
        for body in node.bodies.values():
            check_parameters(body.nodes, parameters)
        operator = operator_of(node)
        stored = {entry.formal: parameters[entry.tensor] for entry in node.inputs if entry.parameter}
        for formal, array in stored.items():
            if formal.endswith("scale") and operator.kind != "real":  # of a normalization it belongs to no codes
                _scale(node, formal, array)
            wanted = operator.ranks.get(formal)
            if wanted is not None and array.ndim not in wanted:
                raise UserError(
                    f"node {node.name}: {formal} has shape {list(array.shape)}",
                    f"{' or '.join(map(str, wanted))} axes",
                    f"The engine computes {node.op_type} of no other rank: reshape to that rank around the node.",
                )
        for (attribute, value), formals in operator.stored.items():
            computed = next((e for e in node.inputs if e.formal in formals and not e.parameter), None)
            if computed is not None and node.attributes.get(attribute) == value:
                raise UserError(
                    f"node {node.name} ({node.op_type}): {computed.formal} is not stored and {attribute} is {value}",
                    f"stored {', '.join(sorted(formals))}", f"Store {computed.formal} as an initializer, or set "
                    f"{attribute} to 0: so the runtime computes it where something is not stored.",
                )  # fmt: skip
        for of, codes in operator.codes.items():
            zero = stored.get(codes.zero_point)
            if of in stored and zero is not None and stored[of].dtype != zero.dtype:
                raise UserError(
                    f"node {node.name}: {codes.zero_point} is {zero.dtype} and {of} is {stored[of].dtype}",
                    "one type for both",
                    "No runtime accepts this: quantize the model again.",
                )
        for formal, array in stored.items():
            if formal.endswith("zero_point") and array.dtype.kind not in "iu":
                raise UserError(
                    f"node {node.name}: {formal} is {array.dtype}", "an integer type",
                    "No runtime accepts this: quantize the model again.",
                )  # fmt: skip


def _scale(node: Node, formal: str, array: Array) -> None:
    boundary = operator_of(node).kind == "boundary"
    if array.dtype != np.float32 and not (boundary and array.dtype == np.float16):
        raise UserError(f"node {node.name}: {formal} is {array.dtype}", "float32", "Convert the model to float32.")
    divisor = formal in check.DIVISORS and not boundary
    good = np.isfinite(array) & ((array != 0) | (not divisor))
    if not good.all():
        at = f"[{int(np.argmin(good))}]" if array.ndim else ""
        raise UserError(
            f"node {node.name}: {formal}{at} is {array[~good].flat[0]}",
            "a finite number other than 0" if divisor else "a finite number",
            "Quantize the model again: a tensor that is constant in the calibration data gives such a scale.",
        )
