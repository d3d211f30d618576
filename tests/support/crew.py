"""Workers by the dozen, in threads: each takes a task, works, reports; some die with one in hand.

The ledger says which tasks were between hand-out and end at the same time. What a worker is about to
report counts as ended: from then on its slot may be anybody's.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from tests.support.stack import LocalStack

#: Real seconds after which a worker that found nothing looks again, if nobody has finished before.
_PATIENCE = 0.2
#: Workers woken when somebody has finished: more than there are slots then.
_WOKEN = 3


@dataclass
class Ledger:
    """Who has what; ``most``: the most tasks that were out at a time."""

    out: set[str] = field(default_factory=set)
    #: Tasks whose worker died.
    lost: set[str] = field(default_factory=set)
    handed_out: list[str] = field(default_factory=list)
    most: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, task_id: str) -> int:
        """A task was handed out; the how manieth that was."""
        with self._lock:
            assert task_id not in self.out, f"{task_id} was handed out twice"
            self.out.add(task_id)
            self.handed_out.append(task_id)
            self.most = max(self.most, len(self.out))
            return len(self.handed_out)

    def end(self, task_id: str) -> None:
        """Its worker is about to report it."""
        with self._lock:
            self.out.remove(task_id)

    def lose(self, task_id: str) -> None:
        """Its worker dies; it is out until its lease ends."""
        with self._lock:
            self.lost.add(task_id)

    def bury(self) -> None:
        """The leases of all lost ones are about to end."""
        with self._lock:
            self.out -= self.lost
            self.lost.clear()

    @property
    def is_at_work(self) -> bool:
        """Some living worker has a task."""
        with self._lock:
            return bool(self.out - self.lost)


def work_once(
    stack: LocalStack,
    ledger: Ledger,
    take: Callable[[int], str | None],
    finish: Callable[[str], None],
    *,
    workers: int = 20,
    dies: Callable[[int], bool] = lambda number: False,
) -> None:
    """Let all workers go on until none gets a task any more; the functions run beside them.

    ``take`` asks for a task as the worker of this number and gives its id; ``finish`` reports it.
    ``dies`` is told how manieth hand-out of all this is.
    """
    finished = threading.Condition()

    def work(number: int) -> None:
        while True:
            task_id = take(number)
            if task_id is None:
                if not ledger.is_at_work:
                    return
                with finished:
                    finished.wait(_PATIENCE)
            elif dies(ledger.take(task_id)):
                ledger.lose(task_id)
            else:
                ledger.end(task_id)
                finish(task_id)
                with finished:
                    finished.notify(_WOKEN)

    before = -1
    while before < len(ledger.handed_out):
        before = len(ledger.handed_out)
        with ThreadPoolExecutor(workers) as pool:
            running = [pool.submit(work, number) for number in range(workers)]
            while not all(each.done() for each in running):
                stack.settle()
                time.sleep(0.01)
        for each in running:
            each.result()
        stack.settle()
