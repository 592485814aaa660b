"""The playground's data folder: what the browser loads, written by the build."""

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ...files import replacing, write_json
from ...graph import load
from ._assets import FLOAT, GALLERY, MODEL
from ._histograms import histograms

Array = npt.NDArray[Any]
PER_CLASS, MOST = 10, 300
MEASURED = 500


def choose_gallery(labels: Array, float_answer: Array, answer: Array) -> tuple[list[int], int]:
    """Choose the test images that readers can pick.

    First the earliest ten of each class, a plain sample for accuracy on a batch of 100. Then those whose answer
    quantization changed, then those that are wrong, up to 300 in all.

    Parameters
    ----------
    labels, float_answer, answer
        ``[N]``: the class of each test image, the float network's answer and the quantized one's.

    Returns
    -------
    tuple
        Indices, and how many of the first are the plain sample.
    """
    by_class = [np.flatnonzero(labels == name)[:PER_CLASS] for name in np.unique(labels)]
    plain = [int(found[n]) for n in range(PER_CLASS) for found in by_class if n < len(found)]
    taken = set(plain)
    changed = [int(n) for n in np.flatnonzero(float_answer != answer)]
    wrong = [int(n) for n in np.flatnonzero((answer != labels) & (float_answer == answer))]
    room = MOST - len(plain)
    more = [n for n in changed if n not in taken][: room * 3 // 4]
    more += [n for n in wrong if n not in taken][: room - len(more)]
    return plain + more, len(plain)


def playground_data(
    output: Path,
    *,
    model: Path,
    float_model: Path,
    images: Array,
    labels: Array,
    float_answer: Array,
    answer: Array,
    sensitivity: Path,
    about: dict[str, Any],
) -> None:
    """Write the folder that the notebook reads.

    Parameters
    ----------
    output
        Folder to write.
    model, float_model
        Extractions, ``<model>_operations.json`` with the ``.npz`` beside each, of the quantized and the float network.
    images, labels
        The test set: uint8 ``[N, 32, 32, 3]`` and ``[N]``.
    float_answer, answer
        ``[N]``: what the two networks answer, from the evaluation.
    sensitivity
        ``results/sensitivity.json``.
    about
        What the page says of its origin: checkpoint and versions.

    Raises
    ------
    UserError
        If a file is missing or cannot be written.
    """
    output.mkdir(parents=True, exist_ok=True)
    for source, name in ((model, MODEL), (float_model, FLOAT)):
        for suffix in (".json", ".npz"):
            with replacing(output / f"{name}_operations{suffix}") as temporary:
                shutil.copyfile(source.with_suffix(suffix), temporary)
    chosen, batch = choose_gallery(labels, float_answer, answer)
    with replacing(output / GALLERY) as temporary:
        np.savez_compressed(
            temporary, images=images[chosen], labels=labels[chosen], indices=np.array(chosen, np.int32),
            float_answer=float_answer[chosen], answer=answer[chosen], batch=np.array(batch),
        )  # fmt: skip
    with replacing(output / "sensitivity.json") as temporary:
        shutil.copyfile(sensitivity, temporary)
    write_json(output / "activations.json", histograms(load(model), load(float_model), images[:MEASURED]))
    write_json(output / "about.json", about)
