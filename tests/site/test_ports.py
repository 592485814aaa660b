"""Kernels of pages that are read at the same time have ports of their own."""

import os
import socket
import sys

import pytest
from jupyter_client.connect import LocalPortCache

from .conftest import EXTENSIONS

sys.path.insert(0, str(EXTENSIONS))

import ports

IP = "127.0.0.1"


@pytest.mark.parametrize("forked", [False, True], ids=["beside it", "forked from it"])
@pytest.mark.parametrize("pid", [1001, 1000 + ports.RANGES, 1000 + ports.RANGES * ports.SIZE])
def test_two_processes_never_take_the_same(pid: int, forked: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "getpid", lambda: 1000)
    cache = ports.Ports()
    one = {cache.find_available_port(IP) for _ in range(20)}
    monkeypatch.setattr(os, "getpid", lambda: pid)
    if not forked:
        cache = ports.Ports()
    other = {cache.find_available_port(IP) for _ in range(20)}
    assert (len(one), len(other)) == (20, 20)
    assert {port // ports.SIZE for port in one}.isdisjoint(port // ports.SIZE for port in other)


def test_one_that_is_taken_is_left_out() -> None:
    cache = ports.Ports()
    first = cache.find_available_port(IP)
    cache.return_port(first)
    with socket.socket() as other:
        other.bind((IP, first))
        assert cache.find_available_port(IP) != first


def test_where_all_are_taken_the_system_gives_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ports, "SIZE", 1)  # the one that says whose the range is
    assert ports.Ports().find_available_port(IP) > 0


def test_jupyter_client_asks_for_it() -> None:
    ports.Ports.instance()
    try:
        assert isinstance(LocalPortCache.instance(), ports.Ports)
    finally:
        ports.Ports.clear_instance()
