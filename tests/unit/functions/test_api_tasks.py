"""Tasks through the API: poll, update, logs, queues (rest-api.md 5)."""

from __future__ import annotations

import pytest

from podium.domain.json import JsonMap
from tests.support.api import Api
from tests.support.cluster import Cluster

DEFINITION: JsonMap = {
    "name": "order",
    "tasks": [
        {"name": "charge", "taskReferenceName": "charge_ref"},
        {"name": "charge", "taskReferenceName": "again_ref"},
    ],
}


@pytest.fixture
def cluster():
    cluster = Cluster(inline=True)
    cluster.register(DEFINITION)
    return cluster


@pytest.fixture
def api(cluster):
    return Api(cluster.engine)


@pytest.fixture
def workflow_id(api):
    return api.post("/api/workflow/order", {}).text


def a_result(task, status="COMPLETED", **fields):
    return {
        "workflowInstanceId": task["workflowInstanceId"],
        "taskId": task["taskId"],
        "status": status,
        **fields,
    }


# --- poll ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("poll", [False, True], ids=["api function", "poll function"])
def test_a_poll_hands_out_one_task(api, workflow_id, poll):
    answer = api.call("GET", "/api/tasks/poll/charge", query="workerid=w-1", poll=poll)
    assert (answer.status, answer.content_type) == (200, "application/json")
    task = answer.json
    assert task["status"] == "IN_PROGRESS"
    assert task["workerId"] == "w-1"
    assert task["pollCount"] == 1
    assert task["workflowInstanceId"] == workflow_id
    assert task["workflowType"] == "order"
    assert task["referenceTaskName"] == "charge_ref"
    assert task["workflowTask"]["taskReferenceName"] == "charge_ref"
    again = api.call("GET", "/api/tasks/poll/charge", query="workerid=w-1", poll=poll)
    assert (again.status, again.text) == (204, "")


@pytest.mark.parametrize("poll", [False, True], ids=["api function", "poll function"])
def test_a_batch_poll_hands_out_what_there_is(api, poll):
    ids = {api.post("/api/workflow/order", {}).text for _ in range(3)}
    query = "workerid=w&count=2&timeout=100"
    first = api.call("GET", "/api/tasks/poll/batch/charge", query=query, poll=poll).json
    second = api.call("GET", "/api/tasks/poll/batch/charge", query=query, poll=poll).json
    assert (len(first), len(second)) == (2, 1)
    assert {task["workflowInstanceId"] for task in first + second} == ids
    third = api.call("GET", "/api/tasks/poll/batch/charge", query=query, poll=poll)
    assert (third.status, third.json) == (200, [])


@pytest.mark.parametrize("poll", [False, True], ids=["api function", "poll function"])
def test_a_negative_wait_is_none(api, poll):
    answer = api.call("GET", "/api/tasks/poll/batch/charge", query="timeout=-12437", poll=poll)
    assert (answer.status, answer.json) == (200, [])


@pytest.mark.parametrize("poll", [False, True], ids=["api function", "poll function"])
@pytest.mark.parametrize(
    ("path", "query", "named"),
    [
        ("/api/tasks/poll/batch/charge", "timeout=5001", "5 seconds"),
        ("/api/tasks/poll/batch/charge", "timeout=soon", "timeout"),
        ("/api/tasks/poll/batch/charge", "count=0", "count"),
        ("/api/tasks/poll/batch/charge", "count=many", "count"),
    ],
)
def test_a_bad_poll_is_400_and_says_why(api, path, query, named, poll):
    answer = api.call("GET", path, query=query, poll=poll)
    assert answer.status == answer.json["status"] == 400
    assert named in answer.json["message"]


@pytest.mark.parametrize("poll", [False, True], ids=["api function", "poll function"])
def test_an_unknown_type_and_a_domain_without_tasks_have_nothing(api, workflow_id, poll):
    assert api.call("GET", "/api/tasks/poll/unknown", poll=poll).status == 204
    assert api.call("GET", "/api/tasks/poll/charge", query="domain=eu", poll=poll).status == 204


@pytest.mark.parametrize(
    "path", ["/api/tasks/poll/", "/api/tasks/poll/a/b", "/api/tasks/poll/batch/"]
)
def test_the_poll_function_knows_two_paths(api, path):
    answer = api.call("GET", path, poll=True)
    assert answer.status == answer.json["status"] == 404
    assert path in answer.json["message"]


# --- update -------------------------------------------------------------------------------------


