"""Jobs that take turns at every AWS call; whoever drives them decides whose turn it is.

A job is a greenlet: code of the product that runs until its next call, where it comes back to the
driver. One thread, one order, the same in every run.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Self

import pytest
from greenlet import getcurrent, greenlet

from podium import bootstrap
from podium.bootstrap import Engine
from podium.services import bulk
from tests.invariants.simulation.faults import GOES_ON, Answers, Effect, Raises, Repeats, Side


@dataclass(eq=False)
class Job:
    """Something under way."""

    name: str
    run: Callable[[], object]
    #: The process in which it runs now; None: it is no process of ours that can die.
    engine: Engine | None = None
    #: The call at which it stands.
    call: str = ""
    side: Side = Side.BEFORE
    #: It sleeps until then (epoch ms).
    wakes_at: int = 0
    #: When its process reaches its time limit (epoch ms).
    dies_at: int = 0
    #: Who waits for its end.
    waiter: Job | None = None
    _greenlet: greenlet | None = field(default=None, repr=False)

    @property
    def is_over(self) -> bool:
        """It has come to its end."""
        return self._greenlet is not None and self._greenlet.dead

    def go_on(self, effect: Effect | None = GOES_ON) -> None:
        """Let it run to its next call, or to its end; ``effect`` strikes the call where it stands."""
        bootstrap.install(self.engine)
        if self._greenlet is None:
            self._greenlet = greenlet(self.run)
            self._greenlet.switch()
        elif isinstance(effect, Raises):
            self._greenlet.throw(effect.error)
        else:
            self._greenlet.switch(effect)


class Jobs:
    """All jobs under way; ``point`` is where they give up their turn."""

    def __init__(self) -> None:
        self._running: Job | None = None
        self.all: list[Job] = []

    def start(self, name: str, run: Callable[[], object]) -> Job:
        """A job that has not run yet."""
        job = Job(name, run)
        self.all.append(job)
        return job

    def turn(self, job: Job, effect: Effect | None = GOES_ON) -> None:
        """Let ``job`` go on; it is forgotten when it is over."""
        self._running = job
        try:
            job.go_on(effect)
        finally:
            self._running = None
            if job.is_over:
                self.all.remove(job)
                if job.waiter is not None:
                    self.leave(job)

    @property
    def running(self) -> Job | None:
        """Whose turn it is."""
        return self._running

    def before(self, call: str) -> None:
        """Hook of ``Calls``."""
        self._point(call, Side.BEFORE)

    def after(self, call: str) -> None:
        """Hook of ``Calls``."""
        self._point(call, Side.AFTER)

    def around(self, call: str, body: Callable[[], Any]) -> Any:
        """Hook of ``Calls`` for what writes: the driver may have it made again, or answered at once."""
        effect = self._point(call, Side.BEFORE)
        if isinstance(effect, Answers):
            return effect.value
        while True:
            answer = body()
            if not isinstance(self._point(call, Side.AFTER), Repeats):
                return answer

    def sleep(self, until: int) -> None:
        """The running job waits for the clock."""
        job = self._running
        if job is not None:
            job.wakes_at = until
            self._point("sleep", Side.BEFORE)

    def wait_for(self, other: Job) -> None:
        """The running job waits for the end of another, or until it is told to go on without."""
        job = self._running
        assert job is not None
        self.all.remove(job)
        other.waiter = job
        self._point("answer", Side.BEFORE)

    def leave(self, job: Job) -> None:
        """Whoever waits for ``job`` goes on."""
        assert job.waiter is not None
        self.all.append(job.waiter)
        job.waiter = None

    def _point(self, call: str, side: Side) -> Effect | None:
        job = self._running
        if job is None:
            # The driver itself looks at something.
            return GOES_ON
        job.call, job.side = call, side
        parent = getcurrent().parent
        assert parent is not None
        effect: Effect | None = parent.switch()
        return effect


class _OneThread:
    """A pool of threads that has none: what is submitted is done at once, by the job that submits it."""

    def __init__(self, workers: int) -> None:
        del workers

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        pass

    def submit(self, run: Callable[..., Any], *args: Any) -> Future[Any]:
        """Raises what ``run`` raises: the end of the process."""
        done: Future[Any] = Future()
        done.set_result(run(*args))
        return done


@contextmanager
def in_one_thread() -> Iterator[None]:
    """Bulk operations start no threads, in which no job can take turns."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bulk, "ThreadPoolExecutor", _OneThread)
        yield
