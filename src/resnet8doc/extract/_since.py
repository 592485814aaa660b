"""Which version of an operator a model means."""

import onnx

from ..errors import UserError


def since_version(model: onnx.ModelProto, domain: str, op_type: str) -> int:
    """Return the opset that gave an operator the meaning it has in a model: the standard's "since version".

    Raises
    ------
    UserError
        If the model imports no opset of its domain.
    """
    imported = {"" if entry.domain == "ai.onnx" else entry.domain: entry.version for entry in model.opset_import}
    if domain not in imported:
        raise UserError(
            f"the model imports no opset of {domain or 'ai.onnx'}", f"one, for its {op_type}",
            "Add it: onnx.helper.make_opsetid.",
        )  # fmt: skip
    if domain:
        return 1
    try:
        return int(onnx.defs.get_schema(op_type, imported[domain], domain).since_version)
    except onnx.defs.SchemaError as error:
        raise UserError(
            f"opset {imported[domain]} has no {op_type}", "an operator of the opset that the model imports",
            "Correct the model's opset import.",
        ) from error  # fmt: skip
