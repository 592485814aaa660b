"""The warnings that PyTorch's FX quantization gives here, each with the reason why it may be ignored.

Nothing is silenced while it works: every warning goes to the log and the report, and one that this table does not know
is passed on to the user.
"""

import re
import warnings
from dataclasses import dataclass


@dataclass(frozen=True)
class Expected:
    """A warning that is known, and why it does no harm."""

    start: str
    reason: str


EXPECTED = (
    Expected(
        "DeprecationWarning: torch.ao.quantization is deprecated",
        "FX graph mode is what this project documents; its version is pinned. Its successor is torchao's pt2e.",
    ),
    Expected(
        "FutureWarning: `torch.jit.",
        "TorchScript is the only format that holds FX-quantized modules and loads without the code that made them.",
    ),
    Expected(
        "UserWarning: torch.quantize_per_tensor, torch.quantize_per_channel and other quantized tensor creation",
        "Tensors of the type qint8 are what FX's quantized modules hold; the pinned version still has them.",
    ),
    Expected(
        "UserWarning: Please use quant_min and quant_max to specify the range for observers.",
        "PyTorch's own default configuration of fbgemm and x86 asks for reduce_range.",
    ),
    Expected(
        "UserWarning: QConfig must specify a FixedQParamsObserver",
        "The softmax keeps float32: it is the last operator, and only its float output is read.",
    ),
    Expected(
        "TracerWarning: Converting a tensor to a Python float",
        "Scales and zero points are constants of the traced model; they are meant to be frozen.",
    ),
    Expected(
        "TracerWarning: Converting a tensor to a Python integer",
        "Scales and zero points are constants of the traced model; they are meant to be frozen.",
    ),
)
"""In the form ``Category: first words``."""


def reason(warning: str) -> str | None:
    """Say why a warning, written ``Category: message``, may be ignored; None if it may not.

    Examples
    --------
    >>> reason("FutureWarning: `torch.jit.trace` is deprecated. Please switch to `torch.compile`.")[:27]
    'TorchScript is the only for'
    >>> reason("UserWarning: something new") is None
    True
    """
    return next((expected.reason for expected in EXPECTED if warning.startswith(expected.start)), None)


def pass_on_unknown(given: list[str]) -> None:
    """Warn again of everything that the table does not know."""
    for warning in given:
        if reason(warning) is None:
            warnings.warn(warning, stacklevel=3)


def ignore_when_loading() -> None:
    """Ignore what `torch.jit.load` of a quantized model says; to be called within ``warnings.catch_warnings``."""
    for category in (FutureWarning, DeprecationWarning, UserWarning):
        for expected in EXPECTED:
            if expected.start.startswith(category.__name__):
                message = expected.start.partition(": ")[2]
                warnings.filterwarnings("ignore", message=re.escape(message), category=category)
