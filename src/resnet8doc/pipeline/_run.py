"""Running stages with doit: in order, two at a time, and only those that are out of date."""

import os
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from doit.cmd_base import TaskLoader2
from doit.doit_cmd import DoitMain
from doit.loader import generate_tasks
from doit.reporter import ZeroReporter
from doit.task import Task
from threadpoolctl import threadpool_limits

from ..environment import versions
from ..errors import UserError
from ..files import make_folder
from ._stage import Stage

STATE = ".doit.json"
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS")
"""What libraries that are loaded later, and programs that a stage starts, read their number of threads from."""


class Reporter(ZeroReporter):
    """A line for each stage that starts or fails, and one at the end."""

    def initialize(self, tasks: dict[str, Task], selected: Sequence[str]) -> None:
        """Count what is to be done."""
        self.total = sum(1 for task in tasks.values() if task.actions)
        self.seen = self.executed = self.failed = 0
        self.started = time.monotonic()

    def execute_task(self, task: Task) -> None:
        """Say that a stage starts."""
        if task.actions:
            self.executed += 1
            self._count(task.title())

    def skip_uptodate(self, task: Task) -> None:
        """Count a stage that has nothing to do."""
        if task.actions:
            self.seen += 1

    def add_failure(self, task: Task, fail: Any) -> None:
        """Say why a stage failed."""
        self.failed += 1
        self.write(f"FAILED {_title(task.name)}\n{fail.get_msg().strip()}\n")

    def complete_run(self) -> None:
        """Sum up."""
        seconds = time.monotonic() - self.started
        current = self.total - self.executed
        self.write(f"{self.executed} stages executed, {current} up to date, {self.failed} failed, {seconds:.1f} s\n")

    def _count(self, title: str) -> None:
        self.seen += 1
        seconds = time.monotonic() - self.started
        self.write(f"[{self.seen:>3}/{self.total} {seconds:5.0f} s] {_title(title)}\n")

    def write(self, text: str) -> None:
        """Write at once, so that the lines stand in order with the stages' own."""
        sys.stderr.write(text)
        sys.stderr.flush()


def _title(name: str) -> str:
    return name.partition(":")[2] or name


class _Loader(TaskLoader2):
    def __init__(self, tasks: list[Task], config: dict[str, Any]) -> None:
        super().__init__()
        self.tasks, self.settings = tasks, config

    def setup(self, opt_values: dict[str, Any]) -> None:
        pass

    def load_doit_config(self) -> dict[str, Any]:
        return self.settings

    def load_tasks(self, cmd: Any, pos_args: Any) -> list[Task]:
        return self.tasks


def share_cores(processes: int) -> None:
    """Give each of some processes its part of the cores: threads that wait for a core spin, and cost twice the time."""
    threads = max(1, (os.cpu_count() or 1) // max(1, processes))
    for name in THREADS:
        os.environ.setdefault(name, str(threads))
    threadpool_limits(threads)  # of what is loaded already, and so of the processes that are forked


def run(stages: Iterable[Stage], build: Path, wanted: Sequence[str] = (), processes: int = 2) -> None:
    """Bring files up to date.

    Parameters
    ----------
    stages
        All stages.
    build
        The build folder.
    wanted
        Files below it that are wanted, with all they need; empty for everything.
    processes
        How many stages run at once.

    Raises
    ------
    UserError
        If a stage failed. Its own message has been printed.
    """
    make_folder(build)
    share_cores(processes)

    def creator() -> Iterator[dict[str, Any]]:
        found = versions()
        for stage in stages:
            yield stage.task(build, found)

    tasks = list(generate_tasks("stage", creator()))
    config = {
        "backend": "state",
        "dep_file": str(build / STATE),
        "reporter": Reporter,
        "num_process": processes if processes > 1 else 0,
        "default_tasks": None,
    }
    loader = _Loader(tasks, config)
    backends = {"BACKEND": {"state": "resnet8doc.pipeline._state:StateFile"}}
    status = DoitMain(loader, extra_config=backends).run(["run", *(str(build / name) for name in wanted)])
    if status != 0:
        raise UserError("a stage of the pipeline failed", "every stage to succeed", "Read the message above.")
