"""Executions through the API: start, read, operate (rest-api.md 3)."""

from __future__ import annotations

import json

import pytest

from podium.domain.json import JsonMap
from tests.support.api import Api
from tests.support.cluster import Cluster

TASKS: list[JsonMap] = [
    {
        "name": "charge",
        "taskReferenceName": "charge_ref",
        "inputParameters": {"o": "${workflow.input.o}"},
    },
    {"name": "ship", "taskReferenceName": "ship_ref"},
]
DEFINITION: JsonMap = {"name": "order", "version": 2, "tasks": TASKS, "variables": {"v": 1}}


@pytest.fixture
def cluster():
    cluster = Cluster(inline=True)
    cluster.register(DEFINITION)
    return cluster


@pytest.fixture
def api(cluster):
    return Api(cluster.engine)


# --- start --------------------------------------------------------------------------------------


def test_a_start_by_request_answers_the_bare_id(api):
    body = {"name": "order", "input": {"o": 7}, "correlationId": "c", "priority": 3}
    answer = api.post("/api/workflow", body | {"idempotencyStrategy": "FAIL"})
    assert (answer.status, answer.content_type) == (200, "text/plain")
    found = api.get(f"/api/workflow/{answer.text}").json
    assert found["workflowId"] == answer.text
    assert found["workflowName"] == "order"
    assert found["workflowVersion"] == 2
    assert found["input"] == {"o": 7}
    assert found["correlationId"] == "c"
    assert found["priority"] == 3
    assert found["tasks"][0]["inputData"] == {"o": 7}


def test_a_start_by_name_takes_the_body_as_the_input(api):
    answer = api.post("/api/workflow/order", {"o": None}, version=2, correlationId="c", priority=9)
    found = api.get(f"/api/workflow/{answer.text}").json
    assert found["input"] == {"o": None}
    assert found["correlationId"] == "c"
    assert found["priority"] == 9


def test_a_start_may_carry_its_definition(api):
    inline = {"name": "mine", "version": 5, "tasks": TASKS}
    body = {"name": "ignored", "version": 1, "workflowDef": inline, "input": {}}
    found = api.get(f"/api/workflow/{api.post('/api/workflow', body).text}").json
    assert (found["workflowName"], found["workflowVersion"]) == ("mine", 5)
    assert api.get("/api/metadata/workflow/mine").status == 404


@pytest.mark.parametrize(
    ("path", "body", "query"),
    [
        ("/api/workflow", {"name": "unknown", "input": {}}, ""),
        ("/api/workflow", {"name": "order", "version": 9, "input": {}}, ""),
        ("/api/workflow/unknown", {}, ""),
        ("/api/workflow/order", {}, "version=9"),
    ],
)
def test_an_unknown_definition_is_404_and_named(api, path, body, query):
    answer = api.call("POST", path, body, query)
    assert answer.status == 404
    assert ("unknown" in answer.json["message"]) or ("order" in answer.json["message"])


@pytest.mark.parametrize(
    ("path", "raw", "query"),
    [
        ("/api/workflow", None, ""),
        ("/api/workflow", "{", ""),
        ("/api/workflow", "[]", ""),
        ("/api/workflow", "{}", ""),
        ("/api/workflow", '{"name": ""}', ""),
        ("/api/workflow", '{"name": "order", "input": null}', ""),
        ("/api/workflow", '{"name": "order", "input": []}', ""),
        ("/api/workflow", '{"name": "order", "version": "x"}', ""),
        ("/api/workflow", '{"name": "order", "priority": 100}', ""),
        ("/api/workflow", '{"name": "order", "idempotencyStrategy": "NEVER"}', ""),
        ("/api/workflow", '{"name": "a", "workflowDef": {"name": "a", "tasks": []}}', ""),
        ("/api/workflow/order", None, ""),
        ("/api/workflow/order", "[]", ""),
        ("/api/workflow/order", "{}", "priority=100"),
        ("/api/workflow/order", "{}", "priority=-1"),
        ("/api/workflow/order", "{}", "priority=high"),
        ("/api/workflow/order", "{}", "version=latest"),
    ],
)
def test_a_malformed_start_is_400_and_starts_nothing(api, cluster, path, raw, query):
    answer = api.call("POST", path, query=query, raw=raw)
    assert answer.status == answer.json["status"] == 400
    assert answer.json["message"]
    assert cluster.store.items() == []


def test_a_violated_constraint_names_its_path(api):
    answer = api.post("/api/workflow/order", {}, priority=100)
    assert answer.json["validationErrors"][0]["path"].startswith("startWorkflow")
    answer = api.post("/api/workflow", {})
    assert answer.json["validationErrors"][0]["path"] == "startWorkflow.arg0.name"


# --- read ---------------------------------------------------------------------------------------


def start(api):
    return api.post("/api/workflow/order", {"o": 1}).text


