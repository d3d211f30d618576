"""Jobs that take turns at every AWS call; whoever drives them decides whose turn it is.

A job is a greenlet: code of the product that runs until its next call, where it comes back to the
driver. One thread, one order, the same in every run.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum

from greenlet import getcurrent, greenlet

from podium import bootstrap
from podium.bootstrap import Engine
from podium.errors import TransientError
from podium_local.pump.faults import InvocationDroppedError


class ProcessKilledError(InvocationDroppedError):
    """The process dies here. Not an Exception: nothing may catch it and go on."""


class Side(Enum):
    """Where a job stands."""

    BEFORE = "before"
    AFTER = "after"


class Fate(Enum):
    """What becomes of a job at a call."""

    GOES_ON = "goes on"
    #: The process is killed, or has reached its time limit.
    DIES = "dies"
    #: The call fails: throttled or in conflict before it, unanswered after it.
    FAILS = "fails"


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
    _greenlet: greenlet | None = field(default=None, repr=False)

    @property
    def is_over(self) -> bool:
        """It has come to its end."""
        return self._greenlet is not None and self._greenlet.dead

    def go_on(self, fate: Fate = Fate.GOES_ON) -> None:
        """Let it run to its next call, or to its end."""
        bootstrap.install(self.engine)
        if self._greenlet is None:
            self._greenlet = greenlet(self.run)
            self._greenlet.switch()
            return
        match fate:
            case Fate.GOES_ON:
                self._greenlet.switch()
            case Fate.DIES:
                self._greenlet.throw(ProcessKilledError(self.call))
            case Fate.FAILS:
                self._greenlet.throw(TransientError(f"{self.call} failed in the simulation"))


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

    def turn(self, job: Job, fate: Fate = Fate.GOES_ON) -> None:
        """Let ``job`` go on; it is forgotten when it is over."""
        self._running = job
        try:
            job.go_on(fate)
        finally:
            self._running = None
            if job.is_over:
                self.all.remove(job)

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

    def sleep(self, until: int) -> None:
        """The running job waits for the clock."""
        job = self._running
        if job is not None:
            job.wakes_at = until
            self._point("sleep", Side.BEFORE)

    def _point(self, call: str, side: Side) -> None:
        job = self._running
        if job is None:
            # The driver itself looks at something.
            return
        job.call, job.side = call, side
        parent = getcurrent().parent
        assert parent is not None
        parent.switch()
