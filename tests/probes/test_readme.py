"""The README counts the probes' bytes; they are these probes'."""

import re
from pathlib import Path

from resnet8doc.probes import probes
from resnet8doc.runtimes import RUNTIMES


def test_the_readme_counts_what_the_probes_have() -> None:
    text = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    given = re.search(r"(\d+) bytes of inputs and weights", text)
    made = re.search(r"which arithmetic its (\d+) bytes come from", text)
    assert given is not None
    assert made is not None
    assert int(given[1]) == sum(probe.bytes for probe in probes())
    assert int(made[1]) == sum(probe.output(RUNTIMES["tflite_micro"]).nbytes for probe in probes())
