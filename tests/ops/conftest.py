"""The arithmetic of the ONNX Runtime that these tests run against."""

import pytest

from resnet8doc.proof import machine
from resnet8doc.requantize import Arithmetic


@pytest.fixture(scope="session")
def runtime_arithmetic() -> Arithmetic:
    """How ONNX Runtime computes on this processor, if that was proven."""
    here = machine()
    if not here.proven:
        pytest.skip(f"{here.name} is not among the processors on which equality with ONNX Runtime was proven")
    return here.arithmetic
