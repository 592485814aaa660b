"""What MLPerf Tiny's published index files point into, measured once and kept."""

import json
from importlib.resources import files
from typing import Any

FILE = "mlperf_tiny_indices.json"


def published_indices() -> dict[str, Any]:
    """Return what was measured about the index files that MLPerf Tiny publishes beside its image classifier.

    Its calibration indices name no split. The int8 model that was made with them does: the largest value that each of
    its activations can hold is the largest that the float model shows on the *test* images of these indices, not on the
    training images. The measurement needs that benchmark's files and TensorFlow; here it is kept, and a test repeats it
    where the files are at hand.

    Returns
    -------
    dict
        ``calibration`` and ``performance`` (count, smallest and largest index, images a class if the indices mean test
        or training images), ``maxima`` (one row for each ReLU), ``files`` (sha256), ``commit``, ``command``.

    Examples
    --------
    >>> facts = published_indices()
    >>> facts["performance"]["per_class_if_test"]
    [20, 20, 20, 20, 20, 20, 20, 20, 20, 20]
    """
    facts: dict[str, Any] = json.loads((files("resnet8doc.dataset") / FILE).read_text("utf-8"))
    return facts
