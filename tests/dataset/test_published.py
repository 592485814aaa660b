"""MLPerf Tiny's calibration indices point into the test images; where its files are at hand, it is measured again."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from resnet8doc.dataset import published_indices


def test_the_kept_figures_name_the_test_images() -> None:
    facts = published_indices()
    assert facts["calibration"]["count"] == 500
    assert facts["calibration"]["max"] < 10_000
    assert facts["performance"]["per_class_if_test"] == [20] * 10
    assert len(set(facts["performance"]["per_class_if_train"])) > 1
    assert len(facts["maxima"]) == 7
    for row in facts["maxima"]:
        assert row["int8_model"] == pytest.approx(row["test_images"], rel=1e-6)
        assert row["int8_model"] != pytest.approx(row["training_images"], rel=1e-3)


@pytest.mark.slow
def test_measured_again_the_figures_are_the_same(mlperf_tiny: Path, tmp_path: Path) -> None:
    again = tmp_path / "again.json"
    command = [sys.executable, "-m", "resnet8doc.dataset._measure_published", str(mlperf_tiny), str(again)]
    subprocess.run(command, check=True, capture_output=True)
    kept, measured = published_indices(), json.loads(again.read_text())
    for old, new in zip(kept.pop("maxima"), measured.pop("maxima"), strict=True):
        # Float sums differ in the last bits between CPUs; the int8 model's own figures do not.
        for split in ("test_images", "training_images"):
            assert new.pop(split) == pytest.approx(old.pop(split), rel=1e-5)
        assert new == old
    assert measured == kept
