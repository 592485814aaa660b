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


def test_two_processes_never_take_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    taken: list[set[int]] = []
    for pid in (1000, 1001):
        monkeypatch.setattr(os, "getpid", lambda pid=pid: pid)
        cache = ports.Ports()
        taken.append({cache.find_available_port(IP) for _ in range(20)})
    assert [len(found) for found in taken] == [20, 20]
    assert not taken[0] & taken[1]


def test_one_that_is_taken_is_left_out() -> None:
    cache = ports.Ports()
    first = cache.find_available_port(IP)
    cache.return_port(first)
    with socket.socket() as other:
        other.bind((IP, first))
        assert cache.find_available_port(IP) != first


def test_where_all_are_taken_the_system_gives_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ports, "SIZE", 0)
    assert ports.Ports().find_available_port(IP) > 0


def test_jupyter_client_asks_for_it() -> None:
    ports.Ports.instance()
    try:
        assert isinstance(LocalPortCache.instance(), ports.Ports)
    finally:
        ports.Ports.clear_instance()
