"""The network as a C99 program: generated, compiled, run, compared with the engine."""

from ._compile import compile_c, compiler, describe_compiler, write_files
from ._generate import generate
from ._run import build, run

__all__ = ["build", "compile_c", "compiler", "describe_compiler", "generate", "run", "write_files"]
