"""Which version of an operator a model means."""

import json
from functools import cache
from pathlib import Path

from onnx.onnx_ml_pb2 import ModelProto

from ...errors import UserError

BEFORE = {"LayerNormalization": 17, "SimplifiedLayerNormalization": 1}
"""Operators that ONNX Runtime had in the standard's domain before the standard, or that the standard never had: its
optimisers write them into models of any opset. By name, the version that they mean."""


@cache
def since_versions() -> dict[str, list[int]]:
    """Return the opsets in which each operator of the standard got a new meaning, as the onnx package lists them.

    Written down in ``operators.json``, for the package's own list is compiled and no browser runs it;
    ``python -m resnet8doc.extract.standard`` writes it again.

    Examples
    --------
    >>> since_versions()["Relu"]
    [1, 6, 13, 14]
    """
    found: dict[str, list[int]] = json.loads(Path(__file__).with_name("operators.json").read_text(encoding="utf-8"))
    return found


def since_version(model: ModelProto, domain: str, op_type: str) -> int:
    """Return the opset that gave an operator the meaning it has in a model: the standard's "since version".

    Raises
    ------
    UserError
        If the model imports no opset of its domain, or one that has no such operator.
    """
    imported = {"" if entry.domain == "ai.onnx" else entry.domain: entry.version for entry in model.opset_import}
    if domain not in imported:
        raise UserError(
            f"the model imports no opset of {domain or 'ai.onnx'}", f"one, for its {op_type}",
            "Add it: onnx.helper.make_opsetid.",
        )  # fmt: skip
    if domain:
        return 1
    meant = [version for version in since_versions().get(op_type, ()) if version <= imported[domain]]
    if not meant and op_type in BEFORE:
        return BEFORE[op_type]
    if not meant:
        raise UserError(
            f"opset {imported[domain]} has no {op_type}", "an operator of the opset that the model imports",
            "Correct the model's opset import.",
        )  # fmt: skip
    return meant[-1]
