"""PyTorch's FX graph mode quantization of the module that onnx2torch makes."""

import io
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch.ao.quantization import QConfigMapping, get_default_qconfig
from torch.ao.quantization.quantize_fx import convert_fx, prepare_fx
from tqdm import tqdm

from ..architecture import IMAGE_SHAPE
from ..errors import UserError
from ..files import replacing, sha256
from ..models import ConversionLog, load_onnx2torch, load_torchscript, log_summary, logged
from ..schemas import write_result
from ._calibration_images import batches
from ._engine import ENGINE_FILE, current_engine, supported_engines
from ._fx_inspect import assert_int8, float_operators, operators
from ._fx_uint8 import uint8_evidence
from ._fx_warnings import EXPECTED, ignore_when_loading, pass_on_unknown, reason
from ._variants import VARIANTS, Variant, of_runtime

__all__ = ["assert_int8", "load", "quantize", "quantize_all", "supported_engines", "uint8_evidence"]

_PACKAGES = ("torch", "torchvision", "onnx2torch", "onnx", "numpy")


def quantize(
    float_model: Path, output: Path, images: NDArray[np.uint8], variant: Variant, log: Path, *, progress: bool = True
) -> dict[str, Any]:
    """Quantize by FX graph mode, trace, and write TorchScript, atomically.

    The configuration is PyTorch's default for the engine. What is written holds no Python class: it loads by
    `torch.jit.load` in a process that has neither onnx2torch nor this package. An extra file in the archive,
    ``quantized_engine``, names the engine that must be current when it is loaded.

    Parameters
    ----------
    float_model
        ``resnet8.onnx``, folded.
    output
        The TorchScript file. It takes float32 ``[N, 32, 32, 3]``, raw pixels, and gives float32 ``[N, 10]``,
        probabilities.
    images
        Calibration images, uint8 ``[N, 32, 32, 3]``, raw pixels 0 to 255.
    variant
        What to make; one of `resnet8doc.quantize.VARIANTS`.
    log
        The log file: versions, what was asked, number of samples, what was found, every warning.
    progress
        Whether a progress bar is shown on stderr.

    Returns
    -------
    dict
        ``file``, ``runtime``, ``format``; ``weights``, ``activations``, ``granularity`` as found; ``calibration``,
        ``samples``, ``engine``; ``asked``; ``why``; ``layers`` as `assert_int8` gives them; ``operators`` (how often
        each occurs); ``float_operators`` (what FX left in float32); ``warnings`` (``message``, ``count``, ``reason``
        why it may be ignored); ``log``; ``bytes``; ``float_bytes``; ``sha256``.

    Raises
    ------
    UserError
        If the images are empty or not uint8 ``[N, 32, 32, 3]``, the model is not this network, this PyTorch lacks the
        engine, a layer came out other than int8, or a file cannot be written.
    """
    if variant.runtime != "pytorch":
        raise UserError(f"{variant.file} is made by {variant.runtime}", "a variant of pytorch", "Choose another.")
    inputs = batches(images)
    with logged(log, "root", _PACKAGES) as said, current_engine(variant.engine):
        _say(said, f"{variant.file}: FX graph mode, engine {variant.engine}, default configuration")
        _say(said, f"calibration: {variant.calibration}, {len(images)} samples, batches of {len(inputs[0])}")
        module = load_onnx2torch(float_model)
        example = torch.zeros(2, *IMAGE_SHAPE)
        configuration = QConfigMapping().set_global(get_default_qconfig(variant.engine))
        with torch.inference_mode():
            prepared = prepare_fx(module, configuration, (example,))
            for batch in tqdm(inputs, desc=f"calibrating {variant.file}", unit="batch", disable=not progress):
                prepared(torch.from_numpy(batch))
            quantized = convert_fx(prepared)
            layers = assert_int8(quantized)
            traced = torch.jit.trace(quantized, example)
        _say(said, f"found: {len(layers)} layers with int8 weights")
        _say(said, f"left in float32: {', '.join(float_operators(quantized))}")
        buffer = io.BytesIO()  # given a file, torch writes its (temporary) name into it
        torch.jit.save(traced, buffer, _extra_files={ENGINE_FILE: variant.engine})
        with replacing(output) as temporary:
            temporary.write_bytes(buffer.getvalue())
    given = log_summary(log)["warnings"]
    pass_on_unknown([warning["message"] for warning in given])
    return {
        "file": variant.file,
        "runtime": variant.runtime,
        "format": variant.format,
        "weights": "int8",
        "activations": _activations(traced),
        "granularity": "per channel" if all(layer["per_channel"] for layer in layers) else "per tensor",
        "calibration": variant.calibration,
        "samples": len(images),
        "engine": variant.engine,
        "asked": {
            "activation_type": variant.activation_type,
            "weight_type": variant.weight_type,
            "per_channel": variant.per_channel,
            "reduce_range": variant.reduce_range,
        },
        "why": variant.why,
        "operators": operators(traced),
        "float_operators": float_operators(quantized),
        "layers": layers,
        "warnings": [warning | {"reason": reason(warning["message"])} for warning in given],
        "log": log.name,
        "bytes": output.stat().st_size,
        "float_bytes": float_model.stat().st_size,
        "sha256": sha256(output),
    }


