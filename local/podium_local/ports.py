"""Listening sockets on this machine."""

from __future__ import annotations

import errno
import socket

HOST = "127.0.0.1"


class PortInUseError(Exception):
    """Somebody else listens there; the message names the port and what wanted it."""


def listen(port: int, purpose: str) -> socket.socket:
    """A socket on 127.0.0.1 that accepts connections already; port 0 takes a free one."""
    try:
        return socket.create_server((HOST, port))
    except OSError as error:
        if error.errno not in (errno.EADDRINUSE, errno.EACCES):
            raise
        reason = "is in use" if error.errno == errno.EADDRINUSE else "may not be used"
        raise PortInUseError(f"port {port}, wanted for {purpose}, {reason}") from error


def port_of(listener: socket.socket) -> int:
    """The port it listens on."""
    return int(listener.getsockname()[1])
