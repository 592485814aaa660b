"""ONNX Runtime's static quantization, with its calibration, its names and its log under control."""

import contextlib
import io
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import numpy_helper, version_converter
from onnxruntime.quantization import CalibrationDataReader, CalibrationMethod, QuantFormat, QuantType, quantize_static
from onnxruntime.quantization.calibrate import TensorsData, create_calibrator, save_tensors_data
from onnxruntime.quantization.registry import QDQRegistry, QLinearOpsRegistry
from onnxruntime.quantization.shape_inference import quant_pre_process
from tqdm import tqdm

from ..errors import UserError
from ..files import replacing, sha256
from ..models import ConversionLog, check_is_resnet8, log_summary, logged
from ..schemas import write_result
from . import _inspect
from ._calibration_images import batches
from ._variants import Variant, of_runtime

__all__ = ["quantize", "quantize_all"]

_TYPES = {"int8": QuantType.QInt8, "uint8": QuantType.QUInt8, "int4": QuantType.QInt4}
_FORMATS = {"QDQ": QuantFormat.QDQ, "QOperator": QuantFormat.QOperator}
_OPERATORS = sorted({*QLinearOpsRegistry, *QDQRegistry})  # quantize_static's own choice, in a fixed order
_INT4_OPSET = 21  # the first in which QuantizeLinear and DequantizeLinear take 4-bit integers

_Measured = dict[tuple[str, int, int], TensorsData]
"""Ranges by what they follow from: calibration method, histogram bins, and the opset of the model that was run."""


def quantize(
    float_model: Path, output: Path, images: NDArray[np.uint8], variant: Variant, log: Path, *, progress: bool = True
) -> dict[str, Any]:
    """Quantize the folded float model statically and write the result, atomically.

    The pre-processing is ONNX shape inference alone. ONNX Runtime's own graph optimisation is left out on purpose: it
    would fuse the dense layer's MatMul and Add into a Gemm, and that becomes QGemm of the ``com.microsoft`` domain
    instead of the standard's QLinearMatMul. Batch normalization is folded already, so it would gain nothing else.

    Ranges come from all images: MinMax takes the smallest and largest value of each tensor, without a moving average.
    Nodes keep the float model's names. The same input gives the same bytes.

    Parameters
    ----------
    float_model
        ``resnet8.onnx``, as `resnet8doc.models.to_onnx` writes it.
    output
        The quantized file.
    images
        Calibration images, uint8 ``[N, 32, 32, 3]``, raw pixels 0 to 255.
    variant
        What to make; one of `resnet8doc.quantize.VARIANTS`.
    log
        The log file: versions, what was asked, calibration method and number of samples, the range of each tensor, what
        was found, and everything that ONNX Runtime said.
    progress
        Whether a progress bar is shown on stderr.

    Returns
    -------
    dict
        ``file``, ``runtime``, ``format``; ``weights``, ``activations``, ``granularity`` as found in the file;
        ``calibration`` (the method), ``samples``, ``bins``, ``engine`` (None); ``asked`` (``activation_type``,
        ``weight_type``, ``per_channel``, ``reduce_range``); ``why``; ``opset``, ``operators``, ``layers`` as
        found in the file; ``ranges`` (for each tensor ``min`` and ``max`` as measured
        and, where it is quantized, ``used``, the range that the quantizer took, ``scale``, ``zero_point``, ``type``);
        ``warnings`` (each with its count); ``log``; ``bytes``; ``float_bytes``; ``sha256``.

    Raises
    ------
    UserError
        If the images are empty or not uint8 ``[N, 32, 32, 3]``, the model is not this network, a layer came out other
        than the variant says, or a file cannot be written.
    """
    return _quantize(float_model, output, images, variant, log, {}, progress)


