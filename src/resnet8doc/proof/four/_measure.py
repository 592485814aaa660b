"""One network, measured: its costs, the engine against each kernel set, its C against the engine."""

import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ...errors import UserError
from ...extract import load, own_runtime
from ...files import sha256
from ...graph import Graph
from ...hardware import buffers, costs
from ...hardware.c import equality
from ...oracles import KERNELS, TfliteNetwork, version
from .._tflite import prove_tflite

Array = npt.NDArray[Any]

SEED = 0


def measure(path: Path, inputs: int) -> dict[str, Any]:
    """Measure one of the networks.

    Parameters
    ----------
    path
        A TensorFlow Lite file of int8 codes with one input.
    inputs
        How many inputs it is fed: seeded codes, uniform over int8.

    Returns
    -------
    dict
        JSON-able: ``sha256``, ``file_bytes``, ``input`` and ``output`` (shapes of one item), ``operators`` (how many),
        ``weight_bytes``, ``bias_bytes``, ``multiply_accumulates``, ``ram_bytes`` (of the plan; the input is the
        caller's), ``ram_bound_bytes``, ``inputs``; ``kernels``, for each kernel set its ``version``, the ``values``
        compared, mismatches ``local`` and ``end_to_end``; ``c``, either ``runtime`` (in whose arithmetic it is:
        TensorFlow Lite Micro's), ``values``, ``mismatches`` against the engine in that arithmetic, ``compiler`` and, of
        the ``output_values`` of the last layer of codes, how many ``differ`` from each kernel set; or ``refused``, the
        sentence.

    Raises
    ------
    UserError
        If the file cannot be read, or a runtime refuses it.
    """
    graph = load(path)
    rows, plan = costs(graph), buffers(graph)
    (entry,) = graph.inputs
    shape = [int(axis) for axis in (entry.shape or ())[1:] if isinstance(axis, int)]
    fed = np.random.default_rng(SEED).integers(-128, 128, (inputs, *shape)).astype(np.int8)
    return {
        "sha256": sha256(path), "file_bytes": path.stat().st_size, "input": shape,
        "output": list((graph.outputs[0].shape or ())[1:]), "operators": len(graph.nodes),
        "weight_bytes": sum(row["weight_bytes"] for row in rows), "bias_bytes": sum(row["bias_bytes"] for row in rows),
        "multiply_accumulates": sum(row["multiply_accumulates"] for row in rows),
        "ram_bytes": plan.arena_bytes, "ram_bound_bytes": plan.bound_bytes, "inputs": inputs,
        "kernels": {kernels: _proof(path, fed, kernels) for kernels in KERNELS},
        "c": _c(path, graph.with_runtime(own_runtime(path)), fed),
    }  # fmt: skip


def _proof(path: Path, fed: Array, kernels: str) -> dict[str, Any]:
    found = prove_tflite(path, fed, kernels, batch=1, progress=False)
    totals = found["totals"]
    return {
        "version": version(kernels), "values": totals["values"], "local": totals["local_mismatches"],
        "end_to_end": totals["end_to_end_mismatches"],
    }  # fmt: skip


def _c(path: Path, graph: Graph, fed: Array) -> dict[str, Any]:
    try:
        with tempfile.TemporaryDirectory() as folder:
            found = equality(graph, fed, None, Path(folder), progress=False)
    except UserError as error:
        return {"refused": str(error)}
    last = graph.outputs[0].name
    ours = graph.run(fed, [last])[last]
    return {
        "runtime": found["runtime"], "values": found["values"], "mismatches": found["mismatches"],
        "compiler": found["compiler"], "output_values": int(ours.size),
        "differ": {kernels: int(np.count_nonzero(_outputs(path, kernels, fed, last) != ours)) for kernels in KERNELS},
    }  # fmt: skip


def _outputs(path: Path, kernels: str, fed: Array, tensor: str) -> Array:
    network = TfliteNetwork(path, kernels)
    return np.concatenate([network.run(item[None])[tensor] for item in fed])
