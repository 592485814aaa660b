"""Whether an interpreter lives through a file: its checks of scales and shapes end the process without a word."""

import faulthandler
import os
import signal
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import numpy.typing as npt

from ..errors import UserError
from ._tflite import interpret

PATIENCE = 120
"""Seconds; one run of a network takes one or two."""


def survives(content: bytes, kernels: str, feeds: Mapping[int, npt.NDArray[Any]], name: str) -> None:
    """Run a TensorFlow Lite file once, in a process of its own; refuse a file that ends it.

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
    child = os.fork()
    if not child:
        faulthandler.disable()  # what ends it here is said by the parent
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.alarm(PATIENCE)  # a lock that another thread held at the fork is never let go here
        with suppress(BaseException):  # what is an exception here is one again in the parent, where it is answered
            interpret(content, kernels).run(feeds)
        os._exit(0)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if code < 0 and code != -signal.SIGALRM:
        raise UserError(
            f"{kernels} ends the process ({signal.Signals(-code).name}) while it runs {name}",
            "a file that it can run",
            "Look for a scale far from the others, 1e-8 or less: its checks end the process there. Quantize the model "
            "again, calibrated on real inputs, or choose other kernels.",
        )
