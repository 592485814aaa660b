"""Why there is no PyTorch model with uint8 weights: what happens when one is asked for."""

from typing import Any

import torch
from torch.ao.quantization import MinMaxObserver, QConfig, QConfigMapping, get_default_qconfig
from torch.ao.quantization.quantize_fx import convert_fx, prepare_fx

from ._engine import current_engine, supported_engines
from ._fx_inspect import weight_types


def uint8_evidence(module: torch.fx.GraphModule, example: torch.Tensor) -> dict[str, Any]:
    """Ask FX for uint8 weights, then ask the operators underneath, and record what each says.

    Parameters
    ----------
    module
        The float model, from `resnet8doc.models.load_onnx2torch`.
    example
        Some images, float32 ``[N, 32, 32, 3]``.

    Returns
    -------
    dict
        ``fx``: ``engine``, ``raised`` (None, or the exception), ``weight_types`` (each layer's, in the converted
        model). ``operators``: for every engine of this machine ``engine``, ``operator`` (the one that refused, or
        None), ``message``.
    """
    engine = "fbgemm" if "fbgemm" in supported_engines() else supported_engines()[0]
    return {"fx": _ask_fx(module, example, engine), "operators": [_ask_operators(each) for each in supported_engines()]}


def _ask_fx(module: torch.fx.GraphModule, example: torch.Tensor, engine: str) -> dict[str, Any]:
    observer = MinMaxObserver.with_args(dtype=torch.quint8, qscheme=torch.per_tensor_affine)
    config = QConfig(activation=get_default_qconfig(engine).activation, weight=observer)
    raised, types = None, {}
    with current_engine(engine), torch.inference_mode():
        try:
            prepared = prepare_fx(module, QConfigMapping().set_global(config), (example[:1],))
            prepared(example)
            types = weight_types(convert_fx(prepared))
        except (RuntimeError, TypeError, ValueError, AssertionError) as error:  # recorded: this is the question
            raised = f"{type(error).__name__}: {error}"
    return {"engine": engine, "raised": raised, "weight_types": types}


def _ask_operators(engine: str) -> dict[str, Any]:
    """Quantize a random 3×3 kernel to uint8 around its middle, 128, pack it and run it."""
    generator = torch.Generator().manual_seed(0)
    kernel = torch.quantize_per_tensor(torch.randn(4, 3, 3, 3, generator=generator), 0.05, 128, torch.quint8)
    image = torch.quantize_per_tensor(torch.rand(1, 3, 8, 8, generator=generator), 1 / 255, 0, torch.quint8)
    operator = "quantized::conv2d_prepack"
    with current_engine(engine):
        try:
            packed = torch.ops.quantized.conv2d_prepack(kernel, None, [1, 1], [0, 0], [1, 1], 1)
            operator = "quantized::conv2d"
            torch.ops.quantized.conv2d(image, packed, 0.1, 128)
        except RuntimeError as error:  # recorded: this is the question
            return {"engine": engine, "operator": operator, "message": str(error).strip().splitlines()[0]}
    return {"engine": engine, "operator": None, "message": None}
