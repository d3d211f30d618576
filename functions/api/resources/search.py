"""Searches and lists of executions and tasks (rest-api.md 3.4, 3.6, 5, 11)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from functions.api.answers import Headed
from podium.domain.ids import TaskKey
from podium.domain.search import (
    MAX_SIZE,
    TASK_FIELDS,
    WORKFLOW_FIELDS,
    SearchParameters,
    Span,
)
from podium.domain.search.cutting import cut_texts
from podium.domain.wire import (
    search_result_json,
    task_row_json,
    view_tasks_json,
    workflow_json,
    workflow_row_json,
)
from podium.errors import InvalidInputError, NotFoundError, PayloadTooLargeError
from podium.services.fitting import LARGEST_ANSWER, Room

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from podium.bootstrap import Engine
    from podium.domain.json import Json
    from podium.domain.search import SearchRequest, TaskRow, WorkflowRow
    from podium.http_event import Request
    from podium.services.searching import Found

#: Says that a search stopped before it had looked at everything: totals are lower bounds then.
TRUNCATED = "X-Podium-Search-Truncated"
#: Bytes that inputs and outputs take in a page of summaries; the rest of 5,000 of them is less than half.
_ROOM = LARGEST_ANSWER // 3
#: The version that the peer takes when a list of running executions names none.
_FIRST_VERSION = 1


def workflows(request: Request, engine: Engine) -> Headed:
    """Executions: summaries."""
    found = engine.searching().search(_of_workflows(request, "searchWorkflows"))
    return _result(found, map(workflow_row_json, cut_texts(found.rows, _ROOM)))


def workflows_v2(request: Request, engine: Engine) -> Headed:
    """Executions: full models without tasks."""
    found = engine.searching().search(_of_workflows(request, "searchWorkflowsV2"))
    return _result(found, _whole(found.rows, engine))


def workflows_by_tasks(request: Request, engine: Engine) -> Headed:
    """Executions by their tasks: summaries."""
    found = engine.searching_tasks().owners(_of_tasks(request))
    return _result(found, map(workflow_row_json, cut_texts(found.rows, _ROOM)))


def workflows_by_tasks_v2(request: Request, engine: Engine) -> Headed:
    """Executions by their tasks: full models without tasks."""
    found = engine.searching_tasks().owners(_of_tasks(request))
    return _result(found, _whole(found.rows, engine))


def tasks(request: Request, engine: Engine) -> Headed:
    """Tasks: summaries."""
    found = engine.searching_tasks().search(_of_tasks(request))
    return _result(found, map(task_row_json, cut_texts(found.rows, _ROOM)))


def tasks_v2(request: Request, engine: Engine) -> Headed:
    """Tasks: full models."""
    found = engine.searching_tasks().search(_of_tasks(request))
    return _result(found, _whole_tasks(found.rows, engine))


def running(request: Request, engine: Engine) -> Headed:
    """Ids of executions of one version that run, or, with both times, that started between them."""
    name = request.path("name")
    version = request.number("version", _FIRST_VERSION)
    first, last = request.milliseconds("startTime"), request.milliseconds("endTime")
    if first and last:
        ids, is_cut_short = engine.listing.started(name, version, Span(first, last))
    else:
        ids, is_cut_short = engine.listing.running(name, version)
    return Headed(ids, _headers(is_cut_short=is_cut_short))


def correlated(request: Request, engine: Engine) -> Json:
    """Executions of one name with one correlation id."""
    wanted = request.path("correlationId")
    return _correlated(request, engine, [request.path("name")], [wanted])[wanted]


def correlated_by_ids(request: Request, engine: Engine) -> Json:
    """Executions of one name by correlation ids, each of which is answered."""
    return dict(_correlated(request, engine, [request.path("name")], request.body_texts()))


def correlated_batch(request: Request, engine: Engine) -> Json:
    """Executions of several names by correlation ids."""
    body = request.body_object()
    names, ids = _texts(body, "workflowNames"), _texts(body, "correlationIds")
    return dict(_correlated(request, engine, names, ids))


def _of_workflows(request: Request, call: str) -> SearchRequest:
    """``call``: the peer's name for it, which its refusal of a large page has in it."""
    wanted = SearchParameters(
        **_common(request),
        classifier=request.texts("classifier"),
        top_level_only=request.flag("topLevelOnly", default=False),
    )
    return wanted.read(WORKFLOW_FIELDS, MAX_SIZE, call)


