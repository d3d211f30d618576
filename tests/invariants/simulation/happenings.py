"""Counts what a simulated installation goes through, by names that ``coverage`` knows.

What is written, asked for and run is looked at, not what somebody meant to do.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from functions.api.routes import ROUTES
from podium.domain.definitions import TaskDef
from podium.domain.execution import Header, Kind
from podium.domain.status import TaskStatus
from podium.domain.task_types import SYSTEM_TYPES, wire_type
from tests.invariants.simulation.commits import Attempt, Commits, HeaderWritten, TaskWritten, Write

if TYPE_CHECKING:
    from functions.api.route import Route
    from podium.domain.json import JsonMap
    from podium.ports.queues import TimerMessage

#: Types that the engine knows, as they are stored.
KNOWN = frozenset(map(wire_type, SYSTEM_TYPES))


class Happenings:
    """Adds to the counts of one installation."""

    def __init__(self, counts: Counter[str], commits: Commits) -> None:
        self._counts = counts
        self._commits = commits
        #: Of clients, so far.
        self.requests = 0
        self._definitions: dict[str, TaskDef] = {}

    def defined(self, definition: JsonMap) -> None:
        """A task definition was registered."""
        self._definitions[str(definition["name"])] = TaskDef.from_json(definition)

    def requested(self, method: str, path: str, status: int, body: object) -> None:
        """A client was answered."""
        self.requests += 1
        route = _route_of(method, path)
        if route is not None and status < 300:
            self._counts[f"route: {method} {route.path}"] += 1
        strategy = body.get("idempotencyStrategy") if isinstance(body, dict) else None
        if strategy:
            self._counts[f"idempotency: {strategy}"] += 1

    def invoked(self, function: str) -> None:
        """A function was invoked."""
        self._counts[f"function: {function}"] += 1

    def fired(self, timer: TimerMessage) -> None:
        """A timer's message was received."""
        whose = "a lease" if timer.ref else "a workflow"
        self._counts[f"timer: of {whose}, fired"] += 1

    def written(self, write: Write) -> None:
        """Something was committed."""
        match write:
            case HeaderWritten(before, after):
                self._header(before, after)
            case TaskWritten(earlier, later):
                self._task(earlier, later)

    def _header(self, before: Header | None, after: Header) -> None:
        counts = self._counts
        if before is None:
            depth = self._depth(after)
            counts[f"child: at depth {min(depth, 3)}"] += depth > 0
        if before is None or before.status is not after.status:
            counts[f"workflow status: {after.status.value}"] += 1
        if before is not None:
            counts["workflow: runs again"] += after.generation > before.generation
            counts["workflow: a folded end is taken back"] += after.recalls > before.recalls
            counts["timer: far, brought near"] += before.timer_is_far and not after.timer_is_far
        if after.closed and before is not None and not before.closed:
            for entry in before.open:
                counts[f"closed: an open {entry.kind.name}"] += 1
        counts["timer: far, armed"] += after.timer_is_far
        counts["workflow: waits for a slot"] += after.waits
        counts["decision: cut"] += any(entry.kind is Kind.DUE for entry in after.open)
        counts["branch: given up"] += any(entry.closing for entry in after.open)

    def _task(self, before: Attempt | None, after: Attempt) -> None:
        counts = self._counts
        if before is not None and before.inc < after.inc and not after.is_stripped:
            counts["task: taken up again"] += 1
        if before is None or before.inc < after.inc:
            counts["task: retried"] += after.attempt > 0
            self._limited(after)
            counts[f"loops around a task: {min(len(after.iteration), 3)}"] += 1
        counts["task: held by a pause"] += after.held
        counts["task: handed out again"] += after.epoch > 1
        counts["task: waits for a later run of its child"] += after.generation > 0
        if after.is_stripped:
            counts["task: stripped"] += 1
            return
        if before is None or before.status is not after.status:
            counts[f"task status: {after.status.value}"] += 1
            self._by_policy(before, after)
            if after.status.is_terminal:
                counts[f"task type: {type_of(after)}"] += 1
                counts[f"kind of task: {after.kind.name}"] += 1

    def _limited(self, task: Attempt) -> None:
        if task.limit is not None:
            delivery = "GATE" if task.limit.at_gate else "POLL"
            self._counts[f"limit: {delivery}"] += 1
            self._counts["limit: by rate"] += bool(task.limit.rate)

    def _by_policy(self, before: Attempt | None, after: Attempt) -> None:
        definition = self._definitions.get(after.name)
        if definition is None:
            return
        if after.status is TaskStatus.TIMED_OUT:
            self._counts[f"timed out under: {definition.timeout_policy.value}"] += 1
        if before is None and after.attempt:
            self._counts[f"retried with: {definition.retry_logic.value}"] += 1

    def _depth(self, header: Header) -> int:
        depth = 0
        while header.parent is not None:
            above = self._commits.of(header.parent.workflow_id).header
            depth += 1
            if above is None:
                break
            header = above
        return depth


def type_of(attempt: Attempt) -> str:
    """Its type; a worker's task is SIMPLE, be it by name or by a type of one's own."""
    return attempt.type if attempt.type in KNOWN else "SIMPLE"


def _route_of(method: str, path: str) -> Route | None:
    """The row of the table that serves a request; fixed words come before variables."""
    for pattern, route in _PATTERNS.get(method, ()):
        if pattern.fullmatch(path):
            return route
    return None


def _patterns() -> dict[str, list[tuple[re.Pattern[str], Route]]]:
    found: dict[str, list[tuple[re.Pattern[str], Route]]] = {}
    for route in sorted(ROUTES, key=lambda route: route.specificity):
        pattern = re.compile(re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(route.path)))
        found.setdefault(route.method, []).append((pattern, route))
    return found


_PATTERNS = _patterns()
