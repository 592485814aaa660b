"""The network as SystemVerilog: generated memories, simulation, synthesis, test benches. Down to the gate."""

from ._archive import ARCHIVE, expected_bytes, write_archive
from ._bench import BENCHES, additions, bench
from ._cycles import cycles, layer_cycles
from ._formal import DEFINITIONS, definition, prove_units
from ._generate import LANES, Memories, Step, generate
from ._life import life
from ._place import measure, place_and_route, read_record, write_record
from ._simulate import Simulator, build_simulator, compare
from ._study import cheap_forms, staircases, study_gates
from ._synthesize import synthesize
from ._tools import SOURCES, source, test_bench, verilator

__all__ = [
    "ARCHIVE", "BENCHES", "DEFINITIONS", "LANES", "SOURCES", "Memories", "Simulator", "Step", "additions", "bench",
    "build_simulator", "cheap_forms", "compare", "cycles", "definition", "expected_bytes", "generate", "layer_cycles",
    "life", "measure", "place_and_route", "prove_units", "read_record", "source", "staircases", "study_gates",
    "synthesize", "test_bench", "verilator", "write_archive", "write_record",
]  # fmt: skip
