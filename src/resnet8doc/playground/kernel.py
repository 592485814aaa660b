"""How marimo's kernel speaks to its page in the browser: first what a change brings, and nothing that nobody reads.

The kernel in the browser is that of marimo's editor. It tells the page each variable's value, when each cell began and
ended, and of every cell that it will run again, before it runs the first. The page's thread is busy with each of these
messages for about a millisecond, and the effect of a change waits behind them.
"""

import asyncio
import re
import time
from collections.abc import Callable
from functools import cache
from importlib import import_module
from typing import Any

Send = Callable[[bytes], object]
UNREAD = (b'{"op":"execution"',)
"""What the messages begin with that only the editor's panel of timings reads."""
ANNOUNCED = re.compile(
    rb'{"op":"(?:remove-ui-elements","cell_id":"(?P<forgotten>[^"]*)"'
    rb'|cell-op","cell_id":"(?P<queued>[^"]*)","output":null,"console":null,"status":"queued")'
)
"""That a cell will run again: its turn will come, or its controls go."""
SPEAKS = re.compile(rb'{"op":"cell-op","cell_id":"(?P<cell>[^"]*)"')
ENDED = b'{"op":"completed-run"'
CHANNEL = "r8-painted"
"""On which the page says that a scene's effect is painted (``notebooks/head.html``)."""
PATIENCE = 1.0
"""Seconds that the other panes wait for the page's word, should it be lost."""


class Messages:
    """Passes messages on; what announces other cells waits until the effect of a change is painted.

    A cell's announcement is passed on before anything else of that cell; that it is queued is not, once it runs. So the
    page knows each cell's state as before, but for the time until `release`.

    Examples
    --------
    >>> said = []
    >>> queued = b'{"op":"cell-op","cell_id":"%s","output":null,"console":null,"status":"queued"}'
    >>> running = b'{"op":"cell-op","cell_id":"%s","output":null,"console":[],"status":"running"}'
    >>> messages = Messages()
    >>> for message in (queued % b"a", queued % b"b", running % b"a"):
    ...     messages.take(message, said.append)
    >>> said == [running % b"a"]
    True
    >>> messages.release()
    >>> said[-1] == queued % b"b"
    True
    """

    def __init__(self) -> None:
        self._held: dict[bytes, list[tuple[bool, bytes, Send]]] = {}

    def take(self, message: bytes, send: Send) -> None:
        """Pass a message on, or hold it.

        Parameters
        ----------
        message
            As marimo writes it: JSON that begins with its kind.
        send
            What passes it on.
        """
        if message.startswith(UNREAD):
            return
        announced = ANNOUNCED.match(message)
        if announced:
            queued = announced["queued"] is not None
            cell = announced["queued"] if queued else announced["forgotten"]
            self._held.setdefault(cell, []).append((queued, message, send))
            return
        spoken = SPEAKS.match(message)
        if spoken:
            for queued, held, pass_on in self._held.pop(spoken["cell"], ()):
                if not queued:
                    pass_on(held)
        if message.startswith(ENDED):
            self.release()
        send(message)

    def release(self) -> None:
        """Pass on what is held."""
        held, self._held = self._held, {}
        for entries in held.values():
            for _, message, send in entries:
                send(message)


MESSAGES = Messages()


def prepare() -> None:
    """Let marimo's kernel speak through `Messages`, and not ask again, with each change, what never changes.

    marimo looks for packages that bring another way to run cells before each run, which reads every package's folder.

    Raises
    ------
    ImportError
        If marimo is not the version whose parts these are.
    """
    session = _part("marimo._pyodide.pyodide_session", "PyodideSession")
    usual = session._on_message
    session._on_message = lambda self, message: MESSAGES.take(message, lambda one: usual(self, one))
    registry = import_module("marimo._entrypoints.registry")
    registry.entry_points = cache(_part(registry.__name__, "entry_points"))  # type: ignore[attr-defined]  # marimo's own
    # Cells that hold text alone would be shown before all others: to find them, each cell is compiled once more.
    _part("marimo._runtime.runtime", "Kernel")._handle_markdown_cells_on_instantiate = lambda self, requests: None
    runner = import_module("marimo._runtime.runner.cell_runner")
    _part(runner.__name__, "_should_broadcast_data")
    runner._should_broadcast_data = lambda: False  # type: ignore[attr-defined]  # marimo's own: no panel of variables


def _part(module: str, name: str) -> Any:
    found = getattr(import_module(module), name, None)
    if found is None:
        raise ImportError(f"{module} has no {name}: marimo's code has changed")
    return found


class Page:
    """What the page says back: which turn's effect it has painted."""

    def __init__(self) -> None:
        self._painted = -1
        self._heard = asyncio.Event()
        self._channel: Any = None

    def hear(self, event: Any) -> None:
        """Take what the page says; of two pages of one site, each hears both."""
        self._painted = int(event.data)
        self._heard.set()

    async def painted(self, turn: int, patience: float) -> bool:
        """Wait until the page says that a turn's effect is painted, and return whether it did in so many seconds."""
        if self._channel is None:  # stays: what comes while nobody waits is heard too
            from js import BroadcastChannel  # type: ignore[import-not-found]  # the browser's
            from pyodide.ffi import create_proxy  # type: ignore[import-not-found]  # Pyodide's own

            self._channel = BroadcastChannel.new(CHANNEL)
            self._channel.onmessage = create_proxy(self.hear)
        until = time.monotonic() + patience
        while self._painted != turn:
            self._heard.clear()
            try:
                await asyncio.wait_for(self._heard.wait(), until - time.monotonic())
            except TimeoutError:
                return False
        return True


PAGE = Page()


async def painted(turn: int) -> None:
    """Wait, in a browser, until the page has painted a turn's effect; then let other cells be announced.

    Parameters
    ----------
    turn
        Of the scene. The first one is not waited for: no pane shows anything yet.
    """
    if turn:
        await PAGE.painted(turn, PATIENCE)
        MESSAGES.release()
