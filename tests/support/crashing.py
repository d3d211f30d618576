"""The outcome of a scenario, undisturbed or with processes that die at chosen points."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any
from zlib import crc32

from podium.domain.execution import Task
from podium.errors import NotFoundError
from tests.support.chaos import found_as
from tests.support.scenarios.play import Play
from tests.support.scenarios.scenario import Scenario
from tests.support.stage import Stage

#: What may differ: ids (a task's has its place in the order of tasks), and times.
_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}(\.\d+\.)?")
_TIME = re.compile(r"\b1[78]\d{11}\b|20\d\d-\d\d-\d\dT[\d:.]+Z|(?<=queueWaitTime\": )\d+")

Outcome = dict[str, Any]


@dataclass(frozen=True)
class Run:
    """How a scenario ended."""

    outcome: Outcome
    #: Points at which a process could have died, or did; how many did.
    points: int
    deaths: int
    #: Those at which tasks die with a poll.
    with_claims: frozenset[int]


def run(scenario: Scenario, *dies_at: int) -> Run:
    """Play it, with processes that die at these points."""
    play = _cast(scenario, dies_at)
    scenario.story(play)
    stage = play.stage
    return Run(outcome(play), stage.points, stage.deaths, frozenset(stage.with_claims))


def run_losing_tasks(scenario: Scenario, *dies_at: int) -> None:
    """Play it with a poll that dies after it has claimed tasks; raises if it does not end.

    Their leases run out as if their workers had died. That costs an attempt, so the outcome is
    another one, and the story may not go on as it is told.
    """
    play = _cast(scenario, dies_at)
    try:
        scenario.story(play)
    except AssertionError:
        play.finish()


def _cast(scenario: Scenario, dies_at: tuple[int, ...]) -> Play:
    # Half of the scenarios go on within the requests, as deployed, half by the stream alone.
    is_inline = crc32(scenario.name.encode()) % 2 == 0
    return Play(Stage(frozenset(dies_at), inline=is_inline), scenario)


def outcome(play: Play) -> Outcome:
    """What must not depend on crashes: every execution that there is, and what others saw.

    Others see things at least once, so these are sets.
    """
    stage = play.stage
    with stage.undisturbed():
        roots = [each for each in stage.executions() if _is_root(stage, each)]
        return {
            "executions": sorted((_execution(stage, each) for each in roots), key=repr),
            "handed": {_plain(each) for each in play.handed},
            "requests": {_plain((each.method, each.uri, each.body)) for each in stage.http.seen},
            "events": {
                _plain((event, publication.payload))
                for event, published in stage.publisher.published.items()
                for publication in published
            },
            "records": {
                _plain((topic, record.key, record.value))
                for topic, records in stage.kafka.topics.items()
                for record in records
            },
            "notices": {
                _plain((place, notice.type, notice.detail))
                for place, notices in stage.listeners.published.items()
                for notice in notices
            },
        }


def _is_root(stage: Stage, workflow_id: str) -> bool:
    header = stage.store.read_header(workflow_id)
    return header is not None and header.parent is None


def _execution(stage: Stage, workflow_id: str) -> Outcome:
    """It and its children."""
    try:
        view = stage.view(workflow_id)
    except NotFoundError:
        return {"gone": True}
    children = [task.child_id for task in view.tasks if task.child_id]
    return {
        "name": view.definition.name,
        "status": view.header.status.value,
        "reason": _plain(view.header.reason),
        "closed": view.header.closed,
        "found": found_as(stage, workflow_id),
        "input": _plain(view.start.input),
        "variables": _plain(view.variables),
        "output": _plain(view.output),
        "tasks": sorted(map(_task, view.tasks)),
        "children": sorted((_execution(stage, each) for each in children), key=repr),
    }


def _task(task: Task) -> tuple[str, ...]:
    return (
        task.wire_ref,
        task.type,
        str(task.attempt),
        task.status.value,
        _plain(task.reason),
        _plain(task.input),
        _plain(task.output),
    )


def _plain(value: object) -> str:
    """JSON without ids and times."""
    text = json.dumps(value, sort_keys=True, default=repr)
    return _TIME.sub("TIME", _ID.sub("ID", text))
