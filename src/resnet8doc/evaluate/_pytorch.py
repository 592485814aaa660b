"""Runs TorchScript ``.pt`` files with PyTorch on the CPU."""

import warnings
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import torch

from ..architecture import IMAGE_SHAPE
from ..errors import UserError
from ._runners import INPUT, OUTPUT, Float32, Run, Runner, corrupt, wrong_shape

ENGINE_FILE = "quantized_engine"
"""Extra file of a quantized model's archive that names the engine it was made for: TorchScript itself does not."""


def open_model(path: Path) -> Runner:
    """Load a TorchScript model. It states no shapes, so one black image is run to check them.

    Quantized weights are packed, when they are loaded, for the engine that is current then, so the one that the model
    was made for is made current while it loads and while it runs.
    """
    try:
        engine = _engine(path)
        with _current(engine, path), warnings.catch_warnings():
            # TorchScript is deprecated and its successor, torch.export, cannot save FX-quantized models.
            warnings.filterwarnings("ignore", message=".*torch.jit.load", category=FutureWarning)
            model = torch.jit.load(path, map_location="cpu").eval()
    except (RuntimeError, ValueError, zipfile.BadZipFile) as error:
        raise corrupt(path, "TorchScript model", error) from error

    def run(images: Float32) -> Float32:
        with _current(engine, path), torch.inference_mode():
            result: Float32 = model(torch.from_numpy(images)).numpy()
        return result

    _check(path, run)
    return Runner("pytorch", torch.__version__, run, {"device": "CPU"} | ({ENGINE_FILE: engine} if engine else {}))


def _engine(path: Path) -> str | None:
    """Return the quantized engine that the archive names, if it names one."""
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            if name.endswith(f"/extra/{ENGINE_FILE}"):
                return archive.read(name).decode()
    return None


@contextmanager
def _current(engine: str | None, path: Path) -> Iterator[None]:
    """Make a quantized engine the current one for the block."""
    backend, supported = torch.backends.quantized, torch.backends.quantized.supported_engines
    if engine is not None and engine not in supported:
        raise UserError(
            f"{path} was quantized for {engine}",
            f"one of the engines of this processor: {', '.join(supported)}",
            "Evaluate it on a processor that has that engine, or quantize for one of these.",
        )
    before = backend.engine
    if engine is not None:
        backend.engine = engine
    try:
        yield
    finally:
        backend.engine = before


def _check(path: Path, run: Run) -> None:
    image = torch.zeros(1, *IMAGE_SHAPE).numpy()
    try:
        output = run(image)
    except RuntimeError as error:
        found = f"that refuses {image.shape} ({str(error).strip().splitlines()[-1][:200]})"
        raise wrong_shape(path, "an input", found, INPUT) from error
    if output.shape != (1, *OUTPUT[1:]) or output.dtype != image.dtype:
        raise wrong_shape(path, "output", f"{output.dtype} {output.shape}", OUTPUT)
