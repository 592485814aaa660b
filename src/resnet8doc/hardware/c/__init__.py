"""The network as a C99 program: generated, compiled, run, compared with the engine."""

from ._compile import SANITIZE, compile_c, compiler, describe_compiler, write_files
from ._equality import equality
from ._generate import generate
from ._layer import example, layer_program, rounding_program
from ._run import build, run
from ._sizes import sizes

__all__ = [
    "SANITIZE",
    "build",
    "compile_c",
    "compiler",
    "describe_compiler",
    "equality",
    "example",
    "generate",
    "layer_program",
    "rounding_program",
    "run",
    "sizes",
    "write_files",
]  # fmt: skip
