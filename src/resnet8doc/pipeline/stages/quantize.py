"""Every quantized model, a stage for each runtime."""

import platform
from collections.abc import Iterator
from pathlib import Path

from ...quantize import VARIANTS, Variant
from .._stage import Stage
from . import calibrate, convert

SOURCES = {"onnxruntime": convert.ONNX, "pytorch": convert.ONNX, "tflite": convert.KERAS}
"""The float model that each runtime's quantizer starts from."""

REPORTS = tuple(f"results/quantization/{runtime}.json" for runtime in SOURCES)


def available() -> list[Variant]:
    """Return the variants that this machine can make: two of PyTorch's engines are x86's own."""
    x86 = platform.machine().lower() in ("x86_64", "amd64")
    return [variant for variant in VARIANTS.values() if x86 or variant.engine not in ("fbgemm", "x86")]


def stages() -> Iterator[Stage]:
    """Yield a stage for each runtime."""
    for (runtime, source), report in zip(SOURCES.items(), REPORTS, strict=True):
        files = [variant.file for variant in available() if variant.runtime == runtime]
        logs = [f"logs/quantize_{file}.log" for file in files]
        yield Stage(
            f"quantize by {runtime}",
            run,
            (runtime,),
            reads=(source, calibrate.SAMPLES),
            writes=(report, *(f"models/{file}" for file in files), *logs),
        )


def run(build: Path, runtime: str) -> None:
    """Make all models of one runtime."""
    from ...quantize import onnxruntime, pytorch, tflite  # here, so that listing the stages costs no framework

    quantizer = {"onnxruntime": onnxruntime, "pytorch": pytorch, "tflite": tflite}[runtime]
    report = build / "results" / "quantization" / f"{runtime}.json"
    images = calibrate.images(build)
    quantizer.quantize_all(build / SOURCES[runtime], build / "models", images, build / "logs", report, progress=False)
