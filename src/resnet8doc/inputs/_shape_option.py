"""``--shape batch=1``: lengths for free axes, as they are written on a command line."""

from collections.abc import Iterable

from ..errors import UserError


def parse_shapes(words: Iterable[str]) -> dict[str, int | tuple[int, ...]]:
    """Return lengths by the names of axes, or whole shapes by the names of inputs.

    Raises
    ------
    UserError
        If a word is none of ``NAME=LENGTH`` and ``INPUT=1,3,224,224``.

    Examples
    --------
    >>> parse_shapes(["batch=1", "x=1,3,8,8"])
    {'batch': 1, 'x': (1, 3, 8, 8)}
    """
    found: dict[str, int | tuple[int, ...]] = {}
    for word in words:
        name, equals, text = word.rpartition("=")
        parts = text.split(",")
        if not equals or not name or not all(part.strip().isdigit() and int(part) > 0 for part in parts):
            raise UserError(
                f"--shape is {word!r}", "NAME=LENGTH, or INPUT=LENGTH,LENGTH,... with lengths above 0",
                "Write for example --shape batch=1.",
            )  # fmt: skip
        lengths = tuple(int(part) for part in parts)
        found[name] = lengths if len(lengths) > 1 else lengths[0]
    return found
