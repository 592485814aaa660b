"""From the calls of a TorchScript file to the nodes of an extraction."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ...architecture import IMAGE_SHAPE
from ...arithmetic import Number
from ...errors import UserError
from ...files import sha256
from ...ops import OPERATORS, Operator
from ._script import Call, Ref, Script

Array = npt.NDArray[Any]

DOMAINS = {"": 21, "com.microsoft": 1, "pytorch": 1}
"""The opset of the meaning that each node has."""

SINCE = {
    "QuantizeLinear": 21, "DequantizeLinear": 21, "Transpose": 21, "Pad": 21, "Flatten": 21, "Softmax": 13,
}  # fmt: skip
OUTSIDE = "Export the model without it, or with the default configuration of an engine."


@dataclass(frozen=True)
class Reading:
    """What a file holds.

    Attributes
    ----------
    operations, tensors
        The extraction's JSON, without the name of its tensors' file, and its stored tensors.
    script
        The file itself, whose tensors have the names of the extraction's.
    """

    operations: dict[str, Any]
    tensors: dict[str, Array]
    script: Script


@dataclass
class Build:
    """What is read so far.

    Attributes
    ----------
    seen
        Every tensor of one run on a black image: scales, zero points, types and shapes are read from these.
    nodes, stored
        As the extraction's JSON and ``.npz`` hold them.
    """

    seen: Mapping[str, Any]
    nodes: list[dict[str, Any]] = field(default_factory=list)
    stored: dict[str, Array] = field(default_factory=dict)

    def node(
        self, call: Call, domain: str, op_type: str, inputs: Mapping[str, str], attributes: Mapping[str, Any]
    ) -> None:
        """Add a node; ``inputs`` are tensors by formal name."""
        record = OPERATORS[domain, op_type]
        entries = []
        for given, tensor in inputs.items():
            entry: dict[str, Any] = {
                "index": record.inputs.index(given), "formal": given, "tensor": tensor,
                "initializer": tensor in self.stored,
            }  # fmt: skip
            if tensor in self.stored:
                array = self.stored[tensor]
                entry |= {"dtype": str(array.dtype), "shape": list(array.shape)}
                if given.endswith(("scale", "zero_point")):
                    entry["value"] = array.tolist()
            else:
                entry |= described(self.seen[tensor])
            entries.append(entry)
        self.nodes.append({
            "index": len(self.nodes), "name": call.output, "op_type": op_type, "domain": domain,
            "since_version": since(record), "layer": call.owner.partition(".")[0] or call.output,
            "attributes": dict(attributes), "inputs": entries,
            "outputs": [
                {"index": 0, "formal": record.output, "tensor": call.output, **described(self.seen[call.output])}
            ],
        })  # fmt: skip

    def store(self, name: str, array: Number) -> str:
        """Store a tensor."""
        self.stored[name] = np.asarray(array, order="C")
        return name

    def codes(self, call: Call, ref: Any) -> tuple[str, str, str]:
        """Return the names of codes, of their scale and of their zero point."""
        tensor = self.seen[ref.name]
        if not tensor.is_quantized or described(tensor)["dtype"] != "uint8":
            raise UserError(
                f"{call.kind} ({call.output}) reads {ref.name}, which is {tensor.dtype}", "torch.quint8", OUTSIDE
            )
        return ref.name, f"{ref.name}_scale", f"{ref.name}_zero_point"

    def quantized(self, call: Call) -> tuple[str, str]:
        """Store the scale and zero point of what a call gives; return their names."""
        tensor = self.seen[call.output]
        scale = float(tensor.q_scale())
        if float(np.float32(scale)) != scale:
            raise UserError(
                f"{call.kind} ({call.output}) has the scale {scale!r}", "a float32 number, as observers give them",
                "Quantize with PyTorch's observers.",
            )  # fmt: skip
        return (
            self.store(f"{call.output}_scale", np.float32(scale)),
            self.store(f"{call.output}_zero_point", np.uint8(tensor.q_zero_point())),
        )


def read(path: Path) -> Reading:
    """Translate a quantized TorchScript file of this project.

    Layers keep PyTorch's names, in the domain ``pytorch``, as their bias is a real number; what computes the same
    mathematics as ONNX's operators becomes those.

    Raises
    ------
    UserError
        If the file cannot be read, does not take ``[N, 32, 32, 3]``, or holds an operator or a quantization that is not
        known; all unknown operators are named.
    """
    script = Script(path)
    unknown = Counter(call.kind for call in script.calls if call.kind not in TRANSLATE)
    if unknown:
        listed = ", ".join(f"{kind} ({count} of it)" for kind, count in unknown.items())
        raise UserError(f"the model has operators that cannot be read: {listed}", ", ".join(sorted(TRANSLATE)), OUTSIDE)
    build = Build(script.run(np.zeros((1, *IMAGE_SHAPE), np.float32)))
    for call in script.calls:
        TRANSLATE[call.kind](build, call)
    return Reading(_describe(path, build, script), build.stored, script)


def described(tensor: Any) -> dict[str, Any]:
    """Return type and shape; the first axis is the batch."""
    kind = str(tensor.dtype).removeprefix("torch.")
    return {
        "dtype": {"quint8": "uint8", "qint8": "int8"}.get(kind, kind),
        "shape": ["batch", *(int(length) for length in tensor.shape[1:])],
    }


def since(record: Operator) -> int:
    """Return the opset of the meaning that a node has."""
    return SINCE.get(record.op_type, 1)


def _quantize(build: Build, call: Call) -> None:
    scale, zero = build.quantized(call)
    if described(build.seen[call.output])["dtype"] != "uint8":
        raise UserError(f"{call.output} is {build.seen[call.output].dtype}", "torch.quint8", OUTSIDE)
    inputs = {"x": call.arguments[0].name, "y_scale": scale, "y_zero_point": zero}
    build.node(call, "", "QuantizeLinear", inputs, {})


def _dequantize(build: Build, call: Call) -> None:
    codes, scale, zero = build.codes(call, call.arguments[0])
    build.node(call, "", "DequantizeLinear", {"x": codes, "x_scale": scale, "x_zero_point": zero}, {})


def _layer(build: Build, call: Call) -> None:
    source, packed = call.arguments[:2]
    weight, bias = packed.unpack()
    name, op_type = call.output, call.kind.partition("::")[2].removesuffix("_relu")
    codes, x_scale, x_zero = build.codes(call, source)
    scales, zeros = _weights(call, weight)
    y_scale, y_zero = build.quantized(call)
    inputs = {
        "x": codes, "x_scale": x_scale, "x_zero_point": x_zero,
        "w": build.store(f"{name}_w", weight.int_repr().numpy()),
        "w_scale": build.store(f"{name}_w_scale", scales), "w_zero_point": build.store(f"{name}_w_zero_point", zeros),
        "y_scale": y_scale, "y_zero_point": y_zero,
    }  # fmt: skip
    if bias is not None:
        inputs["bias"] = build.store(f"{name}_bias", bias.detach().numpy())
    attributes: dict[str, Any] = {"relu": int(call.kind.endswith("_relu"))}
    if op_type == "conv2d":
        (top, left), group = packed.padding(), packed.groups()
        attributes |= {
            "strides": list(packed.stride()), "pads": [top, left, top, left], "dilations": list(packed.dilation()),
            "group": int(group),
        }  # fmt: skip
    build.node(call, "pytorch", op_type, inputs, attributes)


def _weights(call: Call, weight: Any) -> tuple[Array, Array]:
    """Return scales, float32, and zero points, int8: scalars, or one for each output channel."""
    import torch

    if weight.dtype != torch.qint8:
        raise UserError(f"{call.output} has weights of {weight.dtype}", "torch.qint8", OUTSIDE)
    if weight.qscheme() in (torch.per_channel_affine, torch.per_channel_symmetric):
        if weight.q_per_channel_axis() != 0:
            raise UserError(
                f"{call.output} has scales along axis {weight.q_per_channel_axis()}", "0, the output channels", OUTSIDE
            )
        wide, zeros = weight.q_per_channel_scales().numpy(), weight.q_per_channel_zero_points().numpy()
    else:
        wide, zeros = np.asarray(weight.q_scale()), np.asarray(weight.q_zero_point())
    scales = np.asarray(wide, np.float32)
    if np.any(zeros != 0) or np.any(scales != wide):
        raise UserError(
            f"{call.output} has weights with zero points, or scales that are no float32 numbers",
            "symmetric weights, as the default configurations make them", OUTSIDE,
        )  # fmt: skip
    return scales, np.asarray(zeros, np.int8)


def _add(build: Build, call: Call) -> None:
    inputs: dict[str, str] = {}
    for formal, ref in zip("AB", call.arguments, strict=False):
        inputs |= dict(zip((formal, f"{formal}_scale", f"{formal}_zero_point"), build.codes(call, ref), strict=True))
    inputs["C_scale"], inputs["C_zero_point"] = build.quantized(call)
    build.node(call, "pytorch", "add", inputs, {"relu": int(call.kind.endswith("_relu"))})


def _average(build: Build, call: Call) -> None:
    import torch

    codes, scale, zero = build.codes(call, call.arguments[0])
    source = build.seen[codes]
    if source.dim() != 4 or not source.is_contiguous(memory_format=torch.channels_last):
        raise UserError(
            f"{call.kind} ({call.output}) reads {list(source.shape)}, not channels last in memory",
            "what a convolution gives: another memory order is added up in another order", OUTSIDE,
        )  # fmt: skip
    y_scale, y_zero = build.quantized(call)
    if call.kind == "aten::adaptive_avg_pool2d":
        if list(build.seen[call.output].shape[2:]) != [1, 1]:
            raise UserError(f"{call.output} is larger than one pixel", "the mean of the whole image", OUTSIDE)
        inputs = {"X": codes, "x_scale": scale, "x_zero_point": zero, "y_scale": y_scale, "y_zero_point": y_zero}
        build.node(call, "com.microsoft", "QLinearGlobalAveragePool", inputs, {"channels_last": 0})
        return
    axes, keep = sorted(axis % 4 for axis in call.arguments[1] or ()), int(bool(call.arguments[2]))
    if axes != [2, 3]:
        raise UserError(f"{call.output} is a mean over the axes {axes}", "2 and 3, the image's", OUTSIDE)
    inputs = {
        "data": codes, "data_scale": scale, "data_zero_point": zero, "reduced_scale": y_scale,
        "reduced_zero_point": y_zero,
    }  # fmt: skip
    build.node(call, "com.microsoft", "QLinearReduceMean", inputs, {"axes": axes, "keepdims": keep})


def _permute(build: Build, call: Call) -> None:
    source, order = call.arguments
    _keep(build, call, source)
    axes = [axis % len(order) for axis in order]
    build.node(call, "", "Transpose", {"data": source.name}, {"perm": axes})


def _keep(build: Build, call: Call, source: Ref) -> None:
    """Give what moves codes the scale and zero point of its input."""
    if build.seen[source.name].is_quantized:
        build.quantized(call)


def _pad(build: Build, call: Call) -> None:
    source, amounts, mode, value = (*call.arguments, None, None)[:4]
    tensor = build.seen[source.name]
    if mode not in (None, "constant") or tensor.is_quantized:
        raise UserError(
            f"aten::pad ({call.output}) has the mode {mode}, or pads codes", "real numbers and a constant", OUTSIDE
        )
    before, after = [0] * tensor.dim(), [0] * tensor.dim()
    for number in range(len(amounts) // 2):  # PyTorch names the last axis first
        before[-1 - number], after[-1 - number] = amounts[2 * number : 2 * number + 2]
    inputs = {
        "data": source.name, "pads": build.store(f"{call.output}_pads", np.array(before + after, np.int64)),
        "constant_value": build.store(f"{call.output}_value", np.float32(value or 0)),
    }  # fmt: skip
    build.node(call, "", "Pad", inputs, {"mode": "constant"})


def _flatten(build: Build, call: Call) -> None:
    source, start, end = call.arguments
    dims = build.seen[source.name].dim()
    if start % dims != 1 or end % dims != dims - 1:
        raise UserError(f"{call.output} flattens axes {start} to {end}", "all but the first", OUTSIDE)
    _keep(build, call, source)
    build.node(call, "", "Flatten", {"input": source.name}, {"axis": 1})


def _softmax(build: Build, call: Call) -> None:
    source, axis = call.arguments[:2]
    build.node(call, "", "Softmax", {"input": source.name}, {"axis": int(axis)})


TRANSLATE: dict[str, Callable[[Build, Call], None]] = {
    "aten::quantize_per_tensor": _quantize, "aten::dequantize": _dequantize, "aten::permute": _permute,
    "quantized::conv2d": _layer, "quantized::conv2d_relu": _layer, "quantized::linear": _layer,
    "quantized::linear_relu": _layer, "quantized::add": _add, "quantized::add_relu": _add, "aten::mean": _average,
    "aten::adaptive_avg_pool2d": _average, "aten::pad": _pad, "aten::flatten": _flatten, "aten::softmax": _softmax,
}  # fmt: skip
"""What each operator of a file becomes."""


def _describe(path: Path, build: Build, script: Script) -> dict[str, Any]:
    import torch

    readers: dict[str, list[dict[str, Any]]] = {}
    for node in build.nodes:
        for entry in node["inputs"]:
            if entry["initializer"]:
                readers.setdefault(entry["tensor"], []).append(
                    {"node": node["name"], "input": entry["formal"], "index": entry["index"]}
                )
    used = {node["domain"] for node in build.nodes} | {""}
    build.stored = {name: array for name, array in build.stored.items() if name in readers}
    return {
        "format": "resnet8doc.operations",
        "version": 2,
        "model": {
            "name": model_name(path), "file": path.name, "sha256": sha256(path),
            "producer": f"PyTorch {torch.__version__}, {script.engine}",
            "opsets": {domain: version for domain, version in DOMAINS.items() if domain in used},
            "quant_format": "QOperator",
        },
        "counts": dict(sorted(Counter(node["op_type"] for node in build.nodes).items())),
        "inputs": [{"name": script.fed, **described(build.seen[script.fed])}],
        "outputs": [{"name": script.given, **described(build.seen[script.given])}],
        "nodes": build.nodes,
        "initializers": [
            {
                "name": name, "dtype": str(array.dtype), "stored_dtype": str(array.dtype),
                "shape": list(np.shape(array)), "read_by": readers[name],
            }
            for name, array in sorted(build.stored.items())
        ],
    }  # fmt: skip


def model_name(path: Path) -> str:
    """Return what a PyTorch model's extraction is called: an ONNX file of the same stem may lie beside it.

    Examples
    --------
    >>> model_name(Path("models/resnet8_int8.pt"))
    'resnet8_int8_pytorch'
    """
    return f"{path.stem}_pytorch"
