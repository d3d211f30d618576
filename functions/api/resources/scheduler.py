"""Schedules (rest-api.md 9)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from podium.domain.schedules.definition import Tag, WorkflowSchedule, schedule_json
from podium.domain.schedules.timetable import few_moments
from podium.domain.wire import bulk_json, search_result_json
from podium.errors import InvalidInputError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from podium.bootstrap import Engine
    from podium.domain.json import Json
    from podium.domain.schedules.state import ScheduleState
    from podium.http_event import Request

#: ``nextFewSchedules`` answers no more.
_FEW = 5
#: ``admin/requeue`` names no more.
_SAMPLE = 10


def save(request: Request, engine: Engine) -> Json:
    """Create or replace."""
    wanted = WorkflowSchedule.from_json(request.body_object())
    return _json(engine.scheduling().schedules.save(wanted))


def list_all(request: Request, engine: Engine) -> Json:
    """Every schedule, or those of one workflow."""
    return [_json(each) for each in engine.scheduling().finding.all(request.text("workflowName"))]


def search(request: Request, engine: Engine) -> Json:
    """A page of schedules."""
    paused = request.text("paused")
    found = engine.scheduling().finding.search(
        workflow_name=request.text("workflowName"),
        schedule_name=request.text("scheduleName"),
        paused=None if paused is None else request.flag("paused", default=False),
        free_text=request.text("freeText") or "*",
        start=request.number("start", 0),
        size=request.number("size", 100),
        sort=request.texts("sort"),
    )
    return search_result_json(found.total, [_json(each) for each in found.states])


def get(request: Request, engine: Engine) -> Json:
    """One schedule."""
    return _json(engine.scheduling().schedules.get(request.path("name")))


def delete(request: Request, engine: Engine) -> None:
    """Forget one, if there is one."""
    engine.scheduling().schedules.delete(request.path("name"))


def pause(request: Request, engine: Engine) -> None:
    """Hold one."""
    engine.scheduling().schedules.pause(request.path("name"), request.text("reason"))


def resume(request: Request, engine: Engine) -> None:
    """Let one go on."""
    engine.scheduling().schedules.resume(request.path("name"))


def next_few(request: Request, engine: Engine) -> Json:
    """The next moments of an expression, in UTC."""
    return few_moments(
        request.required_text("cronExpression"),
        engine.ports.clock.now(),
        start=request.milliseconds("scheduleStartTime") or None,
        end=request.milliseconds("scheduleEndTime") or None,
        limit=min(_FEW, request.number("limit", _FEW)),
    )


def search_executions(request: Request, engine: Engine) -> Json:
    """A page of what schedules have started."""
    found = engine.scheduling().finding.executions(
        request.text("query") or "",
        request.text("freeText") or "*",
        request.number("start", 0),
        request.number("size", 100),
        request.texts("sort"),
    )
    return search_result_json(found.total, [record.to_json() for record in found.records])


def stop(request: Request, engine: Engine) -> Json:
    """Nothing fires any more."""
    engine.scheduling().firing.stop()
    return {"status": "done"}


def go_on(request: Request, engine: Engine) -> Json:
    """Fire again."""
    engine.scheduling().firing.go_on()
    return {"status": "done"}


def requeue(request: Request, engine: Engine) -> Json:
    """Arm all of them anew."""
    names = engine.scheduling().firing.requeue()
    return {"recordIds.size": len(names), "sampleIds": names[:_SAMPLE]}


def pause_all(request: Request, engine: Engine) -> Json:
    """Hold each that is named."""
    results, errors = engine.scheduling().schedules.pause_all(request.body_texts())
    return bulk_json(list(results), errors)


def resume_all(request: Request, engine: Engine) -> Json:
    """Let each that is named go on."""
    results, errors = engine.scheduling().schedules.resume_all(request.body_texts())
    return bulk_json(list(results), errors)


def tags(request: Request, engine: Engine) -> Json:
    """The tags of one."""
    state = engine.scheduling().schedules.get(request.path("name"))
    return [tag.to_json() for tag in state.schedule.tags]


def tag(request: Request, engine: Engine) -> None:
    """These tags instead of those that are there."""
    engine.scheduling().schedules.tag(request.path("name"), _tags(request))


def untag(request: Request, engine: Engine) -> None:
    """Take tags off one."""
    engine.scheduling().schedules.untag(request.path("name"), _tags(request))


def _json(state: ScheduleState) -> Json:
    return schedule_json(state.schedule, state.next)


def _tags(request: Request) -> Sequence[Tag]:
    found = [Tag.from_json(each) for each in request.body_objects()]
    for index, each in enumerate(found):
        if not (each.key or "").strip():
            raise InvalidInputError(f"body[{index}].key: a tag needs a key")
    return found
