"""The loop of an SQS-direct worker: receive, run, report, delete.

The result goes out before the message is deleted: a crash in between runs the task again, never
loses it. While a function runs its message is kept hidden by renewals, for as long as it takes, up to the
twelve hours SQS allows. A function that may take longer is run detached.
"""

from __future__ import annotations

import logging
import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, contextmanager
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
#: A message may stay hidden for twelve hours (seconds); some of them went by before it was received.
LONGEST_HIDDEN = 42_000
#: Seconds to wait before looking again for a queue that does not exist, or after an error.
PAUSE = 2.0
#: Tries to send the result of a detached task.
SEND_ATTEMPTS = 30


#: Seconds between two times, what is done, and while what.
Repeated = Callable[[float, Callable[[], None]], AbstractContextManager[None]]


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
        pause: float = PAUSE,
        now: Callable[[], int] | None = None,
        repeated: Repeated | None = None,
    ) -> None:
        """``wait``: seconds of a long poll; ``now``: epoch milliseconds. Raises ConfigurationError.

        ``repeated`` does something each so many seconds while a function runs: in a thread by default.

        ``pause``: seconds between tries to send the result of a detached task.

        ``secrets``: None reads the prefixes from the environment.
        """
        self._queues = queues
        self._secrets = secrets or Secrets.from_environment()
        self._functions = list(functions)
        if not self._functions:
            raise ConfigurationError("no task function: decorate one with @task")
        self._worker_id = worker_id or f"{socket.gethostname()}-{os.getpid()}"
        self._wait = wait
        self._pause = pause
        self._now = now or system_now
        self._repeated = repeated or _repeated
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
        urls = self._queues.urls(function.task_type, function.domain)
        if not urls:
            self._stopping.wait(PAUSE if self._wait else 0)
            return 0
        for url in urls:
            # Only the last look waits: what has priority must not wait for what has none.
            wait = self._wait if url is urls[-1] else 0
            messages = self._queues.receive(url, 1, wait, VISIBILITY)
            if messages:
                return sum(self._handle(function, url, message) for message in messages)
        return 0

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
            self._postpone(task, url, message, -(-early // 1000))
            return 0
        deleted = threading.Event()

        def hide() -> None:
            if not deleted.is_set():
                self._queues.hide(url, receipt, VISIBILITY)

        def delete() -> None:
            deleted.set()
            self._queues.delete(url, receipt)

        with self._repeated(VISIBILITY / 2, hide):
            if function.detached:
                self._run_detached(function, task, delete)
                return 1
            result = run_task(function, task, self._secrets)
            self._queues.send_result(result.to_json(task, self._worker_id))
        delete()
        return 1

    def _postpone(self, task: Task, url: str, message: dict[str, Any], seconds: int) -> None:
        """Hide a message that came too early; one that was hidden before is sent anew by the engine."""
        attributes = message.get("Attributes", {})
        if int(attributes.get("ApproximateReceiveCount", 1)) <= 1:
            self._queues.hide(url, message["ReceiptHandle"], min(LONGEST_HIDDEN, seconds))
            return
        self._queues.send_result(task.postponement(self._worker_id))
        self._queues.delete(url, message["ReceiptHandle"])

    def _run_detached(self, function: TaskFunction, task: Task, delete: Callable[[], None]) -> None:
        """Once nothing keeps the function from running the task is claimed and its message deleted.

        The claim is asked for through the results queue, before the delete: a crash in between
        leaves the message, one afterwards leaves the lease.
        """
        held, is_held = task.detached(), threading.Event()

        def detach() -> None:
            self._queues.send_result(task.detachment(self._worker_id))
            is_held.set()
            delete()

        def live() -> None:
            if is_held.is_set():
                self._queues.send_result(held.sign_of_life(self._worker_id))

        with self._repeated(task.response_timeout / 3, live):
            result = run_task(function, task, self._secrets, detach)
            self._send(result.to_json(held, self._worker_id))

    def _send(self, body: str) -> None:
        """A result whose task has no message any more is not given up at the first error."""
        for _ in range(SEND_ATTEMPTS - 1):
            try:
                self._queues.send_result(body)
            except Exception:  # the outside world failed
                logger.exception("a result could not be sent; it is tried again")
                time.sleep(self._pause)
            else:
                return
        self._queues.send_result(body)


@contextmanager
def _repeated(every: float, action: Callable[[], None]) -> Iterator[None]:
    """Do ``action`` each ``every`` seconds while the body runs; 0: never."""
    if not every:
        yield
        return
    done = threading.Event()

    def repeat() -> None:
        while not done.wait(every):
            try:
                action()
            except Exception:  # the next time, or another worker, makes up for it
                logger.exception("the hold on a task could not be renewed")

    thread = threading.Thread(target=repeat, daemon=True)
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


def system_now() -> int:
    """Epoch milliseconds."""
    return int(time.time() * 1000)  # the one clock of a worker process
