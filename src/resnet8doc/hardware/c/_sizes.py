"""How large a compiled network is: code, constants and memory, read from its object files."""

import struct
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ...errors import UserError
from ...graph import Graph
from ._arithmetic import Variant
from ._compile import FLAGS, compiler, describe_compiler, run_compiler, write_files, zig
from ._generate import generate

CORTEX_M4 = ("-target", "thumb-linux-musleabihf", "-mcpu=cortex_m4")
"""Zig's name for it; the C library that it names is not linked."""

QUIET = ("-fno-asynchronous-unwind-tables", "-fno-unwind-tables")
"""Tables for debuggers and exceptions, which C firmware leaves out."""

WRITE, ALLOCATE, EXECUTE = 1, 2, 4
NO_BITS = 8


def sizes(
    graph: Graph, variant: Variant | None = None, optimisations: Sequence[str] = ("-O2", "-Os")
) -> list[dict[str, Any]]:
    """Compile a network for this machine and for an Arm Cortex-M4, and measure its sections.

    ``main.c`` (the harness that reads files), libm and the C library are not counted.

    Parameters
    ----------
    graph
        A network of integer operators (QOperator).
    variant
        ``float`` or ``integer``.
    optimisations
        Compiler options to try.

    Returns
    -------
    list of dict
        ``target``, ``optimisation``, ``compiler``; ``code_bytes``, ``constant_bytes`` and their sum with the
        initialised data, ``flash_bytes``; ``ram_bytes`` (static; the stack is not in it).

    Raises
    ------
    UserError
        If a compiler is missing, or writes object files other than ELF.
    """
    rows = []
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        sources = [path for path in write_files(generate(graph, variant), folder) if path.name != "main.c"]
        for target, command, flags in _targets():
            for optimisation in optimisations:
                total = dict.fromkeys(("code_bytes", "constant_bytes", "data_bytes", "zero_bytes"), 0)
                for source in sources:
                    made = source.with_suffix(".o")
                    run_compiler([*command, *FLAGS, *flags, *QUIET, optimisation, "-c", str(source), "-o", str(made)])
                    for key, value in sections(made.read_bytes()).items():
                        total[key] += value
                rows.append({
                    "target": target, "optimisation": optimisation, "compiler": describe_compiler(command),
                    "code_bytes": total["code_bytes"], "constant_bytes": total["constant_bytes"],
                    "flash_bytes": total["code_bytes"] + total["constant_bytes"] + total["data_bytes"],
                    "ram_bytes": total["data_bytes"] + total["zero_bytes"],
                })  # fmt: skip
    return rows


def _targets() -> list[tuple[str, list[str], tuple[str, ...]]]:
    """Return each target's name, compiler and flags; at a fixed address constant tables of addresses are constants."""
    return [("this machine", compiler(), ("-fno-pic",)), ("Arm Cortex-M4", zig(), CORTEX_M4)]


def sections(content: bytes) -> dict[str, int]:
    """Return how many bytes of an ELF object are code, constants, initialised data, and zeros.

    Source: the ELF specification (System V gABI, chapter 4), section headers.

    Raises
    ------
    UserError
        If it is not an ELF file of little-endian byte order.
    """
    if content[:4] != b"\x7fELF" or content[5] != 1:
        raise UserError(
            f"the compiler writes files that begin with {content[:4].hex()}", "ELF, little-endian", "Measure on Linux."
        )
    wide = content[4] == 2
    start, = struct.unpack_from("<Q" if wide else "<I", content, 40 if wide else 32)  # fmt: skip
    length, count = struct.unpack_from("<HH", content, 58 if wide else 46)
    found = dict.fromkeys(("code_bytes", "constant_bytes", "data_bytes", "zero_bytes"), 0)
    for number in range(count):
        form = "<IIQQQQ" if wide else "<IIIIII"
        _, kind, flags, _, _, size = struct.unpack_from(form, content, start + number * length)
        if not flags & ALLOCATE:
            continue
        if flags & EXECUTE:
            found["code_bytes"] += size
        elif kind == NO_BITS:
            found["zero_bytes"] += size
        else:
            found["data_bytes" if flags & WRITE else "constant_bytes"] += size
    return found
