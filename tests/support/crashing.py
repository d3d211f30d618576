"""The outcome of a scenario, undisturbed or with processes that die at chosen points."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from zlib import crc32

from podium.domain.execution import Task
from podium.errors import NotFoundError
from tests.support.chaos import check_facts, found_as
from tests.support.scenarios.play import Play
from tests.support.scenarios.scenario import Scenario
from tests.support.stage import Stage

#: What may differ: ids (a task's has its place in the order of tasks), and times.
_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}(\.\d+\.)?")
_TIME = re.compile(
    r"\b1[78]\d{11}\b|20\d\d-\d\d-\d\dT[\d:.]+Z"
    r"|(?<=queueWaitTime\": )\d+|(?<=executionTime\": )\d+|(?<=timed out after )\d+(?= seconds)"
)

Outcome = dict[str, Any]


@dataclass(frozen=True)
class Run:
    """How a scenario ended."""

    outcome: Outcome
    #: Points at which a process could have died, or did.
    points: int
    #: Those at which it leaves something else behind than at the one before.
    distinct: tuple[int, ...]


def run(scenario: Scenario) -> Run:
    """Play it undisturbed."""
    play = _cast(scenario, ())
    scenario.story(play)
    return Run(outcome(play), play.stage.points, tuple(play.stage.distinct))


def differences(scenario: Scenario, expected: Run, *dies_at: int) -> list[str]:
    """Play it with processes that die at these points, of which it has to come to the first.

    What ends otherwise than ``expected``, line by line. A poll that dies holding tasks is a worker
    that dies: their leases run out, which costs an attempt and makes another story. That one has to
    come to an end, with nothing left open.
    """
    play = _cast(scenario, dies_at)
    try:
        scenario.story(play)
    except AssertionError:
        if not play.stage.has_lost_tasks:
            raise
        play.finish()
    assert play.stage.deaths
    if play.stage.has_lost_tasks:
        for each in play.started:
            if play.status(each):
                check_facts(play.stage, each, again=True)
        return []
    return list(_unlike(expected.outcome, outcome(play), ""))


def _cast(scenario: Scenario, dies_at: tuple[int, ...]) -> Play:
    # Half of the scenarios go on within the requests, as deployed, half by the stream alone.
    is_inline = crc32(scenario.name.encode()) % 2 == 0
    return Play(Stage(frozenset(dies_at), inline=is_inline), scenario)


def _unlike(expected: Any, actual: Any, place: str) -> Iterator[str]:
    if expected == actual:
        return
    if isinstance(expected, dict) and isinstance(actual, dict):
        for key in sorted(expected.keys() | actual.keys()):
            yield from _unlike(expected.get(key), actual.get(key), f"{place}/{key}")
    elif isinstance(expected, set):
        yield f"{place}: missing {expected - actual}, too much {actual - expected}"
    elif isinstance(expected, list | tuple) and len(expected) == len(actual):
        for number, (one, other) in enumerate(zip(expected, actual, strict=True)):
            yield from _unlike(one, other, f"{place}/{number}")
    else:
        yield f"{place}: {actual} instead of {expected}"


def outcome(play: Play) -> Outcome:
    """What must not depend on crashes: every execution that there is, and what others saw.

    Others see things at least once, so these are sets.
    """
    stage = play.stage
    with stage.undisturbed():
        executions = [
            _execution(stage, each) for each in stage.executions() if _is_root(stage, each)
        ]
        if play.scenario.is_started_twice:
            executions = list({repr(each): each for each in executions}.values())
        return {
            "ends": play.status(),
            "executions": sorted(executions, key=repr),
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
            "reactions": sorted(
                (done.handler, done.event, str(done.action), done.status.value)
                for handler in play.scenario.handlers
                for done in stage.event_executions.newest(handler["event"], 100)
            ),
            "fired": sorted(
                (firing.schedule_name, firing.scheduled_time, firing.state.value)
                for firing in stage.schedules.executions()
            ),
            "dead letters": sum(len(queue.dead_letters) for queue in stage.all_queues()),
            "given up": len(stage.queues["decider-failures"].messages()),
            "notices": {
                _plain((place, notice.type, notice.detail))
                for place, notices in stage.listeners.published.items()
                for notice in notices
            },
        }


def _is_root(stage: Stage, workflow_id: str) -> bool:
    header = stage.store.read_header(workflow_id)
    # One that was removed has none, and perhaps a copy in the archive.
    return header is None or header.parent is None


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
