"""Wait for Ctrl-C or SIGTERM, without a lock and without a moment in which one is missed.

An Event set by a Python signal handler can deadlock: the handler runs in the thread that is about
to wait and may hold the Event's lock. A queue can miss a signal that comes just before it blocks.
The interpreter's own handler writes to the wake-up descriptor at once, wherever the thread is.
"""

from __future__ import annotations

import signal
import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

SIGNALS = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def stop_signals(numbers: Sequence[signal.Signals] = SIGNALS) -> Iterator[Callable[[], None]]:
    """Catch these signals in the body; gives what waits for the first, come or still to come.

    Only in the main thread, as signals are.
    """
    reader, writer = socket.socketpair()
    with reader, writer:
        writer.setblocking(False)
        old_descriptor = signal.set_wakeup_fd(writer.fileno())
        old_handlers = {number: signal.signal(number, _nothing) for number in numbers}
        try:
            yield lambda: _wait(reader, {int(number) for number in numbers})
        finally:
            signal.set_wakeup_fd(old_descriptor)
            for number, handler in old_handlers.items():
                signal.signal(number, handler)


def _nothing(number: int, frame: object) -> None:
    """The descriptor says it all; without a handler of our own it would stay silent."""


def _wait(reader: socket.socket, numbers: set[int]) -> None:
    # Other signals that have a handler are told here, too.
    while not numbers.intersection(reader.recv(64)):
        pass
