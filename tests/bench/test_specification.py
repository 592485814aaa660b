"""The benchmark measures what it says, each in a process of its own."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from resnet8doc.bench import _specification as specification


def test_a_measurement_has_its_own_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in specification.SLOWING:
        monkeypatch.setenv(name, "1")
    code = "import os\nprint(json.dumps({key[9:]: 1 for key in os.environ if key.startswith('OPENBLAS_')}))"
    found = specification._measured(code, variables={"OPENBLAS_NUM_THREADS": "1"})
    assert set(found) == {"NUM_THREADS"}


@pytest.fixture
def _one_round(monkeypatch: pytest.MonkeyPatch) -> None:
    """How exact the figures are is not what is tested."""
    monkeypatch.setattr(specification, "ROUNDS", 1)


@pytest.mark.slow
@pytest.mark.usefixtures("_one_round")
def test_the_engine_is_timed_beside_its_peers_and_weighed(
    artifact: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RESNET8DOC_BUILD", str(artifact("models").parent))
    against_runtime, against_reference, memory = specification.engine()
    for figure in (against_runtime, against_reference):
        mine, peer = (float(re.findall(r"([\d.]+) ms", text)[0]) for text in (figure.measured, figure.peer))
        assert figure.ratio == pytest.approx(mine / peer, rel=0.05)
    assert against_runtime.measured == against_reference.measured
    assert memory.ratio is not None
    assert memory.ratio > 1  # what is kept was allocated while it was measured
    assert memory.reached


@pytest.mark.slow
@pytest.mark.usefixtures("_one_round")
def test_the_engine_is_timed_beside_the_kernels_that_it_equals(
    artifact: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RESNET8DOC_BUILD", str(artifact("models").parent))
    (figure,) = specification.tflite()
    assert "the same bytes" in figure.name
    mine, peer = (float(re.findall(r"([\d.]+) ms", text)[0]) for text in (figure.measured, figure.peer))
    assert figure.ratio == pytest.approx(mine / peer, rel=0.05)