def _quantize(
    float_model: Path, output: Path, images: NDArray[np.uint8], variant: Variant, log: Path, measured: _Measured,
    progress: bool,
) -> dict[str, Any]:  # fmt: skip
    if variant.runtime != "onnxruntime":
        raise UserError(f"{variant.file} is made by {variant.runtime}", "a variant of onnxruntime", "Choose another.")
    inputs = batches(images)
    model = check_is_resnet8(float_model)
    with logged(log, "root", ("onnxruntime", "onnx", "numpy")) as said:
        for line in _question(variant, len(images), len(inputs[0])):
            _say(said, line)
        with tempfile.TemporaryDirectory(prefix="resnet8doc-") as folder, _printed(said):
            quantized, ranges = _static(model, Path(folder), inputs, variant, measured, progress)
        _restore_names(quantized, model)
        report = _report(quantized, model, variant, len(images), ranges)
        for name, limits in report["ranges"].items():
            _say(said, f"range of {name}: {limits['min']} to {limits['max']}")
        _say(said, f"found: weights {report['weights']}, activations {report['activations']}, {report['granularity']}")
        with replacing(output) as temporary:
            temporary.write_bytes(quantized.SerializeToString(deterministic=True))
    return report | {
        "warnings": log_summary(log)["warnings"],
        "log": log.name,
        "bytes": output.stat().st_size,
        "float_bytes": float_model.stat().st_size,
        "sha256": sha256(output),
    }


def quantize_all(
    float_model: Path, folder: Path, images: NDArray[np.uint8], logs: Path, report: Path, *, progress: bool = True
) -> dict[str, Any]:
    """Make every variant of ONNX Runtime and write the report about them.

    Parameters
    ----------
    float_model
        ``resnet8.onnx``.
    folder
        Where the models go, under the names of `resnet8doc.quantize.VARIANTS`.
    images
        Calibration images, uint8 ``[N, 32, 32, 3]``.
    logs
        Where the logs go: ``quantize_resnet8_int8.onnx.log``, …
    report
        ``results/quantization/onnxruntime.json``.
    progress
        Whether progress bars are shown on stderr.

    Returns
    -------
    dict
        What was written, by ``quantization.schema.json``: ``runtime`` and ``variants``, a list of what `quantize`
        returns.
    """
    variants: list[dict[str, Any]] = []
    measured: _Measured = {}
    for variant in of_runtime("onnxruntime"):
        log = logs / f"quantize_{variant.file}.log"
        variants.append(_quantize(float_model, folder / variant.file, images, variant, log, measured, progress))
    result = {"runtime": "onnxruntime", "variants": variants}
    write_result(report, result, "quantization")
    return result


class _Reader(CalibrationDataReader):
    """Hands the batches to ONNX Runtime one by one."""

    def __init__(self, inputs: list[NDArray[np.float32]], title: str, progress: bool) -> None:
        self.batches = iter(tqdm(inputs, desc=f"calibrating {title}", unit="batch", disable=not progress))

    def get_next(self) -> dict[str, NDArray[np.float32]] | None:
        batch = next(self.batches, None)
        return None if batch is None else {"input": batch}


def _question(variant: Variant, samples: int, batch: int) -> list[str]:
    bins = f", {variant.bins} bins" if variant.bins else ""
    return [
        f"{variant.file}: {variant.format}, activations {variant.activation_type}, weights asked for "
        f"{variant.weight_type}, per_channel {variant.per_channel}, reduce_range {variant.reduce_range}",
        f"calibration: {variant.calibration}, {samples} samples, batches of {batch}{bins}",
    ]


def _static(
    model: onnx.ModelProto, folder: Path, inputs: list[NDArray[np.float32]], variant: Variant, measured: _Measured,
    progress: bool,
) -> tuple[onnx.ModelProto, TensorsData]:  # fmt: skip
    if variant.weight_type == "int4":
        model = version_converter.convert_version(model, _INT4_OPSET)
    prepared, cache, quantized = folder / "prepared.onnx", folder / "ranges.json", folder / "quantized.onnx"
    quant_pre_process(model, prepared, skip_optimization=True, skip_symbolic_shape=True)
    key = (variant.calibration, variant.bins, model.opset_import[0].version)
    if key not in measured:
        measured[key] = _calibrate(prepared, folder, _Reader(inputs, variant.file, progress), variant)
    ranges = measured[key]
    save_tensors_data(ranges, cache)
    quantize_static(
        prepared,
        quantized,
        quant_format=_FORMATS[variant.format],
        op_types_to_quantize=_OPERATORS,
        per_channel=variant.per_channel,
        reduce_range=variant.reduce_range == "weights",
        activation_type=_TYPES[variant.activation_type],
        weight_type=_TYPES[variant.weight_type],
        calibrate_method=CalibrationMethod[variant.calibration],
        calibration_cache_path=cache,
    )
    return onnx.load_model(quantized), ranges


