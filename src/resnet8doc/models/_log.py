"""A conversion's log: what the converter's logger and Python's warnings said, in one file."""

import importlib.metadata
import logging
import warnings
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..files import replacing


@dataclass
class ConversionLog:
    """What one conversion said.

    Attributes
    ----------
    lines
        The lines of the log file.
    warnings
        How often each warning was given, by its text with its category in front.
    """

    lines: list[str] = field(default_factory=list)
    warnings: Counter[str] = field(default_factory=Counter)

    def add(self, source: str, level: str, message: str) -> None:
        """Add a line; a line of the level WARNING or above also counts as a warning."""
        self.lines.append(f"{level} {source}: {message}")
        if level != "INFO":
            self.warnings[f"{source}: {message}"] += 1

    def summary(self, path: Path) -> dict[str, Any]:
        """Return what a page shows: the file's name, its number of lines, each warning and its count."""
        return {
            "file": path.name,
            "lines": len(self.lines),
            "warnings": [{"message": message, "count": count} for message, count in sorted(self.warnings.items())],
        }


class _Handler(logging.Handler):
    def __init__(self, log: ConversionLog) -> None:
        super().__init__()
        self.log = log

    def emit(self, record: logging.LogRecord) -> None:
        self.log.add(record.name, record.levelname, record.getMessage())


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
    versions = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in packages)
    log.add("resnet8doc", "INFO", versions)
    source = logging.getLogger(logger)
    level, propagate, handler = source.level, source.propagate, _Handler(log)
    source.addHandler(handler)
    source.setLevel(logging.INFO)
    source.propagate = False  # what the log keeps need not be printed as well
    try:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            try:
                yield log
            finally:
                for warning in caught:
                    text = " ".join(str(warning.message).split())
                    log.add(f"{warning.category.__module__}.{warning.category.__name__}", "WARNING", text)
    except Exception as error:
        log.add("resnet8doc", "ERROR", f"{type(error).__name__}: {error}")
        raise
    finally:
        source.removeHandler(handler)
        source.setLevel(level)
        source.propagate = propagate
        with replacing(path) as temporary:
            temporary.write_text("\n".join(log.lines) + "\n", encoding="utf-8")
