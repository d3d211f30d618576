"""Tasks that are computed within a decision: INLINE, LAMBDA, JSON_JQ_TRANSFORM, SET_VARIABLE, NOOP."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from podium.domain.outcome import Outcome
from podium.domain.status import TaskStatus

if TYPE_CHECKING:
    from podium.domain.engines import Engines
    from podium.domain.graph import Node
    from podium.domain.json import JsonMap


@dataclass(frozen=True, slots=True)
class Computed:
    """The end of such a task, and the workflow's variables if it changed them."""

    outcome: Outcome
    variables: JsonMap | None = None


def compute(node: Node, task_input: JsonMap, variables: JsonMap, engines: Engines) -> Computed:
    """Run the task; an error is an end, never an exception."""
    return Computed(Outcome(TaskStatus.FAILED, reason=f"Task type {node.type} is not supported"))
