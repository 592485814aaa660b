"""PyTorch's quantized engines: every tensor of a model, single operators, and which arithmetic this processor gets."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from ..errors import UserError
from ..extract.pytorch import read
from ..graph import Graph

Array = npt.NDArray[Any]

__all__ = ["ENGINES", "PytorchNetwork", "arithmetic", "current", "quantized"]

ENGINES = ("fbgemm", "qnnpack", "onednn", "x86")
"""By PyTorch's names."""


@contextmanager
def current(engine: str) -> Iterator[None]:
    """Make an engine the current one for the block, without gradients.

    Raises
    ------
    UserError
        If this PyTorch has none of that name.
    """
    backend = torch.backends.quantized
    if engine not in backend.supported_engines:
        raise UserError(
            f"this PyTorch has no quantized engine {engine!r}", f"one of {', '.join(backend.supported_engines)}",
            "Use a processor and a PyTorch that have it.",
        )  # fmt: skip
    before, backend.engine = backend.engine, engine
    try:
        with torch.inference_mode(), warnings.catch_warnings():
            # That quantized tensors are deprecated is no news here.
            warnings.filterwarnings("ignore", ".*quantized tensor creation functions")
            yield
    finally:
        backend.engine = before


def quantized(codes: Array, scale: Any, zero_point: Any) -> torch.Tensor:
    """Return uint8 or int8 codes as a quantized tensor: of one scale, or of one for each of the first axis.

    Examples
    --------
    >>> with current("qnnpack"):
    ...     quantized(np.array([3], np.uint8), np.float32(0.5), 1).dequantize().item()
    1.0
    """
    values = torch.from_numpy(np.ascontiguousarray(codes))
    scale = np.asarray(scale, np.float64)
    if scale.ndim == 0:
        made = torch._make_per_tensor_quantized_tensor(values, float(scale), int(zero_point))
    else:
        zeros = torch.zeros(len(scale), dtype=torch.long)
        made = torch._make_per_channel_quantized_tensor(values, torch.from_numpy(scale), zeros, 0)
    return made


def arithmetic(engine: str) -> str:
    """Ask an engine which arithmetic it has on this processor, and under these environment variables.

    Two questions tell: whether the pair 255 · 127 + 255 · 127 saturates at 32767, and whether 1 · ½ with zero point 1
    is 2, as where the zero point is added before rounding.

    Returns
    -------
    str
        A name in `resnet8doc.runtimes.RUNTIMES`.

    Raises
    ------
    UserError
        If the environment makes an arithmetic that no processor has by itself.

    Examples
    --------
    >>> arithmetic("qnnpack")
    'qnnpack'
    """
    with current(engine):
        pair = _convolution(np.full((1, 16, 1, 1), 255), np.r_[127, 127, np.zeros(14)], 512.0, 0)
        tie = _convolution(np.r_[1, np.zeros(15)].reshape(1, 16, 1, 1), np.r_[1, np.zeros(15)], 2.0, 1)
    if engine == "qnnpack":
        return engine
    inside = tie == 2
    kind = "onednn" if engine == "onednn" else "fbgemm"
    if engine == "x86" and inside:
        if pair == 64:
            raise UserError(
                "x86 gives its convolutions to oneDNN, which is kept from using VNNI", "oneDNN as it is",
                "Unset ONEDNN_MAX_CPU_ISA.",
            )  # fmt: skip
        return "x86"
    return f"{kind}_avx2" if pair == 64 else kind  # 32767 / 512; not saturated it is 64770 / 512


def _convolution(x: Any, w: Any, y_scale: float, zero: int) -> int:
    weight = quantized(np.tile(w.reshape(1, -1, 1, 1), (16, 1, 1, 1)).astype(np.int8), np.ones(16), 0)
    packed = torch.ops.quantized.conv2d_prepack(weight, torch.zeros(16), [1, 1], [0, 0], [1, 1], 1)
    y = torch.ops.quantized.conv2d(quantized(x.astype(np.uint8), 1.0, 0), packed, y_scale, zero)
    return int(y.int_repr()[0, 0, 0, 0])


class PytorchNetwork:
    """A quantized TorchScript file in its engine.

    Parameters
    ----------
    path
        The file.

    Attributes
    ----------
    graph
        The file's extraction.
    engine
        The engine that the file names.

    Raises
    ------
    UserError
        If the file cannot be extracted.
    """

    def __init__(self, path: Path) -> None:
        self._reading = read(path)
        self.graph = Graph.from_parts(self._reading.operations, self._reading.tensors)
        self.engine = self._reading.script.engine

    def run(self, images: Array) -> dict[str, Array]:
        """Return every tensor by its name in the extraction, codes as uint8.

        Parameters
        ----------
        images
            float32 ``[N, 32, 32, 3]``.

        Raises
        ------
        UserError
            If the operators, run one after the other, do not give what the module gives as a whole.
        """
        script = self._reading.script
        with current(self.engine):
            values = script.run(images)
            same = torch.equal(values[script.given], script.whole(images))
        if not same:
            raise UserError(
                "the operators, one after the other, give another output than the module as a whole", "the same output",
                "This is a fault of the oracle: report it.",
            )  # fmt: skip
        return {name: (value.int_repr() if value.is_quantized else value).numpy() for name, value in values.items()}
