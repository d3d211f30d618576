"""Tasks that are computed within a decision: INLINE, LAMBDA, JSON_JQ_TRANSFORM, SET_VARIABLE, NOOP."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from podium.domain.outcome import Outcome
from podium.domain.sizes import DEFAULT_LIMITS, PayloadLimits
from podium.domain.status import TaskStatus
from podium.domain.tasks import inline, json_jq_transform, lambda_, noop, set_variable

if TYPE_CHECKING:
    from podium.domain.engines import Engines
    from podium.domain.json import JsonMap


@dataclass(frozen=True, slots=True)
class Computed:
    """The end of such a task, and the workflow's variables if it changed them."""

    outcome: Outcome
    variables: JsonMap | None = None


def compute(
    task_type: str,
    task_input: JsonMap,
    variables: JsonMap,
    engines: Engines,
    limits: PayloadLimits = DEFAULT_LIMITS,
) -> Computed:
    """Run the task; an error is an end, never an exception.

    A type of the peer that is not built here fails: no worker would ever poll it.
    """
    match task_type:
        case "INLINE":
            return Computed(inline.run(task_input, engines.script))
        case "LAMBDA":
            return Computed(lambda_.run(task_input, engines.script))
        case "JSON_JQ_TRANSFORM":
            return Computed(json_jq_transform.run(task_input, engines.jq))
        case "SET_VARIABLE":
            return Computed(*set_variable.run(task_input, variables, limits.variables))
        case "NOOP":
            return Computed(noop.run())
        case _:
            reason = f"Task type {task_type} is not supported"
            return Computed(Outcome(TaskStatus.FAILED_WITH_TERMINAL_ERROR, reason=reason))
