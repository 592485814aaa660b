"""Ports for the pages' kernels, which no two readers of pages can take from each other.

jupyter_client asks the system for a free port, closes it, and hands its number to the kernel, which opens it a second
later. By then the system may have given the port to the kernel of another page. Here each process takes its ports from
a range of its own, below those that the system gives away.
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

    def find_available_port(self, ip: str) -> int:
        """Return a port that is free and belongs to this process, or any free one if all of these are taken."""
        first = FIRST + os.getpid() % RANGES * SIZE
        for port in range(first, first + SIZE):
            if port not in self.currently_used_ports and _is_free(ip, port):
                self.currently_used_ports.add(port)
                return port
        return int(super().find_available_port(ip))


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
