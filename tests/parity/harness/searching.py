"""The verb ``search``, and what other verbs have to know of an index: it follows a moment later."""

from __future__ import annotations

import re
from typing import Any

from tests.parity.harness.client import Answer
from tests.parity.harness.run import Run, StuckError
from tests.parity.harness.scenario import ANY, Json, Step

#: Routes by the word after ``for:``.
PATHS = {
    "workflows": "/workflow/search",
    "workflows-v2": "/workflow/search-v2",
    "workflows-by-tasks": "/workflow/search-by-tasks",
    "workflows-by-tasks-v2": "/workflow/search-by-tasks-v2",
    "tasks": "/tasks/search",
    "tasks-v2": "/tasks/search-v2",
}
#: What hits are put in order by: nothing that a server draws.
_TOLD_APART_BY = ("correlationId", "workflowType", "taskDefName", "status")
#: Requests that an index answers.
_BY_INDEX = re.compile(r"/(?:workflow|tasks)/search|/workflow/running/|/workflow/.+/correlated")
#: Seconds that an index is given to show what is.
_FOLLOWS = 5.0
#: What is written down of a hit, unless the step says ``show:``.
SHOWN = ("workflowId", "status")


def await_index(run: Run, path: str) -> None:
    """Before a request that an index answers: until it shows the run's executions as they are.

    Goes on when the time is up, and the answer tells.
    """
    if not _BY_INDEX.match(path):
        return

    def shows(workflow_id: str) -> bool:
        query = {"query": f'workflowId="{workflow_id}"'}
        answer = run.client.call("GET", PATHS["workflows"], query=query)
        shown = [hit["status"] for hit in answer.body["results"]] if answer.is_good else []
        execution = run.look(workflow_id)
        return shown == ([execution["status"]] if execution else [])

    try:
        run.until(lambda: all(map(shows, run.executions.values())), _FOLLOWS, "the index follows")
    except StuckError:
        return


def search(run: Run, step: Step, argument: Json) -> Answer:
    """Until ``expect`` are found; without it, once. Hits have no order where none is asked for."""
    given = dict(argument)
    path = PATHS[given.pop("for", "workflows")]
    expect, show = given.pop("expect", None), given.pop("show", SHOWN)
    query = {key: _text(value) for key, value in given.items()}
    seen: list[Answer] = []

    def look() -> bool:
        seen[:] = [run.client.call("GET", path, query=query)]
        body = seen[0].body
        return expect is None or (isinstance(body, dict) and body.get("totalHits") == expect)

    try:
        run.until(look, step.within, f"{expect} hits")
    except StuckError:
        if step.status != ANY:
            raise
    answer = seen[0]
    if not answer.is_good or not isinstance(answer.body, dict):
        return answer
    hits = answer.body["results"]
    if "sort" not in given:
        hits.sort(key=lambda hit: [str(hit.get(key)) for key in _TOLD_APART_BY])
    shown = [_shown(hit, show) for hit in hits]
    return Answer(answer.status, {"totalHits": answer.body["totalHits"], "results": shown})


def _shown(hit: Json, show: Any) -> Json:
    return hit if show == "all" else {key: hit.get(key) for key in show}


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
