"""One child process as its parent sees it."""

from __future__ import annotations

import contextlib
import json
import os
import select
import subprocess
import sys
import time
from dataclasses import dataclass

from podium.adapters.engines.sandbox.wire import LENGTH, send
from podium.errors import TransientError

#: A cold machine takes its time to start an interpreter.
_START_SECONDS = 30.0

#: The whole program of the child: find our modules, then serve.
_BOOT = (
    "import json, sys; path, arguments = json.loads(sys.argv[1]); sys.path[:] = path; "
    "from podium.adapters.engines.sandbox.child import main; main(*arguments)"
)


class DiedError(Exception):
    """The child ended before it replied."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one request may take."""

    #: Seconds the program may run, by the engine's own clock if it has one.
    seconds: float = 4
    #: Seconds more until the child is killed: what an engine with its own clock needs to stop.
    grace: float = 0
    #: Bytes of address space of the child.
    memory: int = 256 * 1024 * 1024
    #: Bytes of a result; the hard limit of a task's output (engine.md 17).
    output: int = 10 * 1024 * 1024


class Child:
    """A running child; used by one thread at a time."""

    def __init__(self, runner: str, limits: Limits) -> None:
        """Start it and wait until it is ready; raises TransientError when it does not come up."""
        self._limits = limits
        # The alarm comes after the kill: it is for a child whose parent has died.
        alarm = limits.seconds + limits.grace + 1
        arguments = [runner, limits.seconds, alarm, limits.memory, limits.output]
        self._process = subprocess.Popen(
            # No site, no variables, nothing from the working directory.
            [sys.executable, "-I", "-S", "-c", _BOOT, json.dumps([sys.path, arguments])],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={name: os.environ[name] for name in ("LD_LIBRARY_PATH",) if name in os.environ},
            bufsize=0,
        )
        try:
            self._receive(_START_SECONDS)
        except (DiedError, TimeoutError) as error:
            self.kill()
            raise TransientError("The expression engine did not start") from error

    def ask(self, request: bytes) -> str:
        """The reply; raises DiedError, or TimeoutError after the time limit."""
        assert self._process.stdin is not None  # noqa: S101 - Popen got PIPE
        try:
            send(self._process.stdin, request)
        except BrokenPipeError as error:
            raise DiedError from error
        return self._receive(self._limits.seconds + self._limits.grace).decode()

    def kill(self) -> None:
        """End it, whatever it is doing."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()

    def _receive(self, seconds: float) -> bytes:
        deadline = time.monotonic() + seconds
        head = self._read(LENGTH.size, deadline)
        return self._read(LENGTH.unpack(head)[0], deadline)

    def _read(self, size: int, deadline: float) -> bytes:
        assert self._process.stdout is not None  # noqa: S101 - Popen got PIPE
        descriptor = self._process.stdout.fileno()
        # Not select(), which refuses the higher descriptors of a busy process.
        ready = select.poll()
        ready.register(descriptor, select.POLLIN)
        parts: list[bytes] = []
        while size > 0:
            left = deadline - time.monotonic()
            if left <= 0 or not ready.poll(left * 1000):
                raise TimeoutError
            part = os.read(descriptor, min(size, 1 << 20))
            if not part:
                raise DiedError
            parts.append(part)
            size -= len(part)
        return b"".join(parts)
