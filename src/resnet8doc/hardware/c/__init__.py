"""The network as a C99 program: generated, compiled, run, compared with the engine."""

from ._compile import SANITIZE, compile_c, compiler, describe_compiler, write_files
from ._equality import equality
from ._generate import generate
from ._layer import example, layer_program, rounding_program
from ._run import build, run
from ._sizes import sizes
from ._study import ARCHIVE, FILES, TFLITE_ARCHIVE, TFLITE_FILES, study_c, study_tflite, write_sources

__all__ = [
    "ARCHIVE",
    "FILES",
    "SANITIZE",
    "TFLITE_ARCHIVE",
    "TFLITE_FILES",
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
    "study_c",
    "study_tflite",
    "write_files",
    "write_sources",
]  # fmt: skip