def quantize_all(
    float_model: Path, folder: Path, images: NDArray[np.uint8], logs: Path, report: Path, *, progress: bool = True
) -> dict[str, Any]:
    """Make every variant of PyTorch whose engine this machine has, and write the report about them.

    Parameters
    ----------
    float_model
        ``resnet8.onnx``.
    folder
        Where the models go, under the names of `resnet8doc.quantize.VARIANTS`.
    images
        Calibration images, uint8 ``[N, 32, 32, 3]``.
    logs
        Where the logs go: ``quantize_resnet8_int8.pt.log``, …
    report
        ``results/quantization/pytorch.json``.
    progress
        Whether progress bars are shown on stderr.

    Returns
    -------
    dict
        What was written, by ``quantization.schema.json``: ``runtime``; ``engines`` (those of this machine);
        ``variants``, a list of what `quantize` returns; ``missing``, the files that were not made, each with the
        ``engine`` that is lacking; ``uint8``, see `uint8_evidence`; ``ignored_warnings``, each ``warning``'s first
        words and the ``reason``.
    """
    variants, missing = [], []
    for variant in of_runtime("pytorch"):
        if variant.engine not in supported_engines():
            missing.append({"file": variant.file, "engine": variant.engine})
            continue
        log = logs / f"quantize_{variant.file}.log"
        variants.append(quantize(float_model, folder / variant.file, images, variant, log, progress=progress))
    with logged(logs / "quantize_uint8.pt.log", "root", _PACKAGES):
        example = torch.from_numpy(batches(images)[0])
        evidence = uint8_evidence(load_onnx2torch(float_model), example)
    result = {
        "runtime": "pytorch",
        "engines": supported_engines(),
        "variants": variants,
        "missing": missing,
        "uint8": evidence,
        "ignored_warnings": [{"warning": expected.start, "reason": expected.reason} for expected in EXPECTED],
    }
    write_result(report, result, "quantization")
    return result


def load(path: Path) -> torch.jit.ScriptModule:
    """Load one of this project's quantized models for the engine it was made for.

    The engine must also be current while the model runs: call it within the same block as
    ``torch.backends.quantized.engine = ...``, or leave it to `resnet8doc.evaluate`.

    Parameters
    ----------
    path
        A ``.pt`` file of `resnet8doc.quantize.VARIANTS`.

    Raises
    ------
    UserError
        If the name is not in the table, the file is not TorchScript, or the engine is lacking.
    """
    variant = VARIANTS.get(path.name)
    if variant is None or variant.runtime != "pytorch":
        names = ", ".join(each.file for each in of_runtime("pytorch"))
        raise UserError(f"{path.name} is not a quantized PyTorch model of this project", names, "Rename it.")
    with current_engine(variant.engine), warnings.catch_warnings():
        ignore_when_loading()
        return load_torchscript(path)


def _activations(traced: torch.jit.ScriptModule) -> str:
    """Return the type to which the traced graph quantizes activations, read from its constants."""
    types = {12: "int8", 13: "uint8"}  # c10::ScalarType's QInt8 and QUInt8, as TorchScript stores dtypes
    found = set()
    for node in traced.inlined_graph.nodes():
        if node.kind() == "aten::quantize_per_tensor":
            number: Any = list(node.inputs())[3].toIValue()
            found.add(types[number])
    return ", ".join(sorted(found))


def _say(said: ConversionLog, text: str) -> None:
    said.add("resnet8doc", "INFO", text)
