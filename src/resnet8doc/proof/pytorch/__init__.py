"""The proof of PyTorch's engines; a package of its own, so that the others are proven without PyTorch."""

from ._cases import PYTORCH_GENERATORS, PYTORCH_SCALES, PytorchCase
from ._operators import compare_pytorch_operators
from ._prove import failure_pytorch, prove_pytorch

__all__ = [
    "PYTORCH_GENERATORS",
    "PYTORCH_SCALES",
    "PytorchCase",
    "compare_pytorch_operators",
    "failure_pytorch",
    "prove_pytorch",
]
