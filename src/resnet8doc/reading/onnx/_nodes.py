"""Nodes as the extraction writes them; operators that the engine does not have, all named at once."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from onnx.onnx_ml_pb2 import ModelProto, NodeProto, ValueInfoProto

from ...errors import UserError
from ...graph import CAPTURED, operator_at
from ...ops import OPERATORS
from ._attributes import attributes_of
from ._bodies import bodies, captured, every_node
from ._layers import layer_of
from ._prepare import Stored
from ._since import since_version
from ._types import type_and_shape

Array = npt.NDArray[Any]

Types = dict[str, tuple[str | None, list[int | str | None] | None]]
"""Type and shape of tensors by their names, None where they are not known."""

Infer = Callable[[ModelProto, Sequence[NodeProto], Stored], Types]
"""What says types and shapes of all that is fed, stored and computed."""


def refuse_unknown(model: ModelProto) -> None:
    """Say every operator, and every version of one, that the engine does not have, all at once."""
    unknown: dict[str, list[str]] = {}
    for node in every_node(model.graph):
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


def read_nodes(
    model: ModelProto, folded: Sequence[NodeProto], stored: Stored,
    types: Types,
) -> list[dict[str, Any]]:  # fmt: skip
    """Return every node as the extraction writes it."""
    return _entries(model, folded, stored, types, set())


def every_entry(entries: Sequence[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Go over nodes as the extraction writes them, and those of the graphs within."""
    for entry in entries:
        yield entry
        for body in entry.get("graphs", {}).values():
            yield from every_entry(body["nodes"])


def _entries(
    model: ModelProto, folded: Sequence[NodeProto], stored: Stored, types: Types, taken: set[str]
) -> list[dict[str, Any]]:
    nodes = []
    for number, node in enumerate(folded):
        domain = "" if node.domain == "ai.onnx" else node.domain
        name = node.name or f"{node.op_type}_{number}"
        while name in taken:
            name = f"{name}_{number}"
        taken.add(name)
        version = since_version(model, domain, node.op_type)
        operator = operator_at(domain, node.op_type, version)
        if len(node.input) > len(operator.inputs) and not operator.variadic:
            raise UserError(
                f"node {name} has {len(node.input)} inputs", f"{len(operator.inputs)} at most: "
                f"{', '.join(operator.inputs)}", f"Convert the model to an opset in which {node.op_type} has no more.",
            )  # fmt: skip
        around = captured(node)
        formal = (*operator.formals(len(node.input)), *[CAPTURED] * len(around))
        inputs = []
        for index, tensor in enumerate([*node.input, *around]):
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
            **({"graphs": {
                key: {"inputs": [_fed(entry) for entry in body.input],
                      "outputs": [entry.name for entry in body.output],
                      "nodes": _entries(model, body.node, stored, types, taken)}
                for key, body in found.items()
            }} if (found := bodies(node)) else {}),
        })  # fmt: skip
    return nodes


def _fed(entry: ValueInfoProto) -> dict[str, Any]:
    dtype, shape = type_and_shape(entry)
    return {"name": entry.name, "dtype": dtype, "shape": shape}


def _plain(array: Array) -> Any:
    """Return numbers for JSON; one that JSON has no word for (NaN, infinity) as a string."""
    if array.dtype.kind == "f" and not np.isfinite(array).all():
        written: list[Any] = [v if np.isfinite(v) else str(v) for v in array.reshape(-1).tolist()]
    else:
        written = array.reshape(-1).tolist()
    return written[0] if array.ndim == 0 else written
