"""What has to have happened in a run of many seeds: a simulation that does not get there proves nothing.

Taken from the product's own enumerations wherever there is one, so that something new is missed at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from functions.api.route import Role
from functions.api.routes import ROUTES
from podium.domain.definitions.enums import IdempotencyStrategy, LimitDelivery, RetryLogic
from podium.domain.execution import Kind
from podium.domain.status import TaskStatus, WorkflowStatus
from podium.domain.task_types import UNSUPPORTED, wire_type
from podium_local.topology import TOPOLOGY
from tests.invariants.simulation import kinds
from tests.invariants.simulation.faults import Fault
from tests.invariants.simulation.features import FEATURES
from tests.invariants.simulation.happenings import KNOWN
from tests.invariants.simulation.plan import ACTIONS

#: Seeds of a run in which all of it has to have happened.
ENOUGH = 2_000

#: Routes of operators and workers that no history takes, and why.
ROUTES_LEFT_OUT: dict[str, str] = {
    "POST /api/workflow/test": "runs with mocked tasks: tests/integration/api",
    "GET /api/workflow/externalstoragelocation": "hands out an address: nothing is changed",
    "GET /api/workflow/external-storage-location": "as above",
    "GET /api/tasks/externalstoragelocation": "as above",
    "GET /api/tasks/external-storage-location": "as above",
}
#: Kinds of open entries that are no task, and those that hardly are open when a workflow ends.
NO_TASK = frozenset({Kind.DUE})
NEVER_OPEN = NO_TASK | {Kind.LAUNCH}


def wanted() -> dict[str, tuple[str, ...]]:
    """Names of the counters that must not stay at zero, by what they are about."""
    return {
        "faults": tuple(fault.value for fault in Fault),
        "task types": _each(
            "task type", {*KNOWN} - {wire_type(each) for each in UNSUPPORTED} | {"SIMPLE"}
        ),
        "kinds of tasks": _each(
            "kind of task", (kind.name for kind in Kind if kind not in NO_TASK)
        ),
        "statuses of tasks": _each("task status", (status.value for status in TaskStatus)),
        "statuses of workflows": _each(
            "workflow status", (status.value for status in WorkflowStatus)
        ),
        "functions": _each("function", (function.name for function in TOPOLOGY.functions)),
        "commands": _each("route", _commands()),
        **kinds.counters(),
        "features": _each("feature", (feature.name for feature in FEATURES)),
        "events": _each("published for", ACTIONS),
        "retries": _each("retried with", (each.value for each in RetryLogic)),
        "timeouts": ("timed out under: RETRY", "timed out under: TIME_OUT_WF"),
        "limits": (*_each("limit", (each.value for each in LimitDelivery)), "limit: by rate"),
        "idempotency": _each("idempotency", (each.value for each in IdempotencyStrategy)),
        "depth": (
            *_each("child", ("at depth 1", "at depth 2", "at depth 3")),
            *_each("loops around a task", ("1", "2", "3")),
        ),
        "timers": (
            "timer: far, armed",
            "timer: far, brought near",
            "timer: of a workflow, fired",
            "timer: of a lease, fired",
        ),
        "races": ("commit: won", "commit: lost"),
        "second lives": (
            "task: retried",
            "task: taken up again",
            "task: handed out again",
            "task: held by a pause",
            "task: stripped",
            "task: waits for a later run of its child",
            "workflow: runs again",
            "workflow: a folded end is taken back",
            "workflow: waits for a slot",
        ),
        "closings": _each(
            "closed", (f"an open {kind.name}" for kind in Kind if kind not in NEVER_OPEN)
        ),
        "decisions": ("decision: cut", "branch: given up"),
        "repairs": ("message: dead letter", "message: redriven"),
        "checks": _each("checked", ("steps", "quiet moments", "decided twice", "delivered again")),
    }


def missing(counts: Mapping[str, int]) -> list[str]:
    """Counters that stayed at zero."""
    names = [name for names in wanted().values() for name in names]
    return [name for name in names if not counts.get(name)]


def _commands() -> Iterable[str]:
    """Rows of the route table that operators and workers call."""
    rows = (route for route in ROUTES if route.permission in {Role.OPERATOR, Role.WORKER})
    names = (f"{route.method} {route.path}" for route in rows)
    return (name for name in names if name not in ROUTES_LEFT_OUT)


def _each(group: str, names: Iterable[str]) -> tuple[str, ...]:
    return tuple(f"{group}: {name}" for name in sorted(names))
