"""The net: executions that should move and have nothing that moves them are found, and moved on.

It is not the engine. What it repairs was lost: a stream that nobody read for a day, a queue that
somebody deleted, a message that went astray. Each repair is what somebody's record, message or timer
would have done, so one too many changes nothing (protocol.md 3, Scan).
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING

from podium.domain.ids import parse_task_id
from podium.domain.search import ByStatus, Span
from podium.domain.status import TaskStatus, WorkflowStatus
from podium.domain.why.causes import Lack, OpenChild, RepairDue, UndeliveredRecord
from podium.domain.why.under_way import SLOW
from podium.services.explaining import Inquiry

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from podium.domain.execution import Header, Task
    from podium.domain.ids import TaskKey
    from podium.domain.why import Cause, Why
    from podium.ports.bundle import Ports
    from podium.services.advancing import Advancing
    from podium.services.creating import Creating
    from podium.services.explaining import Explaining
    from podium.services.states import States
    from podium.services.timing import Timing

#: Time between two sweeps (ms); the topology's trigger says the same.
INTERVAL = 15 * 60_000
#: Executions that one sweep looks at; of more it looks at others each time.
MOST_LOOKED_AT = 1_000
#: Rows that it reads to find them.
MOST_ROWS = 100_000
_PAGE, _HEADERS = 500, 100


@dataclass(frozen=True, slots=True)
class Repair:
    """What was lacking in one execution, and is mended."""

    workflow_id: str
    lack: Lack


@dataclass(frozen=True, slots=True)
class _Look:
    """One look at many executions."""

    #: Those that a search finds as open.
    found: frozenset[str]
    #: Counted once: the first message that is sent again must not hide that others are lost.
    inquiry: Inquiry = field(default_factory=lambda: Inquiry(left=MOST_LOOKED_AT))


class Sweeping:
    """Looks at RUNNING executions that have not changed for a while."""

    def __init__(
        self,
        ports: Ports,
        states: States,
        advancing: Advancing,
        creating: Creating,
        timing: Timing,
        explaining: Explaining,
    ) -> None:
        """Wire the parts; see ``bootstrap``."""
        self._ports = ports
        self._states = states
        self._advancing = advancing
        self._creating = creating
        self._timing = timing
        self._explaining = explaining

    def sweep(self) -> list[Repair]:
        """Mend what is lacking; what that was.

        A Query of the index of statuses for each page, a BatchGetItem for each hundred headers, and
        the reads of ``why`` for those that have not changed for some minutes.
        """
        found = list(islice(self._open(), MOST_ROWS))
        chosen, look = self._share(found), _Look(frozenset(found))
        repairs: list[Repair] = []
        for first in range(0, len(chosen), _HEADERS):
            headers = self._ports.executions.read_headers(chosen[first : first + _HEADERS])
            for workflow_id in sorted(headers):
                repairs += self._look_at(headers[workflow_id], look)
        return repairs

    def repair(self, workflow_id: str) -> list[Repair]:
        """The same for one execution, whenever it has changed last; nothing where there is none."""
        header = self._ports.executions.read_header(workflow_id)
        return [] if header is None else self._mended(header, _Look(frozenset()))

    def _open(self) -> Iterator[str]:
        """Ids of executions that a search finds as open, those of the last minutes left out.

        A row may be wrong for the same reason as everything else: its record was lost.
        """
        started = Span(last=self._ports.clock.now() - SLOW)
        access = ByStatus((WorkflowStatus.RUNNING, WorkflowStatus.PAUSED), started)
        for found in self._ports.search.rows([access], newest_first=False, page=_PAGE):
            yield found.row.workflow_id

    def _share(self, workflow_ids: list[str]) -> list[str]:
        """Those whose turn it is: the others come in one of the next sweeps, without a memory of it."""
        shares = -(-len(workflow_ids) // MOST_LOOKED_AT)
        if shares <= 1:
            return workflow_ids
        turn = self._ports.clock.now() // INTERVAL % shares
        return [each for each in workflow_ids if zlib.crc32(each.encode()) % shares == turn]

    def _look_at(self, header: Header, look: _Look) -> list[Repair]:
        if self._is_new(header) or header.status is WorkflowStatus.PAUSED:
            return []
        return self._mended(header, look)

    def _is_new(self, header: Header) -> bool:
        """It changed a moment ago: whoever is to go on with it may be at it."""
        return self._ports.clock.now() - max(header.committed_at, header.ended_at) < SLOW

    def _mended(self, header: Header, look: _Look) -> list[Repair]:
        workflow_id = header.workflow_id
        if header.status.is_terminal:
            # Its end has not reached the index: its record was lost.
            self._advancing.scan(workflow_id)
            return [Repair(workflow_id, Lack.ENDING)]
        why = self._explaining.why(workflow_id, 0, look.inquiry)
        lacking = list(_lacking(why.causes))
        if lacking:
            self._advancing.scan(workflow_id)
        for cause in lacking:
            self._mend(workflow_id, cause)
        repairs = [Repair(workflow_id, lack) for lack in sorted({each.lack for each in lacking})]
        return repairs + self._unfound_children(why, look)

    def _unfound_children(self, why: Why, look: _Look) -> list[Repair]:
        """Of children whose first record was lost no search knows: they are found by their parents."""
        repairs: list[Repair] = []
        for cause in why.causes:
            if not isinstance(cause, OpenChild) or cause.workflow_id in look.found:
                continue
            child = self._ports.executions.read_header(cause.workflow_id)
            if child is not None and not self._is_new(child):
                self._advancing.scan(cause.workflow_id)
                repairs.append(Repair(cause.workflow_id, Lack.ROW))
                repairs += self._mended(child, look)
        return repairs

    def _mend(self, workflow_id: str, cause: RepairDue | UndeliveredRecord) -> None:
        """What a scan leaves out."""
        if cause.lack is Lack.TIMER:
            self._timing.arm_again(workflow_id)
            return
        for waiting in cause.tasks:
            key = parse_task_id(waiting.task_id)
            task = None if key is None else self._ports.executions.read_task(key)
            if key is not None and task is not None and not task.status.is_terminal:
                self._mend_task(key, task, cause.lack)

    def _mend_task(self, key: TaskKey, task: Task, lack: Lack) -> None:
        state = self._states.fresh(key.workflow_id)
        if state is None or state.header.status is not WorkflowStatus.RUNNING:
            return
        match lack:
            case Lack.MESSAGE if task.status is TaskStatus.SCHEDULED and not task.held:
                self._creating.send_again(state, task)
            case Lack.HAND_OUT:
                hold = state.header.hold
                let_go = self._ports.executions.unhold(key, task.inc, hold).task
                if let_go is not None and let_go.status is TaskStatus.SCHEDULED:
                    self._creating.send_again(state, let_go)
            case Lack.CHILD_END:
                self._advancing.scan(task.child_id)
            case _:
                # The scan has done it.
                pass


def _lacking(causes: Iterable[Cause]) -> Iterator[RepairDue | UndeliveredRecord]:
    """What nobody does, or whoever should is so late with that it may be lost."""
    for cause in causes:
        match cause:
            case RepairDue():
                yield cause
            case UndeliveredRecord() if cause.is_overdue:
                yield cause
            case _:
                pass
