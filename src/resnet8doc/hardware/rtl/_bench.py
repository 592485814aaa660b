"""Test benches of single modules: the design's own, or a reader's in their place."""

import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ...errors import UserError
from ...graph import Graph
from ..integers import FixedSum, Sum, find_sum
from ._generate import addition_fields
from ._layers import Add, read_layers
from ._tools import simulation, source
from ._words import ADD_SHIFT, ADDITION_FIXED, ALIGN_BITS, POINT, SUM_BITS, WIDTH

Array = npt.NDArray[Any]


@dataclass(frozen=True)
class Bench:
    """What one module is tried with.

    Attributes
    ----------
    parameters
        Of the module.
    defines
        For the test bench: those, and how many cycles after its input a result comes.
    """

    parameters: Mapping[str, int]
    defines: Mapping[str, int]

    @property
    def latency(self) -> int:
        """Cycles from input to result."""
        return self.defines[_latency(self)]


REQUANTIZER = {"SUM_BITS": SUM_BITS, "POINT": POINT, "ALIGN_BITS": ALIGN_BITS}
WIDE_REQUANTIZER = {"SUM_BITS": 32, "POINT": 62, "ALIGN_BITS": 6}
ARRAY = {"LANES": 16, "WIDTH": WIDTH, "WEIGHT_BITS": 8, "SUM_BITS": SUM_BITS}

BENCHES = {
    "requantizer": Bench(REQUANTIZER, {**REQUANTIZER, "DEPTH": 8}),
    "requantizer of 32 bits": Bench(WIDE_REQUANTIZER, {**WIDE_REQUANTIZER, "DEPTH": 8}),
    "requantizer_tflite": Bench({"SUM_BITS": SUM_BITS}, {"SUM_BITS": SUM_BITS, "DEPTH": 7}),
    "requantizer_tflite of 32 bits": Bench({"SUM_BITS": 32}, {"SUM_BITS": 32, "DEPTH": 7}),
    "residual_adder": Bench({"SHIFT": ADD_SHIFT}, {"DEPTH": 3}),
    "residual_adder_tflite": Bench({}, {"DEPTH": 11}),
    "mac_array": Bench(ARRAY, {**ARRAY, "LATENCY": 3}),
}  # fmt: skip
"""By module; of the requantizers also one for all of int32, and of float32's for multipliers from 2^-39 to 2^25."""

PARTS = {
    "residual_adder_tflite": ("code_scaler", "requantizer_tflite"), "pixel_input": ("resnet8_pkg", "rom"),
}  # fmt: skip
"""Modules that a module of the design needs."""


def bench(
    name: str,
    cache: Path,
    *,
    sources: Sequence[Path] | None = None,
    latency: int | None = None,
    millions: int = 1,
    seed: int = 0,
    sums: Sequence[tuple[Sum | FixedSum, Array]] = (),
) -> dict[str, Any]:
    """Simulate one module against what it must compute.

    Parameters
    ----------
    name
        A key of :data:`BENCHES`.
    cache
        Where compiled simulations are kept.
    sources
        SystemVerilog files with a module of that name and its ports; without them, the design's.
    latency
        Cycles from input to result; without it, the design's.
    millions
        Of the requantizers: millions of cases, half of them random, half next to ties.
    seed
        Of the requantizers' cases.
    sums
        Of a residual adder: integers and the codes of all pairs, from :func:`additions`.

    Returns
    -------
    dict
        ``cases``, ``wrong``, ``probes`` (of the first that are wrong: inputs, expected, found); of the requantizers
        ``ties`` of float32's product, and how many of them its rounding has ``made``.

    Raises
    ------
    UserError
        If there is no such bench, or a tool is missing or refuses the module.
    """
    if name not in BENCHES:
        raise UserError(f"there is no test bench of {name!r}", f"one of {', '.join(BENCHES)}", "Choose one of these.")
    top, about = name.split(" ")[0], BENCHES[name]
    defines = dict(about.defines) | ({_latency(about): latency} if latency is not None else {})
    ours = [source(module) for module in (*PARTS.get(top, ()), top)]
    program = simulation(
        top, f"{top}.cpp", about.parameters, cache, sources=list(sources or ours), defines=defines,
        options=["-Wno-fatal"] if sources else [],  # a reader's module is asked for its bytes, not for its style
    )  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        if top.startswith("residual_adder"):
            arguments = [str(_write_sums(sums, Path(folder) / "sums"))]
        else:
            arguments = [str(millions), str(seed)] if top != "mac_array" else [str(1000 * millions)]
        result = subprocess.run([str(program), *arguments], capture_output=True, text=True, check=False)
    lines = result.stdout.splitlines()
    if result.returncode not in (0, 1) or not lines:
        raise UserError(
            f"the test bench of {name} ends with {result.returncode}: {result.stderr.strip()[-300:]}", "0 or 1",
            "Report this.",
        )  # fmt: skip
    numbers = [int(number) for number in lines[-1].split()]
    found: dict[str, Any] = {"cases": numbers[0], "wrong": numbers[-1], "probes": lines[:-1]}
    return found | ({"ties": numbers[1], "made": numbers[2]} if len(numbers) == 4 else {})


def additions(graph: Graph) -> dict[str, tuple[Sum | FixedSum, Array]]:
    """Return each addition's integers and the codes of all pairs, int8 ``[256, 256]``, by the layer's name.

    Raises
    ------
    UserError
        If an addition has no such integers.
    """
    return {
        layer.name: (
            layer.fixed
            or find_sum(layer.codes, layer.ratio, layer.second_ratio, ADD_SHIFT, name=f"layer {layer.name}"),
            layer.codes.astype(np.int8),
        )
        for layer in read_layers(graph).layers
        if isinstance(layer, Add)
    }


def _latency(about: Bench) -> str:
    return next(name for name in ("DEPTH", "LATENCY") if name in about.defines)


def _write_sums(sums: Sequence[tuple[Sum | FixedSum, Array]], path: Path) -> Path:
    with path.open("wb") as stream:
        for found, codes in sums:
            if isinstance(found, FixedSum):
                fields = addition_fields(found)
                numbers = [fields[name] for name, _ in ADDITION_FIXED]
            else:
                numbers = [found.factor, found.second_factor, found.offset]
            stream.write(np.array(numbers, np.int32).tobytes())
            stream.write(np.ascontiguousarray(codes, np.int8).tobytes())
    return path
