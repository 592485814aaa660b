"""PyTorch's quantized engines: the libraries whose kernels run a quantized model."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch

from ..errors import UserError

ENGINE_FILE = "quantized_engine"
"""Extra file in a quantized model's archive that names its engine, because TorchScript itself does not."""


def supported_engines() -> list[str]:
    """Return the engines that this PyTorch has on this processor.

    Examples
    --------
    >>> "qnnpack" in supported_engines() or "fbgemm" in supported_engines()
    True
    """
    return [engine for engine in torch.backends.quantized.supported_engines if engine != "none"]


@contextmanager
def current_engine(engine: str) -> Iterator[None]:
    """Make an engine the current one for the block.

    Weights are packed for the engine that is current when a model is converted *or loaded*, so a model for qnnpack that
    is loaded without this runs x86 kernels, and gives other numbers.

    Raises
    ------
    UserError
        If this PyTorch lacks the engine.
    """
    backend = torch.backends.quantized
    if engine not in supported_engines():
        raise UserError(
            f"this PyTorch has no quantized engine {engine!r}",
            f"one of {', '.join(supported_engines())}",
            "Use a processor and a PyTorch that have it, or choose another variant.",
        )
    before = backend.engine
    backend.engine = engine
    try:
        yield
    finally:
        backend.engine = before