def _calibrate(prepared: Path, folder: Path, reader: _Reader, variant: Variant) -> TensorsData:
    """Find the range of every tensor; done apart from quantize_static, which offers no choice of histogram bins."""
    calibrator = create_calibrator(
        prepared,
        _OPERATORS,
        augmented_model_path=str(folder / "augmented.onnx"),
        calibrate_method=CalibrationMethod[variant.calibration],
        extra_options={"num_bins": variant.bins} if variant.bins else {},
    )
    calibrator.collect_data(reader)
    return calibrator.compute_data()


@contextlib.contextmanager
def _printed(said: ConversionLog) -> Any:
    """Send what ONNX Runtime prints to the log."""
    text = io.StringIO()
    with contextlib.redirect_stdout(text):
        yield
    for line in text.getvalue().splitlines():
        said.add("onnxruntime", "INFO", line)


def _restore_names(quantized: onnx.ModelProto, model: onnx.ModelProto) -> None:
    """Take away the ``_quant`` that QOperator models append to the names of nodes."""
    names = {node.name for node in model.graph.node}
    for node in quantized.graph.node:
        if node.name.removesuffix("_quant") in names:
            node.name = node.name.removesuffix("_quant")


def _report(
    model: onnx.ModelProto, float_model: onnx.ModelProto, variant: Variant, samples: int, ranges: TensorsData
) -> dict[str, Any]:
    _inspect.verify(model, variant)
    described = _inspect.describe(model)
    return {
        "file": variant.file,
        "runtime": variant.runtime,
        "format": variant.format,
        "weights": described.pop("weights"),
        "activations": described.pop("activations"),
        "granularity": described.pop("granularity"),
        "calibration": variant.calibration,
        "samples": samples,
        "bins": variant.bins,
        "engine": None,
        "asked": {
            "activation_type": variant.activation_type,
            "weight_type": variant.weight_type,
            "per_channel": variant.per_channel,
            "reduce_range": variant.reduce_range,
        },
        "why": variant.why,
        **described,
        "ranges": _ranges(model, float_model, ranges),
    }


def _ranges(model: onnx.ModelProto, float_model: onnx.ModelProto, ranges: TensorsData) -> dict[str, Any]:
    arrays = {item.name: numpy_helper.to_array(item) for item in model.graph.initializer}
    graph = float_model.graph
    order = [value.name for value in graph.input] + [output for node in graph.node for output in node.output]
    limits = {name: _floats(ranges[name].range_value) for name in order if name in ranges}
    used = limits | _replaced(float_model, limits)
    result: dict[str, Any] = {name: {"min": low, "max": high} for name, (low, high) in limits.items()}
    for name, entry in result.items():
        if f"{name}_scale" in arrays:
            zero_point = arrays[f"{name}_zero_point"]
            entry["used"] = used[name]
            entry["scale"] = float(arrays[f"{name}_scale"].item())
            entry["zero_point"] = int(zero_point.item())
            entry["type"] = zero_point.dtype.name
    return result


def _replaced(float_model: onnx.ModelProto, limits: dict[str, list[float]]) -> dict[str, list[float]]:
    """Return the ranges that quantize_static puts in the place of measured ones.

    What only a Relu reads need not tell negative numbers apart, so it takes the Relu's range; probabilities lie between
    0 and 1.
    """
    readers = Counter(name for node in float_model.graph.node for name in node.input)
    replaced = {}
    for node in float_model.graph.node:
        if node.op_type == "Relu" and readers[node.input[0]] == 1:
            replaced[node.input[0]] = limits[node.output[0]]
        elif node.op_type == "Softmax":
            replaced[node.output[0]] = [0.0, 1.0]
    return replaced


def _floats(limits: tuple[Any, Any]) -> list[float]:
    return [float(np.asarray(limit).item()) for limit in limits]


def _say(said: ConversionLog, text: str) -> None:
    said.add("resnet8doc", "INFO", text)
