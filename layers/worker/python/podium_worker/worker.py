"""The loop of an SQS-direct worker: receive, run, report, delete.

The result goes out before the message is deleted: a crash in between runs the task again, never
loses it. While a function runs its message is kept hidden by renewals, for as long as it takes, up to the
twelve hours SQS allows.
"""

from __future__ import annotations

import logging
import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from podium_worker.declare import DECLARED, TaskFunction
from podium_worker.errors import ConfigurationError
from podium_worker.message import Task
from podium_worker.queues import Queues
from podium_worker.running import run_task
from podium_worker.secrets import Secrets

if TYPE_CHECKING:
    from collections.abc import Iterator

logger = logging.getLogger("podium_worker")

#: Seconds a message stays hidden; renewed at half of it.
VISIBILITY = 60
#: Seconds of a long poll.
WAIT = 20
#: SQS hides a message at most this long at a time (seconds).
LONGEST_HIDDEN = 43_200
#: Seconds to wait before looking again for a queue that does not exist, or after an error.
PAUSE = 2.0


class Worker:
    """Runs task functions; one thread for each unit of their concurrency."""

    def __init__(
        self,
        queues: Queues,
        functions: Iterable[TaskFunction],
        *,
        worker_id: str = "",
        wait: int = WAIT,
        secrets: Secrets | None = None,
        now: Callable[[], int] | None = None,
    ) -> None:
        """``wait``: seconds of a long poll; ``now``: epoch milliseconds. Raises ConfigurationError.

        ``secrets``: None reads the prefixes from the environment.
        """
        self._queues = queues
        self._secrets = secrets or Secrets.from_environment()
        self._functions = list(functions)
        if not self._functions:
            raise ConfigurationError("no task function: decorate one with @task")
        self._worker_id = worker_id or f"{socket.gethostname()}-{os.getpid()}"
        self._wait = wait
        self._now = now or _system_now
        self._stopping = threading.Event()
        self._threads: list[threading.Thread] = []

    def start(self) -> None:
        """Start the threads and return."""
        for function in self._functions:
            for number in range(function.concurrency):
                name = f"{function.task_type}-{number}"
                thread = threading.Thread(
                    target=self._loop, args=(function,), name=name, daemon=True
                )
                thread.start()
                self._threads.append(thread)

    def stop(self) -> None:
        """Receive nothing more; functions that run are finished and reported."""
        self._stopping.set()

    def join(self) -> None:
        """Wait until every thread has ended."""
        for thread in self._threads:
            while thread.is_alive():
                thread.join(timeout=0.5)

    def run_once(self, function: TaskFunction) -> int:
        """Receive one message of the function's queue and deal with it; how many tasks were run."""
        url = self._queues.url(function.task_type, function.domain)
        if url is None:
            self._stopping.wait(PAUSE if self._wait else 0)
            return 0
        handled = 0
        for message in self._queues.receive(url, 1, self._wait, VISIBILITY):
            handled += self._handle(function, url, message)
        return handled

    def _loop(self, function: TaskFunction) -> None:
        while not self._stopping.is_set():
            try:
                self.run_once(function)
            except Exception:  # the outside world failed; the message, if any, comes again
                logger.exception("worker of %s goes on after an error", function.task_type)
                self._stopping.wait(PAUSE)

    def _handle(self, function: TaskFunction, url: str, message: dict[str, Any]) -> int:
        receipt: str = message["ReceiptHandle"]
        task = Task.from_json(message["Body"])
        early = task.not_before - self._now()
        if early > 0:
            self._queues.hide(url, receipt, min(LONGEST_HIDDEN, -(-early // 1000)))
            return 0
        with self._renewed(url, receipt):
            result = run_task(function, task, self._secrets)
            self._queues.send_result(result.to_json(task, self._worker_id))
        self._queues.delete(url, receipt)
        return 1

    @contextmanager
    def _renewed(self, url: str, receipt: str) -> Iterator[None]:
        """Keep the message hidden while the body runs."""
        done = threading.Event()

        def renew() -> None:
            while not done.wait(VISIBILITY / 2):
                try:
                    self._queues.hide(url, receipt, VISIBILITY)
                except Exception:  # the next renewal, or another worker, takes over
                    logger.exception("the hold on a message could not be renewed")

        thread = threading.Thread(target=renew, daemon=True)
        thread.start()
        try:
            yield
        finally:
            done.set()
            thread.join()


def run(*functions: TaskFunction, queues: Queues | None = None) -> None:
    """Run ``functions`` (default: all declared with ``@task``) until Ctrl-C or SIGTERM."""
    worker = Worker(queues or Queues.from_environment(), functions or DECLARED.values())
    signal.signal(signal.SIGTERM, lambda *_: worker.stop())
    worker.start()
    try:
        worker.join()
    except KeyboardInterrupt:
        worker.stop()
        worker.join()


def _system_now() -> int:
    return int(time.time() * 1000)  # the one clock of a worker process
