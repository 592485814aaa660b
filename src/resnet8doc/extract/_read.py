"""From an ONNX file to plain Python: nodes, tensors, types and shapes; what cannot be read is named."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
import onnxruntime
from google.protobuf.message import DecodeError
from onnx import helper

from ..errors import UserError
from ..graph import operator_at
from ..ops import OPERATORS
from ._attributes import attributes_of
from ._layers import layer_of
from ._prepare import NARROW, Stored
from ._since import since_version

Array = npt.NDArray[Any]

NUMBERS = {name: number for number, name in NARROW.items()}
"""ONNX's numbers of the types that numpy has not."""


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
    except (DecodeError, OSError, ValueError, onnx.checker.ValidationError) as error:
        raise UserError(
            f"{path} cannot be read ({error})", "an ONNX model", "Check that the file is complete."
        ) from error
    if not model.graph.node:
        raise UserError(f"{path} holds no nodes", "an ONNX model", "Check that the file is complete.")
    return model


def refuse_unknown(model: onnx.ModelProto) -> None:
    """Say every operator, and every version of one, that the engine does not have, all at once."""
    unknown: dict[str, list[str]] = {}
    for node in model.graph.node:
        domain = "" if node.domain == "ai.onnx" else node.domain
        if (domain, node.op_type) == ("", "Constant"):
            continue
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


SMALL = 4096
"""Bytes up to which a stored tensor is shown to ONNX Runtime for the sake of shapes; larger ones are weights, of which
type and shape are enough."""


def read_types(
    model: onnx.ModelProto, nodes: Sequence[onnx.NodeProto], stored: Stored
) -> dict[str, tuple[str, list[int | str | None]]]:
    """Return type and shape of every tensor that is fed or computed, as ONNX Runtime infers them.

    ONNX's own shape inference knows nothing of ``com.microsoft``. The runtime is given no weights, so that a large
    model is not held once more; if it wants them nevertheless, it gets them.
    """
    try:
        return _types(model, nodes, stored, SMALL)
    except UserError:
        return _types(model, nodes, stored, None)


def _types(
    model: onnx.ModelProto, nodes: Sequence[onnx.NodeProto], stored: Stored, most: int | None
) -> dict[str, tuple[str, list[int | str | None]]]:
    probe = onnx.ModelProto(ir_version=max(model.ir_version, 4))
    probe.opset_import.extend(model.opset_import)
    probe.functions.extend(model.functions)
    graph = probe.graph
    graph.name = "probe"
    graph.node.extend(nodes)
    graph.input.extend(entry for entry in model.graph.input if entry.name not in stored)
    graph.output.extend(entry for entry in model.graph.output if entry.name not in stored)
    given = {entry.name for entry in graph.output}
    graph.output.extend(
        helper.make_empty_tensor_value_info(name) for node in nodes for name in node.output
        if name and name not in given
    )  # fmt: skip
    for name, (kind, array) in stored.items():
        number = NUMBERS.get(kind) or helper.np_dtype_to_tensor_dtype(array.dtype)
        if most is not None and array.nbytes > most:
            graph.input.append(helper.make_tensor_value_info(name, number, array.shape))
        else:
            graph.initializer.append(
                helper.make_tensor(name, number, array.shape, array.tobytes(), raw=True)
                if kind not in NUMBERS
                else helper.make_tensor(name, number, array.shape, array)
            )
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.log_severity_level = 4
    try:
        session = onnxruntime.InferenceSession(probe.SerializeToString(), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime raises a dozen types of its own that have no base but this
        reason = str(error).splitlines()[0]
        raise UserError(
            f"ONNX Runtime refuses the model ({reason})",
            "a model that it runs",
            "onnx.checker.check_model says whether the model is valid; a newer onnxruntime may know more of it.",
        ) from error
    types = {"tensor(float)": "float32", "tensor(double)": "float64"}
    found: dict[str, tuple[str, list[int | str | None]]] = {
        entry.name: (types.get(entry.type, entry.type[len("tensor(") : -1]), list(entry.shape))
        for entry in (*session.get_inputs(), *session.get_outputs())
    }
    return found | {name: (kind, list(array.shape)) for name, (kind, array) in stored.items()}


def read_nodes(
    model: onnx.ModelProto, folded: Sequence[onnx.NodeProto], stored: Stored,
    types: dict[str, tuple[str, list[int | str | None]]],
) -> list[dict[str, Any]]:  # fmt: skip
    """Return every node as the extraction writes it."""
    nodes, taken = [], set()
    for number, node in enumerate(folded):
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
            "since_version": version, "layer": layer_of(name, next(filter(None, node.output), name)),
            "attributes": attributes_of(node),
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
    if array.dtype.kind == "f" and not np.isfinite(array).all():
        written: list[Any] = [v if np.isfinite(v) else str(v) for v in array.reshape(-1).tolist()]
    else:
        written = array.reshape(-1).tolist()
    return written[0] if array.ndim == 0 else written
