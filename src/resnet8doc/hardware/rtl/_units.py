"""What the archive's ``units.py`` must know to try each unit alone on test vectors."""

from typing import Any

from ...graph import Graph
from ..integers import WAYS
from ._bench import BENCHES, PARTS
from ._generate import Memories
from ._layers import TFLITE, Add, read_layers
from ._words import ADDITIONS, FIXED_POINT

BENCH = {"mac_array": "sums", "pixel_input": "pixels"}
"""Kinds of test benches, ``unit_<kind>.cpp``; all other units make codes."""


def describe_units(graph: Graph, memories: Memories) -> dict[str, Any]:
    """Return the units of a network's arithmetic, and the integers of its additions; JSON-able.

    Parameters
    ----------
    graph
        The network.
    memories
        Generated from it.

    Returns
    -------
    dict
        ``runtimes`` whose vectors the units are for, ``requantizer`` and ``adder`` by the module's name, ``way`` in
        which the requantizer rounds, ``additions`` (each: ``quantized``, scale and zero point of both summands and the
        sum; ``integers``, in the order of the adder's ports), ``units`` (each: ``parameters``, ``latency``,
        ``sources``, ``bench``).
    """
    arithmetic = memories.parameters["ARITHMETIC"]
    suffix = "_tflite" if arithmetic == FIXED_POINT else ""
    requantizer, adder = f"requantizer{suffix}", f"residual_adder{suffix}"
    layers = read_layers(graph).layers
    made = dict(zip((step.layer for step in memories.steps), memories.program, strict=True))
    names = [name for name, _ in ADDITIONS[arithmetic]]
    parameters = {
        **{name: dict(BENCHES[name].parameters) for name in (requantizer, adder)},
        "mac_array": {**BENCHES["mac_array"].parameters,
                      **{name: memories.parameters[name] for name in ("LANES", "WEIGHT_BITS")}},
        "pixel_input": {name: memories.parameters[name] for name in ("PIXELS", "COLOURS")},
    }  # fmt: skip
    return {
        "runtimes": [graph.runtime.name],
        "requantizer": requantizer,
        "adder": adder,
        "way": WAYS.index(TFLITE[graph.runtime.name][0]) if arithmetic == FIXED_POINT else None,
        "additions": [
            {"layer": layer.name, "quantized": [list(pair) for pair in layer.quantized],
             "integers": [made[layer.name][name] for name in names]}
            for layer in layers if isinstance(layer, Add)
        ],
        "units": {
            name: {
                "parameters": given, "latency": BENCHES[name].latency if name in BENCHES else 0,
                "sources": [*PARTS.get(name, ()), name], "bench": BENCH.get(name, "codes"),
            }
            for name, given in parameters.items()
        },
    }  # fmt: skip
