"""What marimo's kernel says to its page in a browser, in which order, and what it waits for."""

import asyncio
import importlib
import json
from types import SimpleNamespace

import pytest

from resnet8doc.playground import kernel

PARTS = (
    ("marimo._pyodide.pyodide_session", "PyodideSession"),
    ("marimo._entrypoints.registry", "entry_points"),
    ("marimo._runtime.runner.cell_runner", "_should_broadcast_data"),
)


def cell(name: str, status: str | None, output: object = None) -> bytes:
    """Return a message about a cell, as marimo writes it."""
    told = {"op": "cell-op", "cell_id": name, "output": output, "console": None, "status": status}
    return json.dumps(told, separators=(",", ":")).encode()


def forget(name: str) -> bytes:
    """Return the message that a cell's controls go."""
    return f'{{"op":"remove-ui-elements","cell_id":"{name}"}}'.encode()


def test_what_announces_a_cell_comes_before_the_cell_or_after_the_effect() -> None:
    said: list[bytes] = []
    messages = kernel.Messages()
    announced = (cell("effect", "queued"), cell("middle", "queued"), forget("effect"), forget("middle"))
    timing = b'{"op":"execution","execution_id":"1"}'
    for message in (*announced, timing, cell("effect", "running"), cell("effect", None, {"data": "3"})):
        messages.take(message, said.append)
    assert said == [forget("effect"), cell("effect", "running"), cell("effect", None, {"data": "3"})]
    messages.release()
    assert said[3:] == [cell("middle", "queued"), forget("middle")]


def test_nothing_is_held_when_a_run_ends() -> None:
    said: list[bytes] = []
    messages = kernel.Messages()
    ended = b'{"op":"completed-run","run_id":"1"}'
    for message in (cell("a", "queued"), forget("b"), ended):
        messages.take(message, said.append)
    assert said == [cell("a", "queued"), forget("b"), ended]


def test_messages_of_this_marimo_look_like_these() -> None:
    """The installed marimo is the version that the browser has."""
    from marimo._messaging.notification import CellNotification
    from marimo._messaging.serde import serialize_kernel_message
    from marimo._types.ids import CellId_t

    written = serialize_kernel_message(CellNotification(cell_id=CellId_t("a"), status="queued"))
    found = kernel.ANNOUNCED.match(written)
    assert found is not None
    assert found["queued"] == b"a"
    running = serialize_kernel_message(CellNotification(cell_id=CellId_t("a"), status="running"))
    assert kernel.ANNOUNCED.match(running) is None
    spoken = kernel.SPEAKS.match(running)
    assert spoken is not None
    assert spoken["cell"] == b"a"


def test_marimo_has_the_parts_that_are_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    for module, name in PARTS:
        owner = importlib.import_module(module)
        monkeypatch.setattr(owner, name, getattr(owner, name))  # restored
    session = importlib.import_module(PARTS[0][0]).PyodideSession
    monkeypatch.setattr(session, "_on_message", session._on_message)
    texts = "_handle_markdown_cells_on_instantiate"
    runtime = importlib.import_module("marimo._runtime.runtime").Kernel
    monkeypatch.setattr(runtime, texts, getattr(runtime, texts))
    said: list[bytes] = []
    kernel.prepare()
    session._on_message(SimpleNamespace(consumers=[said.append]), cell("a", "running"))
    assert said == [cell("a", "running")]
    registry = importlib.import_module(PARTS[1][0])
    assert registry.entry_points() is registry.entry_points()
    assert importlib.import_module(PARTS[2][0])._should_broadcast_data() is False


def test_another_marimo_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(importlib.import_module(PARTS[0][0]), "PyodideSession")
    with pytest.raises(ImportError, match="has no PyodideSession"):
        kernel.prepare()


@pytest.mark.parametrize("says", [(2,), (1, 2), (7, 2)])
def test_the_page_is_waited_for_until_it_has_painted_this_turn(says: tuple[int, ...]) -> None:
    """Another page of the site says its own turns."""

    async def run() -> bool:
        page = kernel.Page()
        page._channel = object()
        for number, turn in enumerate(says):
            asyncio.get_running_loop().call_later(0.01 * number, page.hear, SimpleNamespace(data=str(turn)))
        return await page.painted(2, 10.0)

    assert asyncio.run(run())


def test_a_page_that_says_nothing_is_not_waited_for_long() -> None:
    async def run() -> bool:
        page = kernel.Page()
        page._channel = object()
        return await page.painted(1, 0.02)

    assert not asyncio.run(run())
    asyncio.run(kernel.painted(0))