def _of_tasks(request: Request) -> SearchRequest:
    return SearchParameters(**_common(request)).read(TASK_FIELDS)


def _common(request: Request) -> dict[str, Any]:
    return {
        "start": request.number("start", 0),
        "size": request.number("size", 100),
        "sort": request.texts("sort"),
        "free_text": request.text("freeText") or "*",
        "query": request.text("query") or "",
    }


def _result(found: Found[Any], results: Iterable[Json]) -> Headed:
    body = search_result_json(found.total, list(results))
    return Headed(body, _headers(is_cut_short=found.is_cut_short))


def _headers(*, is_cut_short: bool) -> dict[str, str]:
    return {TRUNCATED: "true"} if is_cut_short else {}


def _whole(rows: Sequence[WorkflowRow], engine: Engine) -> Iterator[Json]:
    """The executions themselves; one that is gone by now is left out."""
    views = engine.outlining.views([row.workflow_id for row in rows])
    now = engine.ports.clock.now()
    for view in views.values():
        yield workflow_json(view, include_tasks=False, now=now)


def _whole_tasks(rows: Sequence[TaskRow], engine: Engine) -> Iterator[Json]:
    """The tasks themselves, in order; each of their executions is read once."""
    found: dict[str, Json] = {}
    for workflow_id in dict.fromkeys(row.workflow_id for row in rows):
        ids = {row.task_id for row in rows if row.workflow_id == workflow_id}
        found |= _models(workflow_id, ids, engine)
    for row in rows:
        if row.task_id in found:
            yield found[row.task_id]


def _models(workflow_id: str, task_ids: set[str], engine: Engine) -> dict[str, Json]:
    try:
        view = engine.reads.view(workflow_id)
    except NotFoundError:
        return {}
    wanted = [
        task for task in view.tasks if TaskKey(workflow_id, task.ref, task.seq).task_id in task_ids
    ]
    shown = view_tasks_json(view, wanted, now=engine.ports.clock.now())
    return {str(each["taskId"]): each for each in shown}


def _correlated(
    request: Request, engine: Engine, names: Sequence[str], correlation_ids: Sequence[str]
) -> dict[str, Json]:
    """Executions by correlation id: each id is there, perhaps with none."""
    include_tasks = request.flag("includeTasks", default=False)
    found: dict[str, list[Json]] = {each: [] for each in correlation_ids}
    now = engine.ports.clock.now()
    room = Room(engine.fitting)
    views = engine.listing.correlated(
        names,
        correlation_ids,
        include_closed=request.flag("includeClosed", default=False),
        include_tasks=include_tasks,
    )
    for correlation_id, view in views:
        shown = workflow_json(view, include_tasks=include_tasks, now=now)
        found[correlation_id].append(_taken(room, shown))
    return dict(found)


def _taken(room: Room, entry: Json) -> Json:
    if room.take(entry):
        return entry
    raise PayloadTooLargeError(
        "What was found does not fit into one answer, even without its payloads. "
        "Ask for fewer correlation ids at once, or without tasks (includeTasks=false)"
    )


def _texts(body: Mapping[str, Any], name: str) -> list[str]:
    values = body.get(name)
    if not isinstance(values, list) or not all(isinstance(each, str) for each in values):
        raise InvalidInputError(f"{name}: expected an array of strings")
    return values
