"""Run a definition with mocked tasks, on the engine itself (rest-api.md 3.3)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from podium.domain.children import spec_of
from podium.domain.execution import Kind
from podium.domain.mocks import Mocks, Progress, end_by, is_operator
from podium.domain.status import TaskStatus

if TYPE_CHECKING:
    from podium.domain.requests import WorkflowTestRequest
    from podium.ports.bundle import Ports
    from podium.services.following import Following
    from podium.services.open_tasks import OpenTask, OpenTasks
    from podium.services.starting import Starting
    from podium.services.states import States
    from podium.services.updating import Updating

#: A test is answered after so long (ms), however far it has come: the HTTP front gives up after 30 s.
LONGEST_TEST_MS = 20_000
#: Pauses (ms) while what is open moves by itself; each is half as long again as the one before.
FIRST_PAUSE_MS, LONGEST_PAUSE_MS = 50, 1_000


class Mocking:
    """Starts executions that nobody works on, and ends their tasks as a test says."""

    def __init__(
        self,
        ports: Ports,
        states: States,
        starting: Starting,
        following: Following,
        open_tasks: OpenTasks,
        updates: Updating,
    ) -> None:
        """Wire the parts; see ``bootstrap``."""
        self._ports = ports
        self._states = states
        self._starting = starting
        self._following = following
        self._open_tasks = open_tasks
        self._updates = updates

    def run(self, request: WorkflowTestRequest) -> str:
        """Start an execution, feed it, and return its id when it can go no further.

        That is when it has ended, when a task is open that nothing is left for, or after
        ``LONGEST_TEST_MS``. It stays stored as it then is. The request is validated already; its
        idempotency key does not count, since a test is a run of its own. Raises NotFoundError for an
        unknown definition.
        """
        until = self._ports.clock.now() + LONGEST_TEST_MS
        workflow_id = self._start(request)
        mocks = Mocks.of(request)
        pause = FIRST_PAUSE_MS
        while True:
            progress = self._feed(workflow_id, mocks)
            left = until - self._ports.clock.now()
            if progress in {Progress.ENDED, Progress.STUCK} or left <= 0:
                return workflow_id
            if progress is Progress.MOVING:
                self._ports.sleep(min(pause, left))
                pause = min(pause + pause // 2, LONGEST_PAUSE_MS)
            else:
                pause = FIRST_PAUSE_MS

    def _start(self, request: WorkflowTestRequest) -> str:
        domains = {**request.task_to_domain, "*": self._ports.ids.unique()}
        spec = replace(
            spec_of(request),
            task_to_domain=domains,
            idempotency_key=None,
            idempotency_strategy=None,
            mocked=True,
        )
        begun = self._starting.begin(spec, self._ports.ids.workflow_id(), None)
        if begun.change is not None:
            self._following.follow([begun.change])
        return begun.workflow_id

    def _feed(self, workflow_id: str, mocks: Mocks) -> Progress:
        """End every open task of one execution that there is an output for, and of its children.

        Nothing is fed while there is a task without one, as with the peer.
        """
        state = self._states.fresh(workflow_id)
        if state is None or state.header.status.is_terminal:
            return Progress.ENDED
        if not state.start.mocked:
            # An earlier execution that an idempotency key led to: it has workers of its own.
            return Progress.MOVING
        found = self._open_tasks.every(workflow_id)
        wanting = [each for each in found if not is_operator(each.task.kind)]
        if not all(mocks.has_for(task) for _, task in wanting):
            return Progress.STUCK
        for open_task in wanting:
            end = end_by(mocks.take(open_task.task), open_task.task, self._ports.clock.now())
            self._updates.apply(open_task, end)
        if wanting:
            return Progress.FED
        return self._feed_children(found, mocks)

    def _feed_children(self, found: list[OpenTask], mocks: Mocks) -> Progress:
        progress = {
            self._feed(task.child_id, mocks.below(task))
            for _, task in found
            if task.kind is Kind.CHILD and task.status is TaskStatus.IN_PROGRESS
        }
        if Progress.FED in progress:
            return Progress.FED
        is_stuck = Progress.STUCK in progress and Progress.MOVING not in progress
        return Progress.STUCK if is_stuck else Progress.MOVING