def test_a_result_ends_its_task_and_answers_the_bare_id(api, workflow_id):
    task = api.get("/api/tasks/poll/charge").json
    answer = api.post("/api/tasks", a_result(task, outputData={"a": None}))
    assert (answer.status, answer.content_type, answer.text) == (200, "text/plain", task["taskId"])
    found = api.get(f"/api/tasks/{task['taskId']}").json
    assert (found["status"], found["outputData"]) == ("COMPLETED", {"a": None})
    assert found["executed"] is True


def test_a_result_for_an_ended_task_is_accepted_and_ignored(api, workflow_id):
    task = api.get("/api/tasks/poll/charge").json
    api.post("/api/tasks", a_result(task, outputData={"first": 1}))
    answer = api.post("/api/tasks", a_result(task, "FAILED", outputData={"second": 2}))
    assert (answer.status, answer.text) == (200, task["taskId"])
    found = api.get(f"/api/tasks/{task['taskId']}").json
    assert (found["status"], found["outputData"]) == ("COMPLETED", {"first": 1})


def test_an_update_v2_answers_the_next_task_of_the_kind(api, workflow_id):
    task = api.get("/api/tasks/poll/charge", workerid="w-1").json
    following = api.post("/api/tasks/update-v2", a_result(task, workerId="w-1"))
    assert following.status == 200
    assert following.json["referenceTaskName"] == "again_ref"
    assert following.json["workerId"] == "w-1"
    last = api.post("/api/tasks/update-v2", a_result(following.json))
    assert (last.status, last.text) == (204, "")


def test_an_update_v2_that_ends_nothing_polls_nothing(api, workflow_id):
    other = api.post("/api/workflow/order", {}).text
    task = api.get("/api/tasks/poll/charge").json
    beat = a_result(task, "IN_PROGRESS", extendLease=True)
    assert api.post("/api/tasks/update-v2", beat).status == 204
    going_on = a_result(task, "IN_PROGRESS", callbackAfterSeconds=60)
    assert api.post("/api/tasks/update-v2", going_on).status == 204
    assert api.get("/api/tasks/queue/size", taskType="charge").json == 1
    assert other


def test_a_lease_is_extended_and_nothing_else(api, cluster, workflow_id):
    task = api.get("/api/tasks/poll/charge").json
    cluster.clock.advance(1000)
    beat = a_result(task, "IN_PROGRESS", extendLease=True, outputData={"a": 1}, logs=[{"log": "x"}])
    assert api.post("/api/tasks", beat).text == task["taskId"]
    found = api.get(f"/api/tasks/{task['taskId']}").json
    assert (found["status"], found["outputData"]) == ("IN_PROGRESS", {})
    assert found["updateTime"] == task["updateTime"] + 1000
    assert api.get(f"/api/tasks/{task['taskId']}/log").status == 204


@pytest.mark.parametrize("path", ["/api/tasks", "/api/tasks/update-v2"])
@pytest.mark.parametrize(
    ("raw", "status"),
    [
        ("", 400),
        ("[]", 400),
        ("{}", 400),
        ('{"taskId": "t", "status": "COMPLETED"}', 400),
        ('{"workflowInstanceId": "w", "status": "COMPLETED"}', 400),
        ('{"workflowInstanceId": "w", "taskId": "w.1.r"}', 400),
        ('{"workflowInstanceId": "w", "taskId": "w.1.r", "status": null}', 400),
        ('{"workflowInstanceId": "w", "taskId": "w.1.r", "status": "SKIPPED"}', 400),
        ('{"workflowInstanceId": "w", "taskId": "w.1.r", "status": "DONE"}', 400),
        (
            '{"workflowInstanceId": "w", "taskId": "w.1.r", "status": "COMPLETED", "outputData": 1}',
            400,
        ),
        ('{"workflowInstanceId": "w", "taskId": "w.1.r", "status": "COMPLETED"}', 404),
        ('{"workflowInstanceId": "w", "taskId": "not ours", "status": "COMPLETED"}', 404),
        ('{"workflowInstanceId": "w", "taskId": "w.1.r", "status": "IN_PROGRESS"}', 404),
        ('{"workflowInstanceId": "w", "taskId": "w.1.r", "extendLease": true}', 404),
    ],
)
def test_a_bad_result_is_refused_with_a_reason(api, path, raw, status):
    answer = api.call("POST", path, raw=raw)
    assert answer.status == answer.json["status"] == status
    assert answer.json["message"]


# --- update by reference ------------------------------------------------------------------------


