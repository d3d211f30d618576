"""Open tasks of an execution, looked for on behalf of a client: by reference name, or to be signalled.

A header may list a task whose item is still to be put: its creation follows the commit. A client
that was told of the commit must find the task, so what is missing is created first.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeVar

from podium.domain.execution import Kind
from podium.domain.ids import TaskKey
from podium.domain.scopes import reference_name
from podium.domain.signals import can_be_signalled
from podium.domain.status import TaskStatus
from podium.errors import NotFoundError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from podium.domain.execution import OpenEntry, Task
    from podium.domain.state import State
    from podium.ports.bundle import Ports
    from podium.services.advancing import Advancing
    from podium.services.states import States

#: Looks at one execution before what is still not created counts as not there.
MAX_LOOKS = 5


_Found = TypeVar("_Found")


class OpenTask(NamedTuple):
    """An open task as it was just read."""

    key: TaskKey
    task: Task


class _NotCreatedError(Exception):
    """An entry of the header has no item yet."""


class OpenTasks:
    """Finds open tasks by header and item, both read consistently."""

    def __init__(self, ports: Ports, states: States, advancing: Advancing) -> None:
        """Wire the parts; see ``bootstrap``."""
        self._ports = ports
        self._states = states
        self._advancing = advancing

    def named(self, workflow_id: str, ref: str) -> OpenTask | None:
        """The first open task with this reference name, with its iterations or without.

        None when there is none, or the execution has ended. Raises NotFoundError for an unknown one.
        """
        self._require(workflow_id)
        return self._looked(workflow_id, lambda state: self._first(state, _named(state, ref), _any))

    def every(self, workflow_id: str) -> list[OpenTask]:
        """All open tasks, in the order of their creation; empty when the execution has ended."""
        self._require(workflow_id)
        return self._looked(workflow_id, self._all) or []

    def signalled(self, workflow_id: str) -> OpenTask | None:
        """The first open WAIT, else that of the open sub-workflows, depth first (engine.md 9).

        None when there is none. Raises NotFoundError for an unknown execution.
        """
        self._require(workflow_id)
        return self._signalled(workflow_id)

    def _signalled(self, workflow_id: str) -> OpenTask | None:
        return self._looked(workflow_id, self._first_waiting)

    def _first_waiting(self, state: State) -> OpenTask | None:
        outside = [entry for entry in state.header.open if entry.kind is Kind.OUTSIDE]
        found = self._first(state, outside, can_be_signalled)
        if found is not None:
            return found
        for entry in state.header.open:
            if entry.kind is not Kind.CHILD:
                continue
            # The item says which workflow it is: its start may be delayed, or it may be another's.
            task = self._item(state, entry)
            if task.status is not TaskStatus.IN_PROGRESS:
                continue
            found = self._signalled(task.child_id)
            if found is not None:
                return found
        return None

    def _all(self, state: State) -> list[OpenTask]:
        entries = (entry for entry in state.header.open if entry.kind is not Kind.DUE)
        found = (OpenTask(_key(state, entry), self._item(state, entry)) for entry in entries)
        return [each for each in found if not each.task.status.is_terminal]

    def _first(
        self, state: State, entries: Iterable[OpenEntry], wanted: Callable[[Task], bool]
    ) -> OpenTask | None:
        """The first open task behind ``entries`` that is ``wanted``."""
        for entry in entries:
            task = self._item(state, entry)
            if not task.status.is_terminal and wanted(task):
                return OpenTask(_key(state, entry), task)
        return None

    def _item(self, state: State, entry: OpenEntry) -> Task:
        task = self._ports.executions.read_task(_key(state, entry))
        if task is None or task.inc < entry.inc:
            raise _NotCreatedError
        return task

    def _looked(self, workflow_id: str, look: Callable[[State], _Found | None]) -> _Found | None:
        """What ``look`` finds once everything that the header lists has been created."""
        for _ in range(MAX_LOOKS):
            state = self._states.fresh(workflow_id)
            if state is None or state.header.status.is_terminal:
                return None
            try:
                return look(state)
            except _NotCreatedError:
                self._advancing.scan(workflow_id)
        return None

    def _require(self, workflow_id: str) -> None:
        if self._states.recent(workflow_id) is None and self._states.fresh(workflow_id) is None:
            message = f"No such workflow found by id: {workflow_id}"
            raise NotFoundError(message)


def _key(state: State, entry: OpenEntry) -> TaskKey:
    return TaskKey(state.header.workflow_id, state.graph.ref(entry), entry.seq)


def _named(state: State, ref: str) -> list[OpenEntry]:
    """Entries with exactly this name first, then those it is the base name of (rest-api.md 5.2)."""
    entries = [entry for entry in state.header.open if entry.kind is not Kind.DUE]
    exact = [entry for entry in entries if _wire_ref(state, entry) == ref]
    by_base = [entry for entry in entries if _name(state, entry) == ref and entry not in exact]
    return [*exact, *by_base]


def _name(state: State, entry: OpenEntry) -> str:
    return reference_name(state.graph.ref(entry))


def _wire_ref(state: State, entry: OpenEntry) -> str:
    return _name(state, entry) + "".join(f"__{number}" for number in entry.iteration)


def _any(_: Task) -> bool:
    return True
