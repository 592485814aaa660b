"""Ports for the pages' kernels, which no two readers of pages can take from each other.

jupyter_client asks the system for a free port, closes it, and hands its number to the kernel, which opens it a second
later. By then the system may have given the port to the kernel of another page. Here each process takes its ports from
a range of its own, below those that the system gives away. Who holds the first port of a range has the range.
"""

from __future__ import annotations

import os
import socket
from typing import Any

from jupyter_client.connect import LocalPortCache
from sphinx.application import Sphinx

FIRST = 20_000
SIZE = 250
"""Ports of one process: a kernel takes five, and a closed one may stay taken for a minute."""
RANGES = 50


class Ports(LocalPortCache):
    """The ports of this process's kernels."""

    held: tuple[int, int] | None = None
    """A process and the first port of its range: one that is forked inherits both, and takes a range of its own."""

    def find_available_port(self, ip: str) -> int:
        """Return a port that is free and belongs to this process, or any free one if all of these are taken."""
        if self.held is None or self.held[0] != os.getpid():
            self.held = os.getpid(), _hold(ip)
        first = self.held[1]
        for port in range(first + 1, first + SIZE):
            if port not in self.currently_used_ports and _is_free(ip, port):
                self.currently_used_ports.add(port)
                return port
        return int(super().find_available_port(ip))


def _hold(ip: str) -> int:
    """Take the first port of a range that nobody has until this process ends; without such a range, return the last."""
    for first in range(FIRST, FIRST + RANGES * SIZE, SIZE):
        holder = socket.socket()
        try:
            holder.bind((ip, first))
        except OSError:
            holder.close()
        else:
            holder.detach()  # nothing in this process closes it
            return first
    return FIRST + (RANGES - 1) * SIZE


def _is_free(ip: str, port: int) -> bool:
    with socket.socket() as trial:
        try:
            trial.bind((ip, port))
        except OSError:
            return False
    return True


def setup(app: Sphinx) -> dict[str, Any]:
    """Register with Sphinx."""
    Ports.instance()  # from now on also the one of its base class, which jupyter_client asks for
    return {"parallel_read_safe": True, "parallel_write_safe": True}
