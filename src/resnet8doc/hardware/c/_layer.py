"""A C program that holds one operator against one test vector: what a reader of the site starts from."""

from importlib.resources import files
from pathlib import Path

from ._compile import compile_c, write_files

NAME = "test_layer.c"


def test_program() -> str:
    """Return the text of ``test_layer.c``; it includes the header that the macro ``VECTOR`` names.

    Examples
    --------
    >>> "#include VECTOR" in test_program()
    True
    """
    return (files(__package__) / "source" / NAME).read_text(encoding="utf-8")


def write_test_program(header: Path, folder: Path) -> Path:
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
        If there is no compiler or it refuses.
    """
    sources = write_files({NAME: test_program()}, folder)
    unused = "-Wno-unused-const-variable"  # a vector holds more than the test reads
    return compile_c(sources, folder / header.stem, flags=("-O2", unused, f'-DVECTOR="{header.resolve()}"'))