def test_an_execution_is_read_with_or_without_its_tasks(api):
    workflow_id = start(api)
    assert len(api.get(f"/api/workflow/{workflow_id}").json["tasks"]) == 1
    without = api.get(f"/api/workflow/{workflow_id}", includeTasks="False", summarize="true").json
    assert without["tasks"] == []
    assert without["variables"] == {"v": 1}
    assert without["input"] == {"o": 1}


def test_an_ended_execution_reads_the_same_with_and_without_tasks(api, cluster):
    workflow_id = start(api)
    cluster.complete("charge")
    cluster.complete("ship", {"done": True})
    cluster.settle()
    full = api.get(f"/api/workflow/{workflow_id}").json
    assert full["status"] == "COMPLETED"
    assert full["output"] == {"done": True}
    assert [task["executed"] for task in full["tasks"]] == [True, True]
    without = api.get(f"/api/workflow/{workflow_id}", includeTasks="false").json
    assert without == full | {"tasks": []}


def test_the_status_shows_what_is_asked_for(api):
    workflow_id = start(api)
    assert api.get(f"/api/workflow/{workflow_id}/status").json == {
        "workflowId": workflow_id,
        "status": "RUNNING",
    }
    shown = api.get(
        f"/api/workflow/{workflow_id}/status", includeOutput="true", includeVariables="True"
    )
    assert shown.json == {
        "workflowId": workflow_id,
        "status": "RUNNING",
        "output": {},
        "variables": {"v": 1},
    }


def test_tasks_are_paged_and_filtered(api, cluster):
    workflow_id = start(api)
    cluster.complete("charge")
    cluster.settle()
    path = f"/api/workflow/{workflow_id}/tasks"
    everything = api.get(path).json
    assert everything["totalHits"] == 2
    assert [task["seq"] for task in everything["results"]] == [1, 2]
    second = api.get(path, start=1, count=5).json
    assert second["totalHits"] == 2
    assert [task["seq"] for task in second["results"]] == [2]
    done = api.get(path, status="completed,FAILED").json
    assert (done["totalHits"], done["results"][0]["status"]) == (1, "COMPLETED")
    assert api.get(path, start=10).json == {"totalHits": 2, "results": []}
    assert api.get(path, count=0).json == {"totalHits": 2, "results": []}


@pytest.mark.parametrize("query", ["start=-1", "count=-1", "start=x", "status=DONE"])
def test_a_bad_page_is_400(api, query):
    answer = api.call("GET", f"/api/workflow/{start(api)}/tasks", query=query)
    assert answer.status == 400
    assert query.split("=")[0] in answer.json["message"]


# --- operate ------------------------------------------------------------------------------------


def test_pause_and_resume_take_a_body_that_nobody_reads(api):
    workflow_id = start(api)
    for operation, status in (("pause", "PAUSED"), ("pause", "PAUSED"), ("resume", "RUNNING")):
        answer = api.call("PUT", f"/api/workflow/{workflow_id}/{operation}", raw="{not json")
        assert (answer.status, answer.text) == (200, "")
        assert api.get(f"/api/workflow/{workflow_id}/status").json["status"] == status


def test_what_is_not_paused_cannot_be_resumed(api):
    answer = api.put(f"/api/workflow/{start(api)}/resume", {})
    assert answer.status == 409
    assert answer.json["message"]


def test_a_terminated_execution_has_the_reason_and_stays_terminated(api):
    workflow_id = start(api)
    for _ in range(2):
        answer = api.delete(f"/api/workflow/{workflow_id}", reason="käse+1")
        assert (answer.status, answer.text) == (200, "")
    found = api.get(f"/api/workflow/{workflow_id}").json
    assert (found["status"], found["reasonForIncompletion"]) == ("TERMINATED", "käse+1")
    assert [task["status"] for task in found["tasks"]] == ["CANCELED"]
    assert api.put(f"/api/workflow/{workflow_id}/pause").status == 409


def test_a_decision_can_be_asked_for(api):
    answer = api.put(f"/api/workflow/decide/{start(api)}")
    assert (answer.status, answer.text) == (200, "")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/api/workflow/nope"),
        ("GET", "/api/workflow/nope/status"),
        ("GET", "/api/workflow/nope/tasks"),
        ("PUT", "/api/workflow/nope/pause"),
        ("PUT", "/api/workflow/nope/resume"),
        ("PUT", "/api/workflow/decide/nope"),
        ("DELETE", "/api/workflow/nope"),
    ],
)
def test_an_unknown_execution_is_404_and_named(api, method, path):
    answer = api.call(method, path)
    assert answer.status == answer.json["status"] == 404
    assert "nope" in answer.json["message"]


def test_a_bad_flag_is_400_and_named(api):
    answer = api.get(f"/api/workflow/{start(api)}", includeTasks="perhaps")
    assert answer.status == 400
    assert "includeTasks" in answer.json["message"]


def test_text_is_answered_as_it_is(api):
    workflow_id = api.post("/api/workflow/order", {"o": "größe 🙂"}).text
    text = api.get(f"/api/workflow/{workflow_id}").text
    assert "größe 🙂" in text
    assert json.loads(text)["input"] == {"o": "größe 🙂"}


# --- variables ----------------------------------------------------------------------------------


