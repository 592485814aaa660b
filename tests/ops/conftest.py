"""The ONNX Runtime that these tests run against."""

import pytest

from resnet8doc.arithmetic import Runtime
from resnet8doc.proof import machine


@pytest.fixture(scope="session")
def runtime_here() -> Runtime:
    """How ONNX Runtime computes on this processor, if that was proven."""
    here = machine()
    if not here.proven:
        pytest.skip(f"{here.name} is not among the processors on which equality with ONNX Runtime was proven")
    return here.runtime
