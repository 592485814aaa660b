"""From an ONNX file to plain Python: nodes, tensors, types and shapes; what cannot be read is named."""

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
import onnxruntime
from google.protobuf.message import DecodeError
from onnx import TensorProto, helper, numpy_helper

from ..arithmetic import code_type
from ..errors import UserError
from ..graph import operator_at
from ..ops import OPERATORS
from ._layers import layer_of

Array = npt.NDArray[Any]

NARROW = {
    TensorProto.INT4: "int4", TensorProto.UINT4: "uint4", TensorProto.INT2: "int2", TensorProto.UINT2: "uint2",
}  # fmt: skip
"""Types that numpy has not; their codes are stored in a byte each."""


def read_model(path: Path) -> onnx.ModelProto:
    """Load an ONNX file.

    Raises
    ------
    UserError
        If it is missing or no ONNX model.
    """
    try:
        model = onnx.load(path)
    except FileNotFoundError as error:
        raise UserError(f"{path} does not exist", "an ONNX model", "Check the path.") from error
    except (DecodeError, OSError, ValueError) as error:
        raise UserError(
            f"{path} cannot be read ({error})", "an ONNX model", "Check that the file is complete."
        ) from error
    if not model.graph.node:
        raise UserError(f"{path} holds no nodes", "an ONNX model", "Check that the file is complete.")
    return model


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


def refuse_unknown(model: onnx.ModelProto) -> None:
    """Say every operator, and every version of one, that the engine does not have, all at once."""
    unknown: dict[str, list[str]] = {}
    for node in model.graph.node:
        domain = "" if node.domain == "ai.onnx" else node.domain
        operator, kind = OPERATORS.get((domain, node.op_type)), f"{domain + '.' if domain else ''}{node.op_type}"
        if operator is not None:
            version = since_version(model, domain, node.op_type)
            if version in operator.since_versions:
                continue
            kind += f" of opset {version}"
        unknown.setdefault(kind, []).append(node.name or next(filter(None, node.output), "without an output"))
    if unknown:
        listed = "; ".join(
            f"{kind} ({', '.join(names[:3])}{', …' if len(names) > 3 else ''})" for kind, names in unknown.items()
        )
        known = ", ".join(sorted({op_type for _, op_type in OPERATORS}))
        raise UserError(
            f"the model has operators that cannot be read: {listed}", known, "Export the model without them."
        )


def read_initializers(model: onnx.ModelProto) -> dict[str, tuple[str, Array]]:
    """Return every stored tensor: its ONNX type's name, and its numbers (4-bit codes as 8-bit ones)."""
    found = {}
    for tensor in model.graph.initializer:
        array = numpy_helper.to_array(tensor)
        kind = NARROW.get(tensor.data_type)
        if kind is not None:
            array = array.astype(code_type(kind).stored)
        if array.dtype == object:
            raise UserError(
                f"{tensor.name} holds {TensorProto.DataType.Name(tensor.data_type)}", "numbers", "Use another model."
            )
        found[tensor.name] = (kind or str(array.dtype), array)
    return found


def read_types(model: onnx.ModelProto) -> dict[str, tuple[str, list[int | str | None]]]:
    """Return type and shape of every tensor that is fed or computed, as ONNX Runtime infers them.

    ONNX's own shape inference knows nothing of ``com.microsoft``.
    """
    probe = onnx.ModelProto()
    probe.CopyFrom(model)
    given = {entry.name for entry in probe.graph.output}
    for node in probe.graph.node:
        probe.graph.output.extend(
            helper.make_empty_tensor_value_info(name) for name in node.output if name and name not in given
        )
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.log_severity_level = 4
    try:
        session = onnxruntime.InferenceSession(probe.SerializeToString(), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime raises a dozen types of its own that have no base but this
        reason = str(error).splitlines()[0]
        raise UserError(f"ONNX Runtime refuses the model ({reason})", "a valid model", "Mend the model.") from error
    types = {"tensor(float)": "float32", "tensor(double)": "float64"}
    return {
        entry.name: (types.get(entry.type, entry.type[len("tensor(") : -1]), list(entry.shape))
        for entry in (*session.get_inputs(), *session.get_outputs())
    }


def read_nodes(
    model: onnx.ModelProto, stored: dict[str, tuple[str, Array]], types: dict[str, tuple[str, list[int | str | None]]]
) -> list[dict[str, Any]]:
    """Return every node as the extraction writes it."""
    nodes, taken = [], set()
    for number, node in enumerate(model.graph.node):
        domain = "" if node.domain == "ai.onnx" else node.domain
        name = node.name or f"{node.op_type}_{number}"
        if name in taken:
            name = f"{name}_{number}"
        taken.add(name)
        version = since_version(model, domain, node.op_type)
        operator = operator_at(domain, node.op_type, version)
        if len(node.input) > len(operator.inputs) and not operator.variadic:
            raise UserError(
                f"node {name} has {len(node.input)} inputs", f"{len(operator.inputs)} at most: "
                f"{', '.join(operator.inputs)}", f"Convert the model to an opset in which {node.op_type} has no more.",
            )  # fmt: skip
        formal = operator.formals(len(node.input))
        inputs = []
        for index, tensor in enumerate(node.input):
            if not tensor:
                continue
            entry: dict[str, Any] = {
                "index": index,
                "formal": formal[index],
                "tensor": tensor,
                "initializer": tensor in stored,
            }
            if tensor in stored:
                kind, array = stored[tensor]
                entry |= {"dtype": kind, "shape": list(array.shape)}
                if formal[index].endswith(("scale", "zero_point")):
                    entry["value"] = _plain(array)
            else:
                entry |= dict(zip(("dtype", "shape"), types.get(tensor, (None, None)), strict=True))
            inputs.append(entry)
        nodes.append({
            "index": number, "name": name, "op_type": node.op_type, "domain": domain,
            "since_version": version, "layer": layer_of(name, node.output[0]),
            "attributes": {a.name: _attribute(helper.get_attribute_value(a)) for a in node.attribute},
            "inputs": inputs,
            "outputs": [
                {"index": index, "formal": operator.outputs[min(index, len(operator.outputs) - 1)], "tensor": tensor,
                 **dict(zip(("dtype", "shape"), types.get(tensor, (None, None)), strict=True))}
                for index, tensor in enumerate(node.output) if tensor
            ],
        })  # fmt: skip
    return nodes


def _plain(array: Array) -> Any:
    """Return numbers for JSON; one that JSON has no word for (NaN, infinity) as a string."""
    values = [float(v) if array.dtype.kind == "f" else int(v) for v in array.reshape(-1)]
    written = [v if not isinstance(v, float) or np.isfinite(v) else str(v) for v in values]
    return written[0] if array.ndim == 0 else written


def _attribute(value: Any) -> Any:
    if isinstance(value, bytes):
        return value.decode()
    if isinstance(value, (list, tuple)) or hasattr(value, "__iter__"):
        return [_attribute(entry) for entry in value] if not isinstance(value, str) else value
    return value
