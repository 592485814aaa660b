"""What the evaluator costs over the bare runtime."""

import statistics
import time
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..dataset import preprocess
from ._evaluator import BATCH_SIZE, evaluate


def overhead(
    model_path: Path, images: NDArray[np.uint8], *, batch_size: int = BATCH_SIZE, repetitions: int = 5
) -> float:
    """Return the evaluator's time over that of a bare ``InferenceSession.run`` loop on the same batches.

    The evaluator is measured whole: opening the model, preprocessing, hashing and counting included. The bare loop has
    its session, of the same options, open and its float32 batches prepared before its clock starts. The two take
    turns, so that another load on the machine meets both, and the median of the turns' ratios counts.

    Parameters
    ----------
    model_path
        An ONNX model.
    images
        uint8 ``[N, 32, 32, 3]``.
    batch_size
        Images in a batch, for both.
    repetitions
        How often each of the two runs.

    Returns
    -------
    float
        1.0 if the evaluator cost nothing.
    """
    from ._onnxruntime import open_session  # here, so that `resnet8doc.evaluate` itself costs no framework

    labels = np.zeros(len(images), np.uint8)
    session = open_session(model_path)
    name = session.get_inputs()[0].name
    batches = [preprocess(images[first : first + batch_size]) for first in range(0, len(images), batch_size)]
    ratios = []
    for _ in range(repetitions):
        start = time.perf_counter()
        for batch in batches:
            session.run(None, {name: batch})
        bare = time.perf_counter() - start
        start = time.perf_counter()
        evaluate(model_path, images, labels, batch_size=batch_size, progress=False)
        ratios.append((time.perf_counter() - start) / bare)
    return statistics.median(ratios)