def test_variables_are_changed_and_the_execution_answers(api):
    wf = api.post("/api/workflow/order", {}).text
    answer = api.post(f"/api/workflow/{wf}/variables", {"w": [None, 2]})
    assert answer.status == 200
    assert answer.json["variables"] == {"v": 1, "w": [None, 2]}
    assert answer.json["workflowId"] == wf
    assert len(answer.json["tasks"]) == 1
    found = api.get(f"/api/workflow/{wf}/status", includeVariables="true").json
    assert found["variables"] == {"v": 1, "w": [None, 2]}


@pytest.mark.parametrize("body", [None, [], "text", 3, [{"v": 1}]])
def test_variables_have_to_be_a_map(api, body):
    wf = api.post("/api/workflow/order", {}).text
    assert api.post(f"/api/workflow/{wf}/variables", body).status == 400
    assert api.get(f"/api/workflow/{wf}").json["variables"] == {"v": 1}


def test_variables_of_what_is_not_there_or_over_are_refused_by_id(api):
    answer = api.post("/api/workflow/nobody/variables", {"v": 1})
    assert (answer.status, "nobody" in answer.json["message"]) == (404, True)
    wf = api.post("/api/workflow/order", {}).text
    api.delete(f"/api/workflow/{wf}")
    answer = api.post(f"/api/workflow/{wf}/variables", {"v": 2})
    assert answer.status == 409
    assert f"{wf} is TERMINATED" in answer.json["message"]


def test_variables_beyond_the_limit_are_refused(api):
    wf = api.post("/api/workflow/order", {}).text
    answer = api.post(f"/api/workflow/{wf}/variables", {"large": "x" * 300_000})
    assert answer.status == 413
    assert "permissible limit: 262144 bytes" in answer.json["message"]


# --- state --------------------------------------------------------------------------------------


def test_a_task_and_variables_are_updated_at_once(api):
    wf = api.post("/api/workflow/order", {}).text
    update = {
        "taskReferenceName": "charge_ref",
        "taskResult": {"status": "COMPLETED", "outputData": {"n": 1}},
        "variables": {"w": 2},
    }
    answer = api.post(f"/api/workflow/{wf}/state", update, requestId="r-1")
    assert answer.status == 200
    assert answer.json["requestId"] == "r-1"
    assert (answer.json["workflowId"], answer.json["status"]) == (wf, "RUNNING")
    assert answer.json["variables"] == {"v": 1, "w": 2}
    assert answer.json["signalTimeout"] is False
    found = {each["referenceTaskName"]: each for each in answer.json["tasks"]}
    assert (found["charge_ref"]["status"], found["charge_ref"]["outputData"]) == (
        "COMPLETED",
        {"n": 1},
    )
    assert found["ship_ref"]["status"] == "SCHEDULED"


def test_variables_alone_may_be_updated(api):
    wf = api.post("/api/workflow/order", {}).text
    answer = api.post(f"/api/workflow/{wf}/state", {"variables": {"v": 5}})
    assert answer.json["variables"] == {"v": 5}
    assert answer.json["tasks"][0]["status"] == "SCHEDULED"


def test_an_update_may_wait_for_what_follows(api):
    wf = api.post("/api/workflow/order", {}).text
    result = {"status": "COMPLETED"}
    update = {"taskReferenceName": "charge_ref", "taskResult": result}
    answer = api.post(f"/api/workflow/{wf}/state", update, waitForSeconds=2)
    assert answer.json["signalTimeout"] is True
    update = {"taskReferenceName": "ship_ref", "taskResult": result}
    answer = api.post(f"/api/workflow/{wf}/state", update, waitForSeconds=2)
    assert (answer.json["status"], answer.json["signalTimeout"]) == ("COMPLETED", False)


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ({}, "variables or taskReferenceName"),
        ({"taskResult": {"status": "COMPLETED"}}, "taskReferenceName"),
        ({"taskReferenceName": "charge_ref"}, "taskResult.status"),
        ({"taskReferenceName": "charge_ref", "taskResult": {}}, "taskResult.status"),
        ({"taskReferenceName": "charge_ref", "taskResult": {"status": "DONE"}}, "status"),
        ({"variables": 7}, "variables"),
    ],
)
def test_half_an_update_is_refused_by_name(api, body, named):
    wf = api.post("/api/workflow/order", {}).text
    answer = api.post(f"/api/workflow/{wf}/state", body)
    assert answer.status == 400
    assert named in answer.json["message"]


def test_where_the_task_is_not_there_the_variables_stay(api):
    wf = api.post("/api/workflow/order", {}).text
    update = {
        "taskReferenceName": "ship_ref",
        "taskResult": {"status": "COMPLETED"},
        "variables": {"v": 9},
    }
    answer = api.post(f"/api/workflow/{wf}/state", update)
    assert answer.status == 404
    assert "ship_ref" in answer.json["message"]
    assert api.get(f"/api/workflow/{wf}").json["variables"] == {"v": 1}
    assert api.post("/api/workflow/nobody/state", update).status == 404
