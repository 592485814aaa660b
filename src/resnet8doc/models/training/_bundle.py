"""From training runs to the files that the package ships."""

import hashlib
import io
import json
import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, replace
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ... import dataset, models
from ...environment import environment
from ...errors import UserError
from ...evaluate import evaluate
from ...files import replacing, write_json
from ._run import Run, held_out_indices, train
from .recipe import RECIPE

TEST_LOOKS = 3
"""How often a network of this project was run on the test images, each time after everything was chosen: at the end of
a recipe of 50 epochs (88.99 %), of one of 82 epochs (89.62 %), and of this one."""


def make(output: Path, work: Path, seeds: tuple[int, ...] = (0, 1), progress: bool = True) -> dict[str, Any]:
    """Train the bundled checkpoint once for each seed, and keep the run that is best on the held-out images.

    The held-out images are never learned from, so the accuracy on them is that of the very weights that ship. A run
    that ends with a dead filter cannot be kept. The runs take a processor each, at the same time. Interrupted, they go
    on where they were.

    Parameters
    ----------
    output
        The folder that ``bundled.npz`` (the weights) and ``bundled.json`` (the card) are written to.
    work
        The folder in which the runs keep their state, ``seed0.pt`` and so on.
    seeds
        Of the runs.
    progress
        Show the runs' bars on stderr.

    Returns
    -------
    dict
        The card: recipe, runs, the curve of the kept one, held-out and test accuracy, versions, hashes.

    Raises
    ------
    UserError
        If every run ends with a dead filter.
    """
    work.mkdir(parents=True, exist_ok=True)
    dataset.load("train")  # into the cache, before two processes want it
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(len(seeds), mp_context=context) as pool:
        pending = {seed: pool.submit(_run, seed, work / f"seed{seed}.pt", progress) for seed in seeds}
        runs = {seed: run.result() for seed, run in pending.items()}
    seed = best(runs)
    buffer = io.BytesIO()
    np.savez_compressed(buffer, allow_pickle=False, **runs[seed].weights)
    card = _card(runs, seed, work)
    card["file_sha256"] = hashlib.sha256(buffer.getvalue()).hexdigest()
    with replacing(output / "bundled.npz") as temporary:
        temporary.write_bytes(buffer.getvalue())
    write_json(output / "bundled.json", card)
    return card


def best(runs: dict[int, Run]) -> int:
    """Return the seed of the run that is best on the held-out images, among those without a dead filter.

    Raises
    ------
    UserError
        If no run is without.

    Examples
    --------
    >>> def run(accuracy, dead):
    ...     return Run({}, [{"held_out_accuracy": accuracy}], dead)
    >>> best({0: run(89.4, 0), 1: run(89.5, 1), 2: run(89.3, 0)})
    0
    """
    whole = {seed: run for seed, run in runs.items() if not run.dead}
    if not whole:
        raise UserError(
            f"every run ends with dead filters: {', '.join(f'{run.dead} (seed {seed})' for seed, run in runs.items())}",
            "a run without dead filters",
            "Train with more seeds (--runs).",
        )
    return max(whole, key=lambda seed: whole[seed].curve[-1]["held_out_accuracy"])


def _run(seed: int, state: Path, progress: bool) -> Run:
    split = dataset.load("train")
    chosen = held_out_indices(split.labels)
    kept = np.setdiff1d(np.arange(len(split.labels)), chosen)
    aside = (split.images[chosen], split.labels[chosen])
    return train(split.images[kept], split.labels[kept], replace(RECIPE, seed=seed), state, aside, progress=progress)


def _card(runs: dict[int, Run], seed: int, work: Path) -> dict[str, Any]:
    labels = dataset.load("train").labels
    chosen = held_out_indices(labels)
    curve = runs[seed].curve
    model = work / "chosen.keras"
    models.save_keras(models.keras_from_weights(runs[seed].weights), model)
    test = dataset.load("test")
    evaluation = evaluate(model, test.images, test.labels, progress=False)
    return {
        "schema": "checkpoint_card",
        "name": "bundled",
        "recipe": asdict(replace(RECIPE, seed=seed)),
        "trials": json.loads(files(__package__).joinpath("trials.json").read_text(encoding="utf-8")),
        "runs": [
            {
                "seed": each,
                "revived": sum(int(entry["revived"]) for entry in run.curve),
                "dead": run.dead,
                "held_out_accuracy": run.curve[-1]["held_out_accuracy"],
            }
            for each, run in runs.items()
        ],
        "training": {"images": len(labels) - len(chosen), "curve": curve},
        "held_out": {
            "images": len(chosen),
            "indices_sha256": _sha256(chosen),
            "accuracy": curve[-1]["held_out_accuracy"],
        },
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
