"""network.h: how a network is called, and tables of what it is fed and what comes out of it."""

import numpy as np

from ..memory import Kept, Plan
from ..network import axis_names
from ..vectors import c_float
from ._interface import Fed, Given, c_type
from ._program import Program


def network_header(program: Program, planned: Plan) -> list[str]:
    """Return the lines of ``network.h``."""
    arguments, offset = [], 0
    for fed in program.inputs:
        arguments.append(f"(const {fed.c_type} *)((in) + {offset})")
        offset += -(-fed.bytes // 4) * 4
    offset = 0
    for given in program.outputs:
        arguments.append(f"({c_type(given.kept.dtype)} *)((out) + {offset})")
        offset += given.kept.bytes
    inputs = [f"{fed.parameter}: {_described(program, fed.kept, fed.kind)}" for fed in program.inputs]
    outputs = [f"{given.parameter}: {_described(program, given.kept, given.kept.dtype)}" for given in program.outputs]
    return [
        "#ifndef NETWORK_H", "#define NETWORK_H", "", "#include <stddef.h>", "#include <stdint.h>", "",
        '#include "types.h"', "", f"#define ARENA_BYTES {max(1, planned.arena_bytes)} /* all activations */", "",
        *_input_table(program.inputs, program.pixels), *_output_table(program, program.outputs), "",
        "/* Called after each operator with the codes that it made, images channels last; may be a null pointer. */",
        "typedef void (*observer_t)(void *context, const char *tensor, const void *codes, size_t count);", "",
        "/* The whole network on one item; the last axis runs fastest. Not reentrant: the activations lie in one",
        " * static buffer of ARENA_BYTES.", " *", *(f" * {line}" for line in (*inputs, *outputs)), " */",
        f"{signature(program)};", "",
        "/* The same on bytes, one input and one output after another. */",
        "#define NETWORK_RUN(in, out, observe, context) \\",
        f"    network_run({', '.join(arguments)}, observe, context)", "", "#endif",
    ]  # fmt: skip


def _described(program: Program, kept: Kept, kind: str) -> str:
    """Say what a parameter holds: what each axis counts, in the order in which it lies in memory."""
    network = program.steps.network
    names = axis_names(len(kept.order), network.layout(kept.tensor))
    said = [names[axis] for axis in kept.order][len(kept.order) - len(kept.shape) :]
    what = {"pixels": "uint8, pixels 0 to 255", "bool": "truth values, 0 and 1"}.get(kind, kind)
    return f"{list(kept.shape)} ({', '.join(said)}), {what}"


def signature(program: Program) -> str:
    """Return how ``network_run`` is called."""
    inputs = [f"const {fed.c_type} *{fed.parameter}" for fed in program.inputs]
    outputs = [f"{c_type(given.kept.dtype)} *{given.parameter}" for given in program.outputs]
    return f"void network_run({', '.join((*inputs, *outputs))}, observer_t observe, void *context)"


def _input_table(inputs: list[Fed], pixels: bool) -> list[str]:
    rows, offset = [], 0
    for fed in inputs:
        rows.append(f'{{"{fed.kind}", "{Program.said(fed.tensor)}", {offset}, {fed.bytes}}}')
        offset += -(-fed.bytes // 4) * 4  # real numbers begin at a multiple of their size
    return [
        f'#define ITEM "{"image" if pixels else "item"}"', f"#define INPUT_BYTES {offset}",
        f"#define INPUT_TABLE {{{', '.join(rows)}}}",
    ]  # fmt: skip


def _output_table(program: Program, outputs: list[Given]) -> list[str]:
    rows, offset = [], 0
    for given in outputs:
        found = program.steps.network.graph.quantization(given.kept.tensor)
        scale = 1.0 if found is None or np.size(found.scale) != 1 else float(np.reshape(found.scale, ()))
        zero = 0 if found is None or np.size(found.zero_point) != 1 else int(np.reshape(found.zero_point, ()))
        signed = int(given.kept.dtype == "int8")
        name = Program.said(given.name)
        rows.append(f'{{"{name}", {offset}, {given.kept.bytes}, {signed}, {zero}, {c_float(scale)[:-1]}}}')
        offset += given.kept.bytes
    return [
        f"#define CLASSIFIES {int(program.classifies)}", f"#define OUTPUT_BYTES {offset}",
        f"#define OUTPUT_TABLE {{{', '.join(rows)}}}",
    ]  # fmt: skip
