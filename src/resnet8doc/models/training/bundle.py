"""From two training runs to the files that the package ships."""

import hashlib
import io
import json
import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ... import dataset
from ...environment import environment
from ...evaluate import evaluate
from ...files import replacing, write_json
from .._keras import keras_from_weights, save_keras
from .recipe import RECIPE
from .run import Run, held_out_indices, train

TEST_LOOKS = 2
"""How often a network of this project was run on the test images, each time after everything was chosen: at the end of
a recipe of 50 epochs (88.99 %), and of this one."""


def make(output: Path, work: Path, progress: bool = True) -> dict[str, Any]:
    """Train the bundled checkpoint: once with images held out, to know what it is worth, and once on all of them.

    Both runs start from random weights and take a processor each, at the same time. Interrupted, it goes on where it
    was.

    Parameters
    ----------
    output
        The folder that ``bundled.npz`` (the weights) and ``bundled.json`` (the card) are written to.
    work
        The folder in which the runs keep their state.
    progress
        Show the runs' bars on stderr.

    Returns
    -------
    dict
        The card: recipe, curves, held-out and test accuracy, versions, hashes.
    """
    work.mkdir(parents=True, exist_ok=True)
    dataset.load("train")  # into the cache, before two processes want it
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(2, mp_context=context) as pool:
        held_out = pool.submit(_run, work / "held_out.pt", True, progress)
        final = pool.submit(_run, work / "final.pt", False, progress)
        runs = {"held_out": held_out.result(), "final": final.result()}
    buffer = io.BytesIO()
    np.savez_compressed(buffer, allow_pickle=False, **runs["final"].weights)
    card = _card(runs, work)
    card["file_sha256"] = hashlib.sha256(buffer.getvalue()).hexdigest()
    with replacing(output / "bundled.npz") as temporary:
        temporary.write_bytes(buffer.getvalue())
    write_json(output / "bundled.json", card)
    return card


def _run(state: Path, hold_out: bool, progress: bool) -> Run:
    split = dataset.load("train")
    if not hold_out:
        return train(split.images, split.labels, RECIPE, state, progress=progress)
    chosen = held_out_indices(split.labels)
    kept = np.setdiff1d(np.arange(len(split.labels)), chosen)
    aside = (split.images[chosen], split.labels[chosen])
    return train(split.images[kept], split.labels[kept], RECIPE, state, aside, progress=progress)


def _card(runs: dict[str, Run], work: Path) -> dict[str, Any]:
    labels = dataset.load("train").labels
    chosen = held_out_indices(labels)
    model = work / "final.keras"
    save_keras(keras_from_weights(runs["final"].weights), model)
    test = dataset.load("test")
    evaluation = evaluate(model, test.images, test.labels, progress=False)
    return {
        "schema": "checkpoint_card",
        "name": "bundled",
        "recipe": asdict(RECIPE),
        "trials": json.loads(files(__package__).joinpath("trials.json").read_text(encoding="utf-8")),
        "held_out": {
            "images": len(chosen),
            "indices_sha256": _sha256(chosen),
            "accuracy": runs["held_out"].curve[-1]["held_out_accuracy"],
            "curve": runs["held_out"].curve,
        },
        "final": {"images": len(labels), "curve": runs["final"].curve},
        "test": {
            "correct": evaluation.correct,
            "total": evaluation.total,
            "accuracy": evaluation.accuracy,
            "looks": TEST_LOOKS,
        },
        "environment": environment(),
        "data_sha256": dataset.SHA256,
    }


def _sha256(array: NDArray[np.int64]) -> str:
    return hashlib.sha256(array.astype("<i8").tobytes()).hexdigest()
