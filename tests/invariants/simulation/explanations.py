"""Why executions of a simulated installation wait, asked of the code that serves the route.

The service and the rule are the product's. What differs from an installation on AWS is that here
everything can be seen: each message, each timer, each record that nobody has dealt with. After every
step those executions are asked about whose cause may have gone: something of theirs was written, a record was dealt
with, or a message was deleted.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from podium.adapters.stream import workflow_id
from podium.domain.status import WorkflowStatus
from podium.domain.why import Sight, Why
from podium.domain.why.causes import RepairDue
from podium.domain.why.facts import Carrier
from podium.errors import PodiumError
from podium.services.deciding import Deciding
from podium.services.explaining import Explaining
from podium.services.reading import Reading
from podium.services.states import States
from tests.invariants.simulation.broken import invariant
from tests.invariants.simulation.invariants_of_commits import an_execution_can_be_read
from tests.support.sights import SeenQueues, is_handed_out_by

if TYPE_CHECKING:
    from podium.domain.execution import Header, Task
    from podium.domain.ids import TaskKey
    from tests.invariants.simulation.world import World


class Explanations:
    """Keeps an eye on every execution of a world."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._reads = KeptReads(world)
        ports = replace(world.engine.ports, executions=self._reads)
        states, deciding = States(ports.executions), Deciding(ports)
        reading = Reading(ports, states)
        self._evidence = SeenWorld(world)
        self._explaining = Explaining(ports, states, deciding, reading, self._evidence)
        #: Records looked at, messages deleted and executions busy when somebody looked last.
        self._written = 0
        self._deleted = 0
        self._busy: set[str] = set()

    def check(self) -> None:
        """After a step: every execution whose cause may have gone has one."""
        touched = self._touched()
        if touched:
            self._ask(touched)

    def check_all(self) -> None:
        """Every execution has a cause: time may have taken what nobody has touched."""
        self._touched()
        self._ask(set(self._world.executions.all()))

    def _ask(self, executions: set[str]) -> None:
        with self._world.undisturbed():
            for each in sorted(executions):
                found = self.of(each)
                if found is not None and found.status is WorkflowStatus.RUNNING:
                    self._world.counts["checked: why"] += 1
                    for cause in found.causes:
                        self._world.counts[f"cause: {type(cause).__name__}"] += 1
                    a_running_workflow_always_says_why_it_waits(found)

    def of(self, execution: str) -> Why | None:
        """Why it waits, its children not looked into; None: it has ended, or is not there."""
        known = self._world.watch.commits.of(execution).header
        if known is None or known.status.is_terminal or known.removed:
            return None
        try:
            return self._explaining.why(execution, depth=0)
        except PodiumError as error:
            an_execution_can_be_read(execution, error)
            raise

    def _touched(self) -> set[str]:
        world, busy = self._world, self._busy
        written, deleted = world.store.written(), sum(map(_deleted, world.handed_out_by()))
        if (written, deleted) == (self._written, self._deleted) and not busy:
            return set()
        records = world.store.records(self._written)
        touched = {workflow_id(record) for record in records}
        self._reads.forget(touched)
        self._evidence.busy = self._busy = set(world.undelivered.executions())
        touched |= busy - self._busy
        touched |= {parent for each in touched if (parent := self._parent(each))}
        if deleted != self._deleted:
            touched |= set(world.executions.all())
        self._written, self._deleted = written, deleted
        return touched - {""}

    def _parent(self, execution: str) -> str:
        header = self._world.watch.commits.of(execution).header
        return "" if header is None or header.parent is None else header.parent.workflow_id


# 4. Every RUNNING workflow has a pending cause of progress: "why is it waiting?" is never empty, nor does it
# say that something is missing.
@invariant(4)
def a_running_workflow_always_says_why_it_waits(why: Why) -> None:
    """By the rule that serves the route, at every step."""
    assert why.causes, f"{why.workflow_id} is RUNNING and waits for nothing"
    missing = [cause for cause in why.causes if isinstance(cause, RepairDue)]
    assert not missing, f"{why.workflow_id}: {missing}"


class SeenWorld(SeenQueues):
    """Evidence that sees the messages wherever they are, and the records nobody has dealt with."""

    def __init__(self, world: World) -> None:
        super().__init__(world.task_queue, world.system_queue, world.timer_queue)
        self._world = world
        #: Executions with such records.
        self.busy: set[str] = set()

    def records(self, workflow_id: str) -> Sight:
        return Sight.SEEN if workflow_id in self.busy else Sight.MISSING

    def message(self, key: TaskKey, task: Task) -> Carrier:
        carrier = super().message(key, task)
        if carrier is not Carrier.NOWHERE:
            return carrier
        queues = self._world.queues
        if any(_is_of(message.body, key) for message in queues["results"].messages()):
            return Carrier.RESULT
        lost = [*queues["results"].dead_letters]
        lost += [message.body for message in queues["results-dead-letters"].messages()]
        if any(_is_of(body, key) for body in lost):
            return Carrier.DEAD_LETTERS
        # Who is to deal with a dead letter may be given up, too.
        names = "tasks-dead-letters", "system-tasks-dead-letters", "repair-dead-letters"
        letters = [message.body for name in names for message in queues[name].messages()]
        dying = (*self._world.handed_out_by(), queues["tasks-dead-letters"])
        letters += [body for queue in dying for body in queue.dead_letters]
        is_dead = any(is_handed_out_by(body, key, task) for body in letters)
        return Carrier.DEAD_LETTERS if is_dead else Carrier.NOWHERE

    def timer(self, header: Header) -> Sight:
        found = super().timer(header)
        if found is Sight.MISSING:
            letters = self._world.queues["timers-dead-letters"].messages()
            bodies = [*(each.body for each in letters), *self._timers.queue.dead_letters]
            if any(header.workflow_id in body for body in bodies):
                return Sight.SEEN
        return found


class KeptReads:
    """The store, of which headers and tasks are read once for each change of their execution."""

    def __init__(self, world: World) -> None:
        self._store = world.store
        self._kept: dict[str, dict[Any, Any]] = {}

    def forget(self, executions: set[str]) -> None:
        for each in executions:
            self._kept.pop(each, None)

    def read_header(self, workflow_id: str, *, consistent: bool = True) -> Header | None:
        kept = self._kept.setdefault(workflow_id, {})
        if "header" not in kept:
            kept["header"] = self._store.read_header(workflow_id)
        found: Header | None = kept["header"]
        return found

    def read_task(self, key: TaskKey, *, consistent: bool = True) -> Task | None:
        kept = self._kept.setdefault(key.workflow_id, {})
        if key not in kept:
            kept[key] = self._store.read_task(key)
        found: Task | None = kept[key]
        return found

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)


def _deleted(queue: Any) -> int:
    return int(queue.sent) - int(queue.held())


def _is_of(body: str, key: TaskKey) -> bool:
    """A result names its task by its id."""
    return key.task_id in body
