"""How fast the engine is, as ratios taken in one run."""

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
from onnx.reference import ReferenceEvaluator

from ..errors import UserError
from ..extract import load
from ._machine import machine
from ._probe import Session

Array = npt.NDArray[Any]


def measure_speed(model: Path | str, qdq_model: Path | str, images: Array, *, rounds: int = 7) -> dict[str, Any]:
    """Measure the processor time of one image, one thread each: this engine, ONNX Runtime, onnx's ReferenceEvaluator.

    The three take turns, and the fastest of several rounds counts, so that the ratios hold on a machine that does other
    things too. In each turn a run that does not count comes first: what the others left of memory and caches is not
    what is measured. numpy's BLAS reads its number of threads when it is loaded, so the environment must say
    ``OPENBLAS_NUM_THREADS=1`` beforehand.

    Parameters
    ----------
    model
        The QOperator model: for the engine and ONNX Runtime, at its default level.
    qdq_model
        The same in QDQ format: the ReferenceEvaluator has no operators of ONNX Runtime's own.
    images
        One batch for all three, uint8 ``[N, 32, 32, 3]``.
    rounds
        How many turns each has.

    Returns
    -------
    dict
        ``engine_ms``, ``onnxruntime_ms``, ``reference_ms`` (milliseconds an image), ``engine_to_onnxruntime`` and
        ``reference_to_engine`` (ratios), ``batch``, ``machine``.

    Raises
    ------
    UserError
        If the environment does not hold BLAS to one thread.
    """
    if os.environ.get("OPENBLAS_NUM_THREADS") != "1":
        found = os.environ.get("OPENBLAS_NUM_THREADS", "not set")
        raise UserError(f"OPENBLAS_NUM_THREADS is {found}", "1, before Python starts", "Set it and start again.")
    real = images.astype(np.float32)
    graph = load(model)
    session = Session(Path(model), "ORT_ENABLE_ALL", threads=1)
    reference = ReferenceEvaluator(onnx.load(qdq_model))
    fed = graph.inputs[0].name
    runs: dict[str, Callable[[], Any]] = {
        "engine": lambda: graph.run(real),
        "onnxruntime": lambda: session.run(real),
        "reference": lambda: reference.run(None, {fed: real}),
    }
    best = dict.fromkeys(runs, float("inf"))
    for _ in range(rounds):
        for name, run in runs.items():
            run()
            started = time.process_time()
            run()
            best[name] = min(best[name], (time.process_time() - started) / len(real) * 1000)
    return {
        **{f"{name}_ms": round(value, 4) for name, value in best.items()},
        "engine_to_onnxruntime": round(best["engine"] / best["onnxruntime"], 3),
        "reference_to_engine": round(best["reference"] / best["engine"], 2),
        "batch": len(images),
        "machine": machine().name,
    }
