"""A conversion's log: what the converter's logger and Python's warnings said, in one file."""

import importlib.metadata
import logging
import warnings
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ..errors import UserError
from ..files import replacing


class ConversionLog(logging.Handler):
    """Collects lines ``LEVEL source: message``; every message is kept on one line."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def add(self, source: str, level: str, message: str) -> None:
        """Add a line."""
        self.lines.append(f"{level} {source}: {' '.join(message.split())}")

    def emit(self, record: logging.LogRecord) -> None:
        """Add what a logger says."""
        self.add(record.name, record.levelname, record.getMessage())


@contextmanager
def logged(path: Path, logger: str, packages: tuple[str, ...]) -> Iterator[ConversionLog]:
    """Collect a converter's log lines and every Python warning of the block, and write them to ``path``.

    The file is written also when the block fails: then its last line says with what. Time stamps are left out, so that
    the same conversion writes the same file.

    Parameters
    ----------
    path
        The log file.
    logger
        Name of the converter's logger, ``"tf2onnx"``; taken from INFO upwards.
    packages
        Distributions whose versions open the log.
    """
    log = ConversionLog()
    log.add("resnet8doc", "INFO", ", ".join(f"{name} {importlib.metadata.version(name)}" for name in packages))
    source = logging.getLogger(logger)
    level, propagate = source.level, source.propagate
    source.addHandler(log)
    source.setLevel(logging.INFO)
    source.propagate = False  # what the log keeps need not be printed as well
    try:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            try:
                yield log
            finally:
                for warning in caught:
                    log.add(warning.category.__name__, "WARNING", str(warning.message))
    except Exception as error:
        log.add("resnet8doc", "ERROR", f"{type(error).__name__}: {error}")
        raise
    finally:
        source.removeHandler(log)
        source.setLevel(level)
        source.propagate = propagate
        with replacing(path) as temporary:
            temporary.write_text("\n".join(log.lines) + "\n", encoding="utf-8")


def log_summary(path: Path) -> dict[str, Any]:
    """Sum up a log that a conversion wrote.

    Returns
    -------
    dict
        ``file`` (its name), ``lines`` (how many), ``versions`` (the first line's), ``errors`` (a list of messages) and
        ``warnings`` (``message`` and ``count`` of each).

    Raises
    ------
    UserError
        If the file is missing.
    """
    if not path.is_file():
        raise UserError(f"{path} does not exist", "a conversion's log", "Convert again: python -m resnet8doc convert.")
    lines = path.read_text(encoding="utf-8").splitlines()
    found = Counter(line.removeprefix("WARNING ") for line in lines if line.startswith("WARNING "))
    return {
        "file": path.name,
        "lines": len(lines),
        "versions": lines[0].partition(": ")[2],
        "errors": [line.partition(" ")[2] for line in lines if line.startswith(("ERROR ", "CRITICAL "))],
        "warnings": [{"message": message, "count": count} for message, count in sorted(found.items())],
    }
