"""What a build says of the gates: every byte, the units, the cheaper forms, cycles, one output's life."""

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ...errors import UserError
from ...files import make_folder
from ...graph import Graph
from ..integers import CHEAP, cheap_codes, find_staircase, mantissa_and_shift, requantize_without_float
from ._bench import PARTS, additions, bench
from ._cycles import cycles
from ._formal import prove_units
from ._generate import Memories, generate
from ._layers import TFLITE, Pool, Products, reach, read_layers, real_accumulators
from ._life import life
from ._simulate import Simulator, compare, simulator_of
from ._synthesize import synthesize
from ._tools import source
from ._words import SUM_BITS

Array = npt.NDArray[Any]

STAIRCASE_SHIFT = 39
"""Binary places at which two integers a channel are sought: more would not fit 64 bits."""

STAGES = ("requantizer", "requantizer_tflite", "residual_adder", "residual_adder_tflite")
"""What is synthesized alone."""

OTHER_IMAGES = 20
CHEAP_IMAGES = 100


def study_gates(
    graph: Graph,
    others: Mapping[str, Graph],
    images: Array,
    folder: Path,
    *,
    millions: int = 100,
    processes: int = 2,
    progress: bool = True,
) -> dict[str, Any]:
    """Simulate the network and its units, and count.

    Parameters
    ----------
    graph
        The network, QOperator, int8.
    others
        Other networks by a name for their folder, of which :data:`OTHER_IMAGES` images are simulated; among them may be
        TensorFlow Lite's, in an arithmetic of its kernels.
    images
        uint8 ``[N, rows, columns, colours]``.
    folder
        Gets hex files and compiled simulations.
    millions
        Cases of the requantizer, in millions, half of them for each of two widths.
    processes
        How many programs run at once.
    progress
        Show a bar on stderr.

    Returns
    -------
    dict
        JSON-able. ``missing`` is None, or the sentence that says which tool is not there: then what it would have
        measured is left out. ``network`` and ``models``: of :func:`compare`; ``units``: of :func:`bench`; ``adders``:
        each addition's integers; ``proofs``: of :func:`prove_units`, with a ``missing`` of their own; ``cycles``,
        ``life``, ``cheap``, ``staircases``, ``synthesis`` of the second stages.

    Raises
    ------
    UserError
        If a byte differs.
    """
    found: dict[str, Any] = {"model": graph.name, "missing": None}
    # One queue for all programs, the longest first: at its end no processor waits long for the other.
    with ThreadPoolExecutor(processes) as queue:
        synthesized, proven = queue.submit(second_stages), queue.submit(proofs)
        sums = additions(graph)
        found["adders"] = {name: asdict(integers) for name, (integers, _) in sums.items()}
        found |= {"cheap": cheap_forms(graph, images[:CHEAP_IMAGES]), "staircases": staircases(graph)}
        fixed = [
            sum_ for other in others.values() if other.runtime.name in TFLITE for sum_ in additions(other).values()
        ]
        units = _units(list(sums.values()), fixed, millions)
        try:
            building = [queue.submit(_build, group, folder) for group in _groups({"": graph, **others})]
            tried = {name: queue.submit(bench, name, folder / "cache", **asked) for name, asked in units.items()}
            simulators = {name: made for future in building for name, made in future.result().items()}
        except UserError as error:
            found["missing"] = str(error)
    found |= {"synthesis": synthesized.result(), "proofs": proven.result()}
    for claim in found["proofs"]["claims"]:
        if not claim["proven"]:
            raise UserError(
                f"{claim['module']} is not its definition at {claim['inputs']}", "equal for every input", "Report this."
            )
    if found["missing"]:
        return found
    found["units"] = {name: future.result() for name, future in tried.items()}
    found["network"] = compare(graph, simulators[""], images, processes=processes, progress=progress)
    with ThreadPoolExecutor(processes) as pool:  # each is one run of the simulator
        compared = [
            pool.submit(compare, other, simulators[name], images[:OTHER_IMAGES], progress=False)
            for name, other in others.items()
        ]
        found["models"] = [
            future.result() | {"runtime": other.runtime.title}
            for future, other in zip(compared, others.values(), strict=True)
        ]
    found["stalled"] = _stalled(simulators[""], images[:2])
    found["cycles"] = cycles(simulators[""].memories)
    found["life"] = life(simulators[""], images[0])
    found["parameters"] = dict(simulators[""].memories.parameters)
    for wrong in _wrong(found):
        raise UserError(wrong, "0", "Read the build's results/rtl.json; report this with Verilator's version.")
    return found


