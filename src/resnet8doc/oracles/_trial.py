"""Whether an interpreter lives through a file: its checks of scales and shapes end the process without a word."""

import atexit
import faulthandler
import os
import pickle
import signal
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from functools import cache
from threading import Lock
from typing import Any, NoReturn

import numpy.typing as npt

from ..errors import UserError
from ._tflite import interpret

PATIENCE = 120
"""Seconds; one run of a network takes one or two."""

PROGRAM = "import sys; sys.path[:] = sys.argv[1:]; from resnet8doc.oracles._trial import serve; serve()"

_TURN = Lock()


def survives(content: bytes, kernels: str, feeds: Mapping[int, npt.NDArray[Any]], name: str) -> None:
    """Run a TensorFlow Lite file once, in another process; refuse a file that ends it.

    Where a process cannot be forked nothing is tried; a trial that hangs says nothing of the file.

    Parameters
    ----------
    content
        The file's bytes.
    kernels
        One of `resnet8doc.oracles.KERNELS`.
    feeds
        The file's inputs, by their indices.
    name
        The file's name, for the message.

    Raises
    ------
    UserError
        If the interpreter ends the process.
    """
    if not hasattr(os, "fork"):
        return
    with _TURN:
        try:
            code = _server(os.getpid()).ask(content, kernels, feeds)
        except (OSError, ValueError):  # the server was ended by another than the file: a new one is asked
            code = _server(os.getpid()).ask(content, kernels, feeds)
    if code < 0 and code != -signal.SIGALRM:
        raise UserError(
            f"{kernels} ends the process ({signal.Signals(-code).name}) while it runs {name}",
            "a file that it can run",
            "Look for a scale far from the others, 1e-8 or less: its checks end the process there. Quantize the model "
            "again, calibrated on real inputs, or choose other kernels.",
        )


class _Server:
    """A small process, which forks a worker, and another when a file has ended that.

    To fork this one would copy the page tables of all that it holds, 40 ms with TensorFlow and torch, and the locks
    that its threads hold just then.
    """

    def __init__(self) -> None:
        command = [sys.executable, "-c", PROGRAM, *map(str, sys.path)]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self._owner = os.getpid()
        atexit.register(self._end)

    def ask(self, *trial: Any) -> int:
        """Return how a trial ended, below 0 for a signal; a file is blamed only for what it alone does."""
        code = self._ask(trial)
        return code if code in (0, -signal.SIGALRM) else self._ask(trial)

    def _ask(self, trial: tuple[Any, ...]) -> int:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        try:
            pickle.dump(trial, self._process.stdin)
            self._process.stdin.flush()
            return int(self._process.stdout.readline())
        except BaseException:  # an answer that comes later must not be taken for the next trial's
            self._process.kill()
            atexit.unregister(self._end)
            _server.cache_clear()
            for pipe in (self._process.stdin, self._process.stdout):
                with suppress(OSError):  # what was not sent is sent to nobody
                    pipe.close()
            raise

    def _end(self) -> None:
        if os.getpid() == self._owner:  # and not in what was forked of it
            self._process.communicate()


@cache
def _server(process: int) -> _Server:
    """Return the server of a process; what was forked of it has one of its own."""
    return _Server()


def serve() -> None:
    """Try what standard input brings, in a fork, and answer with exit codes, until it ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # who asks is interrupted, and ends this
    answers = os.dup(1)
    os.dup2(2, 1)  # what kernels print is no answer
    worker = _Worker(answers)
    with suppress(EOFError):
        while True:
            trial = pickle.load(sys.stdin.buffer)  # noqa: S301 -- of `_Server.ask`
            while (code := worker.ask(trial)) is None:
                worker = _Worker(answers)
            os.write(answers, b"%d\n" % code)


class _Worker:
    """A fork that tries one file after another until one ends it: to fork for each takes thirty times as long."""

    def __init__(self, answers: int) -> None:
        asked, ask = os.pipe()
        said, say = os.pipe()
        self._child = os.fork()
        if not self._child:
            for end in (ask, said, answers):
                os.close(end)
            _work(asked, say)
        os.close(asked)
        os.close(say)
        self._ask, self._said, self._lives = ask, said, True

    def ask(self, trial: tuple[Any, ...]) -> int | None:
        """Return 0 for a file that it lives through, else how it ended; None if it had ended before."""
        if not self._lives:
            return None
        try:
            with os.fdopen(self._ask, "wb", closefd=False) as stream:
                pickle.dump(trial, stream)
            if os.read(self._said, 1):
                return 0
        except BrokenPipeError:
            self._end()
            return None
        return self._end()

    def _end(self) -> int:
        self._lives = False
        os.close(self._ask)
        os.close(self._said)
        return os.waitstatus_to_exitcode(os.waitpid(self._child, 0)[1])


def _work(asked: int, say: int) -> NoReturn:
    """Try what is asked until nothing more can be."""
    faulthandler.disable()  # what ends it here is said by who asks
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    with suppress(BaseException), os.fdopen(asked, "rb") as stream:
        while True:
            content, kernels, feeds = pickle.load(stream)  # noqa: S301 -- of `_Worker.ask`
            signal.alarm(PATIENCE)
            with suppress(BaseException):  # what is an exception here is one again where it is answered
                interpret(content, kernels).run(feeds)
            signal.alarm(0)
            os.write(say, b".")
    os._exit(0)
