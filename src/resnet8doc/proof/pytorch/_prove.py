"""Every tensor of a quantized PyTorch model, this engine against PyTorch's."""

import time
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from tqdm import tqdm

from ...environment import cpu_class, environment
from ...files import sha256
from ...graph import Graph
from ...oracles.pytorch import PytorchNetwork, arithmetic
from ...runtimes import RUNTIMES
from .._tally import Tally, alike, differs, trace_or_reason, traced

Array = npt.NDArray[Any]


def proven(described: dict[str, Any]) -> bool:
    """Tell whether a mismatch fails the build: on x86-64 with AVX-512 VNNI, or with neither AVX-512 nor VNNI.

    Parameters
    ----------
    described
        What :func:`resnet8doc.environment.environment` returned.

    Examples
    --------
    >>> proven({"architecture": "x86_64", "instruction_sets": ["avx2", "fma"]})
    True
    >>> proven({"architecture": "x86_64", "instruction_sets": ["avx2", "avx_vnni"]})
    False
    """
    sets = set(described["instruction_sets"])
    known = "avx512_vnni" in sets or not sets & {"avx512f", "avx_vnni"}
    return described["architecture"] in ("x86_64", "amd64") and known


def prove_pytorch(model: Path | str, inputs: Array, *, batch: int = 50, progress: bool = True) -> dict[str, Any]:
    """Compare the engine with the one of PyTorch that a file was quantized for, value by value.

    *Local*: each node is fed PyTorch's own tensors. *End to end*: the engine computes everything from the input.
    PyTorch is asked which arithmetic it has on this processor (`resnet8doc.oracles.pytorch.arithmetic`); that one is
    compared.

    Parameters
    ----------
    model
        A quantized TorchScript file of this project.
    inputs
        float32 ``[N, 32, 32, 3]``.
    batch
        Inputs at a time.
    progress
        Show a bar on stderr.

    Returns
    -------
    dict
        JSON-able: ``model``, ``sha256``, ``engine``, ``arithmetic`` (a name in `resnet8doc.runtimes`), ``runtime``,
        ``version``, ``inputs``, ``architecture``, ``cpu_class``, ``proven``, ``environment``; ``nodes`` as
        `resnet8doc.proof.prove` has them; ``totals``, of what equality is demanded of: ``nodes``, ``values``,
        ``local_mismatches``, ``end_to_end_mismatches``; ``real``, the nodes of which it is not; ``first_mismatch`` (or
        None); ``seconds``.

    Raises
    ------
    UserError
        If the file cannot be extracted, or the inputs do not fit.
    """
    started, path = time.perf_counter(), Path(model)
    network = PytorchNetwork(path)
    name = arithmetic(network.engine)
    graph = network.graph.with_runtime(RUNTIMES[name])
    tallies = {node.name: Tally(node) for node in graph.nodes}
    first: dict[str, Any] | None = None
    for start in tqdm(range(0, len(inputs), batch), desc=path.stem, disable=not progress):
        part = np.asarray(inputs[start : start + batch], np.float32)
        found = _chunk(graph, network.run(part), part, tallies, start)
        first = first or found
    described = environment()
    held = [tally for tally in tallies.values() if tally.held]
    return {
        "model": path.stem, "sha256": sha256(path), "engine": network.engine, "arithmetic": name,
        "runtime": graph.runtime.describe(), "version": f"PyTorch {torch.__version__}", "inputs": len(inputs),
        "architecture": described["architecture"], "cpu_class": cpu_class(described),
        "proven": proven(described), "environment": described,
        "nodes": [tally.to_dict() for tally in tallies.values()],
        "totals": {
            "nodes": len(held), "values": sum(t.values for t in held),
            "local_mismatches": sum(t.local for t in held),
            "end_to_end_mismatches": sum(t.end_to_end for t in held),
        },
        "real": [tally.node.name for tally in tallies.values() if not tally.held],
        "first_mismatch": first, "seconds": round(time.perf_counter() - started, 2),
    }  # fmt: skip


def _chunk(
    graph: Graph, truth: dict[str, Array], fed: Array, tallies: dict[str, Tally], start: int
) -> dict[str, Any] | None:
    """Compare all nodes on some inputs; return the first local mismatch where equality is demanded."""
    entry = graph.inputs[0].name
    own, same, first = {entry: fed}, {entry}, None
    for node in graph.nodes:
        computed, expected = graph.compute(node, own), truth[node.output]
        own[node.output] = computed
        alike(f"node {node.name}", computed, expected, "PyTorch")
        fed_alike = all(each.parameter or each.tensor in same for each in node.inputs)
        local = computed if fed_alike else graph.compute(node, truth)
        wrong = differs(computed, expected)
        if not wrong.any():
            same.add(node.output)
        tally = tallies[node.name]
        before = tally.local
        tally.count(expected, local, computed)
        if first is None and tally.local > before and tally.held:
            index = tuple(int(i) for i in np.argwhere(differs(local, expected))[0])
            first = {
                "node": node.name, "op_type": node.op_type, "input": start + index[0], "index": list(index),
                "pytorch": expected[index].item(), "engine": local[index].item(),
                "trace": trace_or_reason(graph, node, truth, index, graph.runtime),
            }  # fmt: skip
    return first


def failure_pytorch(result: dict[str, Any]) -> str | None:
    """Return why a proof of `prove_pytorch` failed, in a few lines, or None."""
    totals = result["totals"]
    if not (totals["local_mismatches"] + totals["end_to_end_mismatches"]) or not result["proven"]:
        return None
    lines = [
        f"{result['model']}, {result['version']} ({result['engine']}, as {result['arithmetic']}): "
        f"{totals['local_mismatches']} of {totals['values']} values differ node by node, "
        f"{totals['end_to_end_mismatches']} end to end."
    ]
    first = result["first_mismatch"]
    if first is not None:
        lines.append(
            f"First: node {first['node']} ({first['op_type']}), input {first['input']}, index {first['index']}: "
            f"PyTorch {first['pytorch']}, engine {first['engine']}."
        )
        lines += traced(first)
    return "\n".join(lines)
