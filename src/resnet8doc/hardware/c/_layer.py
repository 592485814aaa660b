"""Small C programs that a reader of the site starts from: one operator against its test vector, and rounding."""

from importlib.resources import files
from pathlib import Path

from ._compile import compile_c, write_files

LAYER, ROUNDING = "test_layer.c", "rounding.c"


def example(name: str) -> str:
    """Return the text of ``test_layer.c`` (it includes the header that the macro ``VECTOR`` names) or ``rounding.c``.

    Examples
    --------
    >>> "#include VECTOR" in example("test_layer.c")
    True
    """
    return (files(__package__) / "source" / name).read_text(encoding="utf-8")


def rounding_program(folder: Path) -> Path:
    """Compile ``rounding.c``, which reads lines of a value and its fractional bits; return the program.

    Raises
    ------
    UserError
        If there is no compiler or it refuses.
    """
    return compile_c(write_files({ROUNDING: example(ROUNDING)}, folder), folder / "rounding")


def layer_program(header: Path, folder: Path) -> Path:
    """Compile ``test_layer.c`` with a test vector's C header; return the program.

    Parameters
    ----------
    header
        A ``.h`` that :func:`resnet8doc.hardware.write_vectors` wrote.
    folder
        Where the program goes.

    Raises
    ------
    UserError
        If there is no compiler or it refuses: of an operator that the file does not have it says so.
    """
    sources = write_files({LAYER: example(LAYER)}, folder)
    unused = "-Wno-unused-const-variable"  # a vector holds more than the test reads
    return compile_c(sources, folder / header.stem, flags=("-O2", unused, f'-DVECTOR="{header.resolve()}"'))