def test_an_open_task_is_reported_by_its_reference_name(api, workflow_id):
    path = f"/api/tasks/{workflow_id}/charge_ref/COMPLETED"
    answer = api.post(path, {"a": 1}, workerid="ui")
    assert (answer.status, answer.content_type) == (200, "text/plain")
    found = api.get(f"/api/tasks/{answer.text}").json
    assert (found["status"], found["outputData"], found["workerId"]) == (
        "COMPLETED",
        {"a": 1},
        "ui",
    )
    again = api.post(path, {})
    assert (again.status, again.text) == (200, "")


def test_a_synchronous_report_answers_the_execution(api, workflow_id):
    found = api.post(f"/api/tasks/{workflow_id}/charge_ref/COMPLETED/sync", {"a": 1}).json
    assert found["workflowId"] == workflow_id
    assert [task["status"] for task in found["tasks"]] == ["COMPLETED", "SCHEDULED"]
    missing = api.post(f"/api/tasks/{workflow_id}/charge_ref/COMPLETED/sync", {})
    assert missing.status == 404
    assert "charge_ref" in missing.json["message"]


@pytest.mark.parametrize("suffix", ["", "/sync"])
def test_a_bad_report_by_reference_is_refused(api, workflow_id, suffix):
    done = api.post(f"/api/tasks/{workflow_id}/charge_ref/done{suffix}", {})
    assert done.status == 400
    assert "status" in done.json["message"]
    assert api.post(f"/api/tasks/{workflow_id}/charge_ref/COMPLETED{suffix}", []).status == 400
    assert api.post(f"/api/tasks/{workflow_id}/charge_ref/COMPLETED{suffix}").status == 400
    unknown = api.post(f"/api/tasks/nope/charge_ref/COMPLETED{suffix}", {})
    assert unknown.status == 404
    assert "nope" in unknown.json["message"]


# --- logs ---------------------------------------------------------------------------------------


def test_the_whole_body_is_a_line_of_the_log_whatever_it_looks_like(api, cluster, workflow_id):
    path = f"/api/tasks/{workflow_id}.1.charge_ref/log"
    assert (api.get(path).status, api.get(path).text) == (204, "")
    for raw in ("plain", '"quoted"', '{"a": 1}', "größe"):
        answer = api.call("POST", path, raw=raw)
        assert (answer.status, answer.text) == (200, "")
        cluster.clock.advance(1)
    lines = api.get(path).json
    assert [line["log"] for line in lines] == ["plain", '"quoted"', '{"a": 1}', "größe"]
    assert {line["taskId"] for line in lines} == {f"{workflow_id}.1.charge_ref"}
    assert lines[0]["createdTime"] < lines[3]["createdTime"]


def test_a_line_may_be_logged_for_a_task_nobody_knows_but_not_be_empty(api):
    assert api.call("POST", "/api/tasks/unknown/log", raw="x").status == 200
    assert api.call("POST", "/api/tasks/unknown/log", raw="").status == 400


# --- tasks and queues ---------------------------------------------------------------------------


@pytest.mark.parametrize("task_id", ["nope", "w.1.r", "1016770b-8dea-5765-aaf5-7dc9bf44c7fc"])
def test_an_unknown_task_is_404_and_named(api, task_id):
    answer = api.get(f"/api/tasks/{task_id}")
    assert answer.status == 404
    assert task_id in answer.json["message"]


def test_a_task_of_another_number_is_not_found(api, workflow_id):
    assert api.get(f"/api/tasks/{workflow_id}.9.charge_ref").status == 404


def test_queue_sizes_count_what_waits(api, workflow_id):
    api.post("/api/workflow/order", {})
    assert api.get("/api/tasks/queue/size", taskType="charge").json == 2
    assert api.get("/api/tasks/queue/size", taskType="charge", domain="eu").json == 0
    assert api.get("/api/tasks/queue/size", taskType="unknown").json == 0
    sizes = {"charge": 2, "unknown": 0}
    assert api.get("/api/tasks/queue/sizes", taskType="charge,unknown").json == sizes
    assert api.get("/api/tasks/queue/sizes", taskType=["charge", "unknown"]).json == sizes
    assert api.get("/api/tasks/queue/all").json == {"charge": 2}


@pytest.mark.parametrize("path", ["/api/tasks/queue/size", "/api/tasks/queue/sizes"])
def test_a_queue_size_needs_a_task_type(api, path):
    answer = api.get(path)
    assert answer.status == 400
    assert "taskType" in answer.json["message"]
