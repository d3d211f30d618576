"""What we demand of the task types that the peer only plans (docs/task-types.md)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from podium.domain.evaluators import SCRIPTS
from podium.domain.tasks import for_each, http_poll, try_catch

if TYPE_CHECKING:
    from podium.domain.definitions import WorkflowTask
    from podium.domain.validation.context import ValidationContext


def for_each_problems(task: WorkflowTask) -> Iterator[str]:
    """Items, a body, and how many at once; an expression is looked at when it runs."""
    where = f"taskType: {task.type} taskName: {task.name}"
    if not task.items and for_each.ITEMS not in task.input_parameters:
        yield f"items field or inputParameters.items is required for {where}"
    if not task.loop_over:
        yield f"loopOver field is required for {where}"
    given = {**task.input_parameters, **({for_each.ITEMS: task.items} if task.items else {})}
    for problem in for_each.problems(given):
        yield f"{problem}, {where}"


def try_catch_problems(task: WorkflowTask) -> Iterator[str]:
    """Its lists, and what it is to catch."""
    for problem in try_catch.problems(task):
        yield f"{problem}, taskType: {task.type} taskName: {task.name}"


def http_poll_problems(task: WorkflowTask, context: ValidationContext) -> Iterator[str]:
    """The keys of polling; what only a template or an expression gives is looked at when it runs."""
    parameters = task.input_parameters
    request = parameters.get("http_request", parameters)
    if not isinstance(request, Mapping) or not request:
        return
    if "http_request" not in parameters and parameters.keys().isdisjoint(("uri", "method")):
        return
    for problem in http_poll.problems(request):
        yield f"{problem}, taskType: {task.type} taskName: {task.name}"
    condition = request.get("terminationCondition")
    evaluator = request.get("evaluatorType", "javascript")
    if evaluator not in SCRIPTS or not isinstance(condition, str) or "${" in condition:
        return
    syntax = context.scripts.check(condition)
    if condition.strip() and syntax is not None:
        yield (
            f"terminationCondition is not well formatted: {syntax}, "
            f"taskType: {task.type} taskName: {task.name}"
        )
