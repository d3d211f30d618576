"""Tests of definitions: executions whose tasks end as a client says (rest-api.md 3.3).

Operators run for real. Every other task of a mocked execution, and of all that it starts, is an item
that nobody is handed: no message is sent for it, no call made, no independent workflow launched. It
waits, like a HUMAN, for the output that the test has for it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING

from podium.domain.execution import Kind, TaskEnd

if TYPE_CHECKING:
    from podium.domain.execution import Task
    from podium.domain.requests import TaskMock, WorkflowTestRequest

#: Ended by decisions, or by the end of a child workflow, which is mocked itself.
_OPERATORS = frozenset({Kind.DUE, Kind.FLOW, Kind.CHILD})


class Progress(Enum):
    """What feeding an execution once has come to."""

    #: It has ended.
    ENDED = "ended"
    #: Tasks were fed, so there may be others now.
    FED = "fed"
    #: Nothing to feed, and what is open moves by itself.
    MOVING = "moving"
    #: A task is open that nothing is left for: nobody will end it.
    STUCK = "stuck"


@dataclass(frozen=True, slots=True)
class Mocks:
    """What is left to feed to one execution; used up as it runs."""

    tasks: Mapping[str, deque[TaskMock]]
    #: For the executions that its SUB_WORKFLOW tasks start, by reference name.
    children: Mapping[str, Mocks]

    @classmethod
    def of(cls, request: WorkflowTestRequest | None) -> Mocks:
        """All that ``request`` gives, for its children as well."""
        if request is None:
            return cls({}, {})
        return cls(
            {ref: deque(mocks) for ref, mocks in request.task_ref_to_mock_output.items()},
            {ref: cls.of(below) for ref, below in request.sub_workflow_test_request.items()},
        )

    def has_for(self, task: Task) -> bool:
        """There is an output left for this attempt."""
        return any(self.tasks.get(ref) for ref in _names(task))

    def take(self, task: Task) -> TaskMock:
        """The next one, which is then gone; only where ``has_for`` says so."""
        ref = next(ref for ref in _names(task) if self.tasks.get(ref))
        return self.tasks[ref].popleft()

    def below(self, task: Task) -> Mocks:
        """Those of the execution that a SUB_WORKFLOW started."""
        found = (self.children[ref] for ref in _names(task) if ref in self.children)
        return next(found, Mocks.of(None))


def is_operator(kind: Kind) -> bool:
    """Tasks of this kind run for real in a test."""
    return kind in _OPERATORS


def end_by(mock: TaskMock, task: Task, now: int) -> TaskEnd:
    """The update of ``task`` that ``mock`` stands for; its output is put over what the task has.

    With times it shows the task as scheduled and started that long before ``now`` (epoch ms).
    """
    end = TaskEnd(mock.status, now, output={**task.output, **mock.output}, reason=task.reason)
    if not (mock.execution_time or mock.queue_wait_time):
        return end
    started = now - mock.execution_time
    return replace(end, scheduled_at=started - mock.queue_wait_time, started_at=started)


def _names(task: Task) -> tuple[str, ...]:
    """In a loop first the round's own name (``ref__2``), then that of every round."""
    return tuple(dict.fromkeys((task.wire_ref, task.reference_name)))
