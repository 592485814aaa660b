"""Running a command and watching its time and memory, children included."""

import os
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import psutil


def watch(
    command: Sequence[str], folder: Path, log: Path, variables: Mapping[str, str] | None = None
) -> tuple[float, int]:
    """Run ``command`` in ``folder``; return its seconds and the largest sum of its processes' memory in bytes.

    Memory is the proportional set size, so that pages which two processes share count once.

    Raises
    ------
    subprocess.CalledProcessError
        If the command fails; its output is in ``log``.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    peak = 0
    done = threading.Event()
    with log.open("w") as stream:
        started = time.perf_counter()
        process = subprocess.Popen(
            command, cwd=folder, stdout=stream, stderr=subprocess.STDOUT, env={**os.environ, **(variables or {})}
        )

        def sample() -> None:
            nonlocal peak
            while not done.wait(0.5):
                peak = max(peak, _memory(process.pid))

        sampler = threading.Thread(target=sample)
        sampler.start()
        status = process.wait()
        seconds = time.perf_counter() - started
        done.set()
        sampler.join()
    if status:
        raise subprocess.CalledProcessError(status, command)
    return seconds, peak


def _memory(root: int) -> int:
    total = 0
    try:
        parent = psutil.Process(root)
        family = [parent, *parent.children(recursive=True)]
    except psutil.NoSuchProcess:
        return 0
    for member in family:
        try:
            total += member.memory_full_info().pss
        except (psutil.NoSuchProcess, psutil.AccessDenied):  # it ended meanwhile
            continue
    return total
