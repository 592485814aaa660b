"""Which numbers a quantized PyTorch model really holds."""

from collections import Counter
from typing import Any

import torch

from ..errors import UserError

_KINDS = ("Conv2d", "ConvReLU2d", "Linear", "LinearReLU")
_FUNCTIONS = {
    torch.matmul, torch.mm, torch.addmm, torch.conv2d, torch.nn.functional.conv2d, torch.nn.functional.linear,
    torch.ops.quantized.matmul,
}  # fmt: skip
_OPERATORS = {
    "aten::_convolution", "aten::conv2d", "aten::linear", "aten::matmul", "aten::mm", "aten::addmm",
    "quantized::matmul",
}  # fmt: skip
"""Products whose weights are float32, or are quantized anew with every call (quantized::matmul)."""


def assert_int8(model: torch.nn.Module) -> list[dict[str, Any]]:
    """Make sure that every convolution and linear layer of a quantized model holds qint8 weights.

    Parameters
    ----------
    model
        What ``convert_fx`` returned, or a TorchScript module that was made of it.

    Returns
    -------
    list of dict
        One for each layer: ``name``, ``op_type``, ``weight_type`` (``"int8"``), ``per_channel``, ``scales`` (how many),
        ``scale`` (smallest and largest), ``zero_point`` (likewise), ``codes`` (smallest and largest integer stored),
        ``bias_type``.

    Raises
    ------
    UserError
        Naming the layer that is not int8: one that PyTorch left in float32, or a product that is no layer at all, so
        that its weights are not stored as integers. Also if there is no layer.
    """
    found = []
    for name, module in _layers(model):
        kind = _kind(module)
        packed = _packed(module)
        if packed is None:
            raise _not_int8(f"{name} ({kind}) has weights of the type {module.weight.dtype}")
        weight, bias = packed.unpack()
        if weight.dtype != torch.qint8:
            raise _not_int8(f"{name} ({kind}) has weights of the type {weight.dtype}")
        found.append({"name": _readable(name), "op_type": kind, **_weight(weight), "bias_type": _type(bias)})
    if leftovers := _products(model):
        raise _not_int8(f"the product {', '.join(leftovers)} is computed outside of any quantized layer")
    if not found:
        raise _not_int8("the model has no convolution and no linear layer")
    return found


def operators(model: torch.jit.ScriptModule) -> dict[str, int]:
    """Return how often each operator occurs in a TorchScript model, bookkeeping (``prim::``) left out."""
    kinds = Counter(node.kind() for node in model.inlined_graph.nodes())
    return {kind: count for kind, count in sorted(kinds.items()) if not kind.startswith("prim::")}


def float_operators(model: torch.fx.GraphModule) -> list[str]:
    """Return the operators that FX left in float32: those that read what a dequantize gives."""
    return [
        _target(model, node)
        for node in model.graph.nodes
        if any(source.target == "dequantize" for source in node.all_input_nodes)
    ]


def weight_types(model: torch.nn.Module) -> dict[str, str]:
    """Return the type of each layer's weights, whether or not it was quantized."""
    types = {}
    for name, module in _layers(model):
        packed = _packed(module)
        types[_readable(name)] = str((module.weight if packed is None else packed.unpack()[0]).dtype)
    return types


def _layers(model: torch.nn.Module) -> list[tuple[str, Any]]:
    """Return the convolutions and linear layers; of a fused pair in float32, the convolution within."""
    return [(name, module) for name, module in model.named_modules() if _kind(module) in _KINDS and _holds(module)]


def _holds(module: Any) -> bool:
    return _packed(module) is not None or isinstance(getattr(module, "weight", None), torch.Tensor)


def _kind(module: Any) -> str:
    return str(module.original_name if isinstance(module, torch.jit.ScriptModule) else type(module).__name__)


def _packed(module: Any) -> Any:
    """Return the object that holds quantized weights, or None; a linear layer wraps it once more."""
    packed = getattr(module, "_packed_params", None)
    return getattr(packed, "_packed_params", packed)


def _readable(name: str) -> str:
    """``stack2_conv1.1`` stands beside the padding ``stack2_conv1.0``; the layer is ``stack2_conv1``."""
    return name.partition(".")[0]


def _weight(weight: torch.Tensor) -> dict[str, Any]:
    per_channel = weight.qscheme() in (torch.per_channel_affine, torch.per_channel_symmetric)
    scales = weight.q_per_channel_scales() if per_channel else torch.tensor([weight.q_scale()])
    zeros = weight.q_per_channel_zero_points() if per_channel else torch.tensor([weight.q_zero_point()])
    codes = weight.int_repr()
    return {
        "weight_type": "int8",
        "per_channel": per_channel,
        "scales": scales.numel(),
        "scale": [float(scales.min()), float(scales.max())],
        "zero_point": [int(zeros.min()), int(zeros.max())],
        "codes": [int(codes.min()), int(codes.max())],
    }


def _type(bias: torch.Tensor | None) -> str | None:
    return None if bias is None else str(bias.dtype).removeprefix("torch.")


def _products(model: torch.nn.Module) -> list[str]:
    if isinstance(model, torch.jit.ScriptModule):
        return sorted({node.kind() for node in model.inlined_graph.nodes()} & _OPERATORS)
    if isinstance(model, torch.fx.GraphModule):
        return [node.name for node in model.graph.nodes if node.op == "call_function" and node.target in _FUNCTIONS]
    return []


def _target(model: torch.fx.GraphModule, node: torch.fx.Node) -> str:
    if node.op == "call_module":
        return type(model.get_submodule(str(node.target))).__name__
    return getattr(node.target, "__name__", str(node.target))


def _not_int8(found: str) -> UserError:
    return UserError(
        found,
        "torch.qint8 weights in every convolution and linear layer",
        "This model is not quantized as requested; check the quantization configuration.",
    )
