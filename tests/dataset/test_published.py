"""MLPerf Tiny's calibration indices point into the test images; where its files are at hand, it is measured again."""

import json
import runpy
import sys
from pathlib import Path

import pytest

from resnet8doc.dataset import published_indices

COMMAND = "resnet8doc.dataset._measure_published"


def test_the_kept_figures_name_the_test_images() -> None:
    facts = published_indices()
    assert facts["command"] == f"python -m {COMMAND} FOLDER"
    assert facts["calibration"]["count"] == 500
    assert facts["calibration"]["max"] < 10_000
    assert facts["performance"]["per_class_if_test"] == [20] * 10
    assert len(set(facts["performance"]["per_class_if_train"])) > 1
    assert len(facts["maxima"]) == 7
    for row in facts["maxima"]:
        assert row["int8_model"] == pytest.approx(row["test_images"], rel=1e-6)
        assert row["int8_model"] != pytest.approx(row["training_images"], rel=1e-3)


@pytest.mark.slow
def test_measured_again_the_figures_are_the_same(
    mlperf_tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The module is run as the command that the figures name, in this process: what it costs is to import Keras."""
    again = tmp_path / "again.json"
    monkeypatch.setattr(sys, "argv", ["", str(mlperf_tiny), str(again)])
    monkeypatch.delitem(sys.modules, COMMAND, raising=False)
    runpy.run_module(COMMAND, run_name="__main__")
    kept, measured = published_indices(), json.loads(again.read_text())
    for old, new in zip(kept.pop("maxima"), measured.pop("maxima"), strict=True):
        # Float sums differ in the last bits between CPUs; the int8 model's own figures do not.
        for split in ("test_images", "training_images"):
            assert new.pop(split) == pytest.approx(old.pop(split), rel=1e-5)
        assert new == old
    assert measured == kept
