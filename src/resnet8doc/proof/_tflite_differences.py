"""How much the kernel sets of TensorFlow Lite differ among themselves on one network, each running all of it."""

import itertools
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from tqdm import tqdm

from ..oracles import KERNELS, TfliteNetwork

Array = npt.NDArray[Any]


def kernel_differences(model: Path | str, inputs: Array, *, batch: int = 25, progress: bool = True) -> dict[str, Any]:
    """Count the codes and the predictions in which each two kernel sets differ.

    Parameters
    ----------
    model
        A TensorFlow Lite file that classifies.
    inputs
        ``[N, ...]`` of the file's input type, channels last.
    batch
        Inputs at a time.
    progress
        Show a bar on stderr.

    Returns
    -------
    dict
        JSON-able: ``model``, ``inputs`` (how many) and ``pairs``: ``one``, ``other``, ``values``, ``different`` (codes
        of all tensors), ``outputs`` (inputs with another output) and ``predictions`` (inputs of another class).
    """
    path = Path(model)
    networks = {kernels: TfliteNetwork(path, kernels, batch) for kernels in KERNELS}
    pairs: dict[tuple[str, str], dict[str, Any]] = {
        pair: {"one": pair[0], "other": pair[1], "values": 0, "different": 0, "outputs": 0, "predictions": 0}
        for pair in itertools.combinations(KERNELS, 2)
    }
    for start in tqdm(range(0, len(inputs), batch), desc=f"kernels of {path.stem}", disable=not progress):
        part = inputs[start : start + batch]
        found = {kernels: _all(network, part) for kernels, network in networks.items()}
        for (one, other), row in pairs.items():
            for name, values in found[one].items():
                if values.dtype.kind == "i":
                    row["values"] += values.size
                    row["different"] += int(np.count_nonzero(values != found[other][name]))
            last = networks[one].graph.outputs[0].name
            ours, theirs = found[one][last], found[other][last]
            row["outputs"] += int(np.count_nonzero((ours != theirs).any(axis=-1)))
            row["predictions"] += int(np.count_nonzero(ours.argmax(axis=-1) != theirs.argmax(axis=-1)))
    return {"model": path.stem, "inputs": len(inputs), "pairs": list(pairs.values())}


def _all(network: TfliteNetwork, part: Array) -> dict[str, Array]:
    """Return every tensor of some inputs, a batch after another."""
    runs = [
        {name: values.copy() for name, values in network.run(part[first : first + network.batch]).items()}
        for first in range(0, len(part), network.batch)
    ]
    return {name: np.concatenate([run[name] for run in runs]) for name in runs[0]}
