"""Ports for servers that are told theirs before they listen."""

import os
import socket
from collections.abc import Iterator

# Below what Linux (32768) and others (49152) give to outgoing connections: one of those would take it before the server does.
_PORTS = range(12_000, 32_000)


def _candidates() -> Iterator[int]:
    """Yield all ports, again and again; each process begins elsewhere, so that two do not look at the same ones at once."""
    begin = os.getpid() * 97
    while True:
        for number in range(len(_PORTS)):
            yield _PORTS[(begin + number) % len(_PORTS)]


_next_ports = _candidates()


def free_port() -> int:
    """Return a port of 127.0.0.1 that nobody listens on, and that this process has not returned lately."""
    for port in _next_ports:
        try:
            socket.create_server(("127.0.0.1", port)).close()
        except OSError:
            continue
        break
    return port
