"""Worker processes of the demo: started, and ended by their own process ids."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

MODULES = ("podium_local.demo.sqs_workers", "podium_local.demo.http_workers")
#: Seconds a process gets to end by itself.
GRACE = 3


class WorkerDiedError(Exception):
    """A worker process ended by itself; the message holds the end of its log."""


class Workers:
    """The processes that run."""

    def __init__(self, processes: Mapping[str, subprocess.Popen[bytes]], logs: Path) -> None:
        self._processes = processes
        self._logs = logs

    def check(self) -> None:
        """Raise WorkerDiedError when one has ended."""
        for module, process in self._processes.items():
            if process.poll() is not None:
                log = (self._logs / f"{module}.log").read_text(errors="replace")
                message = f"{module} ended with {process.returncode}:\n{log[-2000:]}"
                raise WorkerDiedError(message)


@contextmanager
def workers(environment: Mapping[str, str], logs: Path) -> Iterator[Workers]:
    """Both kinds, each in a process group of its own; their logs go to ``logs``."""
    processes: dict[str, subprocess.Popen[bytes]] = {}
    try:
        for module in MODULES:
            with (logs / f"{module}.log").open("wb") as log:
                processes[module] = subprocess.Popen(  # our own modules
                    [sys.executable, "-m", module],
                    env=os.environ | dict(environment),
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
                )
        yield Workers(processes, logs)
    finally:
        for process in processes.values():
            _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    """Ask, wait, then insist: the group holds the processes that the SDK forks."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGTERM)
    with suppress(subprocess.TimeoutExpired):
        process.wait(GRACE)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
