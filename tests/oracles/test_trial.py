"""A file is blamed for what it alone does, and answers are never mixed up."""

import os
import pickle
import signal
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import psutil
import pytest

from resnet8doc.errors import UserError
from resnet8doc.oracles import Spec, operator_file
from resnet8doc.oracles import _trial as trial

LONG = 1 << 23
"""Numbers whose trial takes so long that it can be ended."""

FEEDS = {index: np.zeros((1, 8), np.int8) for index in (0, 1)}

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="processes cannot be forked here")


def addition(scale: float, length: int = 8) -> bytes:
    return operator_file("ADD", [Spec((1, length), scale=1.0)] * 2, Spec((1, length), scale=scale))


def lives() -> None:
    trial.survives(addition(1.0), "tflite_reference", FEEDS, "add.tflite")


def dies() -> None:
    with pytest.raises(UserError, match=r"tflite_reference ends the process \(SIGABRT\) while it runs add\.tflite"):
        trial.survives(addition(2.0**-40), "tflite_reference", FEEDS, "add.tflite")


def test_a_file_that_ends_the_process_ends_no_other_trial() -> None:
    for _ in range(2):
        dies()
        lives()


def test_a_file_is_not_blamed_for_a_trial_that_another_ended() -> None:
    lives()
    (worker,) = psutil.Process(trial._server(os.getpid())._process.pid).children()
    feeds = {index: np.zeros((1, LONG), np.int8) for index in (0, 1)}
    with ThreadPoolExecutor(1) as pool:
        tried = pool.submit(trial.survives, addition(1.0, LONG), "tflite_reference", feeds, "add.tflite")
        while worker.status() != psutil.STATUS_RUNNING and not tried.done():
            pass
        worker.kill()
        tried.result()
    lives()
    dies()


def test_a_worker_that_was_ended_is_replaced() -> None:
    """Nobody had asked it anything: no answer is left of it."""
    lives()
    server = psutil.Process(trial._server(os.getpid())._process.pid)
    (worker,) = server.children()
    worker.kill()
    lives()
    assert server.children() not in ([], [worker])
    dies()
    lives()


def test_one_worker_tries_all_that_it_lives_through() -> None:
    lives()
    server = psutil.Process(trial._server(os.getpid())._process.pid)
    before = server.children()
    lives()
    assert server.children() == before
    dies()
    lives()
    assert server.children() not in ([], before)


def test_a_server_that_was_ended_is_replaced() -> None:
    lives()
    ended = trial._server(os.getpid())
    ended._process.kill()
    ended._process.wait()
    dies()
    lives()
    assert trial._server(os.getpid()) is not ended


def test_an_exception_is_left_to_the_caller() -> None:
    """It asks for an input that the file does not have."""
    trial.survives(addition(1.0), "tflite_reference", {9: FEEDS[0]}, "add.tflite")
    lives()


def test_an_interrupted_trial_leaves_no_answer_for_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    server, dump = trial._server(os.getpid()), pickle.dump

    def interrupted(*arguments: Any) -> None:
        dump(*arguments)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("pickle.dump", interrupted)
        with pytest.raises(KeyboardInterrupt):
            lives()
    assert server._process.wait() == -signal.SIGKILL
    assert trial._server(os.getpid()) is not server
    dies()
    lives()


def test_a_forked_process_has_a_server_of_its_own() -> None:
    lives()
    child = os.fork()
    if not child:
        try:
            dies()
            os._exit(trial._server(os.getpid()) is trial._server(os.getppid()))
        finally:
            os._exit(2)
    dies()
    lives()
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
