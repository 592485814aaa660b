"""One stage of the pipeline."""

import os
import sys
import time
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from doit.exceptions import TaskFailed
from doit.tools import config_changed

from ..errors import UserError
from ..files import disk_error, make_folder, sha256, write_json
from ._closure import source_files

PROCESSES = min(4, os.cpu_count() or 1)
"""How many programs a stage starts at once that has many to run: pages, tests."""


@dataclass(frozen=True)
class Stage:
    """What makes some files from others.

    Attributes
    ----------
    name
        As it is shown: ``"evaluate resnet8_int8.onnx"``.
    action
        A module-level function, called as ``action(build, *arguments)``. The stage runs again when the source of its
        module, or of anything that this imports, has changed; so every kind of stage has a module of its own.
    arguments
        Passed on after the build folder.
    reads, writes
        Files below the build folder.
    sources
        Other files the stage depends on, absolute.
    settings
        What else the result depends on, as JSON-able values: versions, options.
    """

    name: str
    action: Callable[..., None]
    arguments: tuple[Any, ...] = ()
    reads: tuple[str, ...] = ()
    writes: tuple[str, ...] = ()
    sources: tuple[Path, ...] = ()
    settings: Mapping[str, Any] = field(default_factory=dict)

    @property
    def stamp(self) -> str:
        """Where the stage notes what it read and wrote and how long it took, below the build folder."""
        return f"stages/{self.name.replace(' ', '_')}.json"

    def task(self, build: Path, versions: Mapping[str, str]) -> dict[str, Any]:
        """Return the stage as a task of doit's."""
        files = [build / name for name in self.reads]
        settings = {"versions": dict(versions), "arguments": repr(self.arguments), **self.settings}
        return {
            "name": self.name,
            "actions": [(_execute, [self, build])],
            "file_dep": [*map(str, files), *map(str, source_files(self.action.__module__)), *map(str, self.sources)],
            "targets": [str(build / name) for name in (*self.writes, self.stamp)],
            "uptodate": [config_changed(settings)],
            "verbosity": 2,
        }


def _execute(stage: Stage, build: Path) -> TaskFailed | None:
    """Run the stage in doit's worker; a user's mistake fails it with a sentence, anything else with its traceback."""
    started = time.perf_counter()
    log = build / "logs" / f"{Path(stage.stamp).stem}.log"
    try:
        with _said_to(log):
            stage.action(build, *stage.arguments)
    except UserError as error:
        return TaskFailed(str(error))
    except Exception as error:
        said = disk_error(error) if isinstance(error, OSError) else None
        if said is not None:
            return TaskFailed(str(said))
        # a defect, not a mistake: whoever sees it needs all of it
        return TaskFailed(f"{traceback.format_exc()}\nWhat it said before is in {log}.")
    write_json(
        build / stage.stamp,
        {
            "stage": stage.name,
            "seconds": round(time.perf_counter() - started, 2),
            "reads": {name: sha256(build / name) for name in stage.reads},
            "writes": {name: _describe(build / name) for name in stage.writes},
        },
    )
    return None


@contextmanager
def _said_to(log: Path) -> Iterator[None]:
    """Send what this process prints, its C++ libraries included, to a log file for a while."""
    make_folder(log.parent)
    sys.stdout.flush()
    sys.stderr.flush()
    kept = [os.dup(descriptor) for descriptor in (1, 2)]
    try:
        with log.open("w", encoding="utf-8") as stream:
            for descriptor in (1, 2):
                os.dup2(stream.fileno(), descriptor)
            with redirect_stdout(stream), redirect_stderr(stream):
                yield
    finally:
        for descriptor, saved in zip((1, 2), kept, strict=True):
            os.dup2(saved, descriptor)
            os.close(saved)


def _describe(path: Path) -> dict[str, Any]:
    return {"sha256": sha256(path), "bytes": path.stat().st_size}