def _units(sums: Sequence[Any], fixed: Sequence[Any], millions: int) -> dict[str, dict[str, Any]]:
    """Return what each test bench is asked for: cases of the requantizers, additions of the adders."""
    few = max(1, millions // 20)
    units: dict[str, dict[str, Any]] = {
        "requantizer": {"millions": millions // 2}, "requantizer of 32 bits": {"millions": millions - millions // 2},
        "requantizer_tflite": {"millions": few}, "requantizer_tflite of 32 bits": {"millions": few},
        "residual_adder": {"sums": sums}, "residual_adder_tflite": {"sums": fixed}, "mac_array": {},
    }  # fmt: skip
    if not fixed:
        del units["residual_adder_tflite"]
    return units


def _groups(graphs: Mapping[str, Graph]) -> list[dict[str, Memories]]:
    """Generate each network's memories, and group those whose machines are one program."""
    groups: dict[str, dict[str, Memories]] = {}
    for name, graph in graphs.items():
        memories = generate(graph)
        groups.setdefault(repr(memories.parameters), {})[name] = memories
    return list(groups.values())


def _build(group: Mapping[str, Memories], folder: Path) -> dict[str, Simulator]:
    """Compile a group's machine, with the first of its networks; the others find it in the cache."""
    return {
        name: simulator_of(
            memories, make_folder(folder / (name or memories.model).replace(" ", "-")), folder / "cache"
        )
        for name, memories in group.items()
    }  # fmt: skip


def _stalled(simulator: Simulator, images: Array) -> dict[str, Any]:
    """Compare runs with and without random pauses on both streams."""
    free, paused = simulator.run(images), simulator.run(images, stall=1)
    differ = sum(int((free[0][name] != codes).sum()) for name, codes in paused[0].items())
    return {
        "images": len(images), "mismatches": differ + int((free[1] != paused[1]).sum()), "cycles": paused[2],
    }  # fmt: skip


def _wrong(found: Mapping[str, Any]) -> Iterator[str]:
    for result in (found["network"], *found["models"]):
        if result["mismatches"]:
            first = next(row for row in result["tensors"] if row["mismatches"])
            where = f"{first['tensor']}: {first['first']}"
            yield f"{result['mismatches']} bytes of {result['model']} differ in simulation; {where}"
    for name, result in found["units"].items():
        if result["wrong"]:
            yield f"{result['wrong']} cases of {name} differ in simulation; {result['probes'][0]}"
    if found["stalled"]["mismatches"]:
        yield f"{found['stalled']['mismatches']} bytes differ when the streams pause"


def second_stages() -> dict[str, Any]:
    """Synthesize the requantizers and the residual adder, each alone; ``missing`` says it where Yosys is not there."""
    found: dict[str, Any] = {"missing": None}
    try:
        for name in STAGES:
            parts = [source(part) for part in (*PARTS.get(name, ()), name)]
            width = {"SUM_BITS": SUM_BITS} if name in STAGES[:2] else {}
            found[name] = synthesize(name, "xilinx", width, sources=parts)
    except UserError as error:
        found["missing"] = str(error)
    return found


def proofs() -> dict[str, Any]:
    """Prove the units; ``missing`` says it where Yosys is not there."""
    try:
        return {"missing": None, "claims": prove_units()}
    except UserError as error:
        return {"missing": str(error), "claims": []}


def cheap_forms(graph: Graph, images: Array) -> dict[str, Any]:
    """Count the codes that cheaper second stages change, each layer given right inputs.

    Returns
    -------
    dict
        ``images``, ``values``, ``changed`` by form.
    """
    layers = read_layers(graph)
    changed, values = dict.fromkeys(CHEAP, 0), 0
    for start in range(0, len(images), 50):
        sums = real_accumulators(graph, graph.run(images[start : start + 50], "all"))
        for layer in layers.layers:
            if not isinstance(layer, Products | Pool):
                continue
            factor = layer.multipliers if isinstance(layer, Products) else np.array([layer.multiplier])
            a = sums[layer.output]
            right = requantize_without_float(a, *mantissa_and_shift(factor), layer.y_zero)
            values += right.size
            for form in CHEAP:
                changed[form] += int((cheap_codes(a, factor.astype(np.float64), layer.y_zero, form) != right).sum())
    return {"images": len(images), "values": values, "changed": changed}


def staircases(graph: Graph) -> dict[str, Any]:
    """Count the channels whose code is ``(a * m + b) >> S`` for every accumulator that can occur.

    Returns
    -------
    dict
        ``channels``, ``found``, ``constant`` (those that have no step at all, among ``found``), ``shift`` (binary
        places tried), ``layers`` (each: ``layer``, ``channels``, ``found``).
    """
    rows = []
    constant = 0
    for layer in read_layers(graph).layers:
        if isinstance(layer, Products):
            w, bias, factors = layer.weights.reshape(len(layer.weights), -1), layer.bias, layer.multipliers
        elif isinstance(layer, Pool):
            rows_, columns, _ = read_layers(graph).shapes[layer.source]
            w, bias, factors = (
                np.ones((1, rows_ * columns), np.int64),
                np.zeros(1, np.int64),
                np.array([layer.multiplier]),
            )
        else:
            continue
        low, high = reach(w, bias, layer.zero)
        mantissa, shift = mantissa_and_shift(factors)
        found = 0
        for c in range(len(bias)):
            codes = partial(requantize_without_float, mantissa=mantissa[c], shift=shift[c], zero_point=layer.y_zero)
            if np.ptp(codes(np.array([low[c], high[c]]))) == 0:
                constant, found = constant + 1, found + 1
            else:
                found += (
                    find_staircase(codes, int(low[c]), int(high[c]), float(factors[c]), STAIRCASE_SHIFT) is not None
                )
        rows.append({"layer": layer.name, "channels": len(bias), "found": found})
    return {
        "channels": sum(row["channels"] for row in rows), "found": sum(row["found"] for row in rows),
        "constant": constant, "shift": STAIRCASE_SHIFT, "layers": rows,
    }  # fmt: skip
