"""Searches and lists through the front, on the whole product (rest-api.md 3.4, 3.6, 5, 11)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.stack import LocalStack, local_stack

STEP = {
    "name": "step",
    "retryCount": 0,
    "ownerEmail": "a@b.c",
    "timeoutSeconds": 0,
    "responseTimeoutSeconds": 3600,
}


def definition(name: str, *tasks: dict[str, Any], **fields: Any) -> dict[str, Any]:
    steps = tasks or ({"name": "step", "taskReferenceName": "ref", "type": "SIMPLE"},)
    return {
        "name": name,
        "version": 1,
        "schemaVersion": 2,
        "ownerEmail": "a@b.c",
        "timeoutSeconds": 0,
        "tasks": list(steps),
        **fields,
    }


CHILD = {
    "name": "order",
    "taskReferenceName": "sub",
    "type": "SUB_WORKFLOW",
    "subWorkflowParam": {"name": "order", "version": 1},
}


class Shop:
    """An installation with executions of every kind, by what became of them."""

    def __init__(self, stack: LocalStack) -> None:
        self.stack = stack
        stack.request("POST", "/api/metadata/taskdefs", [STEP])
        for each in (
            definition("order", maskedFields=["card"]),
            definition("refund"),
            definition("parent", CHILD),
        ):
            assert stack.request("POST", "/api/metadata/workflow", each).status == 200
        self.ids: dict[str, str] = {}
        self.begin("running", "order", correlationId="c1", input={"item": "Lamp", "card": "4111"})
        self.begin("paused", "order", correlationId="c1")
        self.begin("done", "order", correlationId="c2", priority=3)
        self.begin("failed", "order", correlationId="c2")
        self.begin("refund", "refund", correlationId="c1")
        self.begin("parent", "parent", correlationId="p1")
        stack.request("PUT", f"/api/workflow/{self.ids['paused']}/pause")
        self.end("done", "COMPLETED", {"paid": "yes"})
        self.end("failed", "FAILED_WITH_TERMINAL_ERROR", {"why": "no stock"})
        stack.settle()
        execution = stack.request("GET", f"/api/workflow/{self.ids['parent']}").body
        self.ids["child"] = execution["tasks"][0]["subWorkflowId"]

    def begin(self, key: str, name: str, **fields: Any) -> None:
        self.stack.advance(1)
        body = {"name": name, "input": {}, **fields}
        self.ids[key] = self.stack.request("POST", "/api/workflow", body).body
        self.stack.settle()

    def end(self, key: str, status: str, output: dict[str, Any]) -> None:
        path = f"/api/tasks/{self.ids[key]}/ref/{status}"
        assert self.stack.request("POST", path, output).status == 200

    def get(self, path: str, **query: Any) -> Any:
        answer = self.stack.request("GET", path, query=query)
        assert answer.status == 200, answer.body
        return answer.body

    def names(self, body: Any) -> list[str]:
        """What was found, by the names given above; in order."""
        by_id = {workflow: key for key, workflow in self.ids.items()}
        return [by_id[each["workflowId"]] for each in body["results"]]

    def search(self, query: str = "", **parameters: Any) -> list[str]:
        body = self.get("/api/workflow/search", query=query, **parameters)
        found = self.names(body)
        if "size" not in parameters and "start" not in parameters:
            assert body["totalHits"] == len(found)
        return found


@pytest.fixture(scope="module")
def shop():
    with local_stack() as stack:
        yield Shop(stack)


def test_everything_is_found_newest_first(shop):
    found = shop.search()
    assert found[-5:] == ["refund", "failed", "done", "paused", "running"]
    assert set(found[:2]) == {"parent", "child"}


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("workflowType IN (order,refund) AND status IN (FAILED,TIMED_OUT)", ["failed"]),
        ("workflowType = 'refund' AND status = 'RUNNING'", ["refund"]),
        ("status IN (PAUSED,FAILED)", ["failed", "paused"]),
        ("correlationId IN (c1)", ["refund", "paused", "running"]),
        ("correlationId = c1 AND workflowType = order", ["paused", "running"]),
        ('parentWorkflowId="" AND workflowType = order', ["failed", "done", "paused", "running"]),
        ("workflowType = order AND (status = COMPLETED OR status = PAUSED)", ["done", "paused"]),
        ("input = Lamp", ["running"]),
        ("priority > 2", ["done"]),
        ("reasonForIncompletion IS not null", ["failed"]),
        ("workflowType = nothing", []),
    ],
)
def test_queries_find_what_they_say(shop, query, expected):
    assert shop.search(query) == expected


def test_an_id_is_found(shop):
    assert shop.search(f'workflowId="{shop.ids["done"]}"') == ["done"]


def test_children_are_found_by_their_parent_and_left_out_of_the_top_level(shop):
    assert shop.search(f"parentWorkflowId = {shop.ids['parent']}") == ["child"]
    assert "child" not in shop.search(topLevelOnly="true")
    assert shop.search(topLevelOnly="True", classifier="agent") == []
    assert len(shop.search(classifier="workflow,agent")) == 7


def test_free_text_looks_into_payloads_but_not_under_masks(shop):
    assert shop.search(freeText="lamp") == ["running"]
    assert shop.search(freeText="paid") == ["done"]
    assert shop.search(freeText="4111") == []


def test_a_summary_is_one_of_the_execution_as_it_is(shop):
    (summary,) = shop.get("/api/workflow/search", query="workflowType=order AND status=FAILED")[
        "results"
    ]
    assert summary["failedReferenceTaskNames"] == "ref"
    assert summary["failedTaskNames"] == ["step"]
    assert summary["correlationId"] == "c2"
    assert summary["parentWorkflowId"] == ""
    assert summary["endTime"] > summary["startTime"]
    (running,) = shop.get("/api/workflow/search", query="correlationId=c1 AND input=Lamp")[
        "results"
    ]
    assert running["input"] == '{"item":"Lamp","card":"***"}'
    assert "endTime" not in running


def test_pages_hold_each_execution_once(shop):
    whole = shop.search(sort="startTime:ASC|workflowId:ASC")
    for size in (1, 2, 3, 10):
        paged = []
        for start in range(0, len(whole), size):
            body = shop.get(
                "/api/workflow/search", start=start, size=size, sort="startTime:ASC|workflowId:ASC"
            )
            assert body["totalHits"] == len(whole)
            paged += shop.names(body)
        assert paged == whole


def test_any_field_sorts(shop):
    found = shop.search(
        "workflowType = order AND parentWorkflowId=''", sort="status:ASC,startTime:DESC"
    )
    assert found == ["done", "failed", "paused", "running"]


def test_the_second_version_answers_whole_executions_without_tasks(shop):
    body = shop.get("/api/workflow/search-v2", query="correlationId=c2", sort="startTime:ASC")
    assert shop.names(body) == ["done", "failed"]
    done, failed = body["results"]
    assert done["tasks"] == failed["tasks"] == []
    assert done["output"] == {"paid": "yes"}
    assert failed["failedReferenceTaskNames"] == ["ref"]
    assert done["workflowDefinition"]["name"] == "order"


def test_tasks_are_found_with_their_executions(shop):
    body = shop.get("/api/tasks/search", query="taskDefName IN (step) AND status=COMPLETED")
    assert [each["workflowId"] for each in body["results"]] == [shop.ids["done"]]
    assert body["totalHits"] == 1
    (task,) = body["results"]
    by_id = shop.get("/api/tasks/search-v2", query=f"taskId={task['taskId']}")
    assert [each["taskId"] for each in by_id["results"]] == [task["taskId"]]
    assert by_id["results"][0]["outputData"] == {"paid": "yes"}
    owners = shop.get("/api/workflow/search-by-tasks", query="status=FAILED_WITH_TERMINAL_ERROR")
    assert (shop.names(owners), owners["totalHits"]) == (["failed"], 1)
    whole = shop.get("/api/workflow/search-by-tasks-v2", query="taskType=SUB_WORKFLOW")
    assert shop.names(whole) == ["parent"]
    assert whole["results"][0]["tasks"] == []


def test_running_executions_of_a_version_are_listed(shop):
    by_name = {shop.ids[key] for key in ("running", "paused", "child")}
    assert set(shop.get("/api/workflow/running/order")) == by_name
    assert shop.get("/api/workflow/running/order", version=2) == []
    done = shop.get(f"/api/workflow/{shop.ids['done']}")["createTime"]
    assert shop.get("/api/workflow/running/order", startTime=done, endTime=done) == [
        shop.ids["done"]
    ]


def test_correlated_executions_are_answered_whole(shop):
    found = shop.get("/api/workflow/order/correlated/c1")
    assert [each["workflowId"] for each in found] == [shop.ids["running"]]
    assert found[0]["tasks"] == []
    every = shop.get("/api/workflow/order/correlated/c1", includeClosed="true", includeTasks="true")
    assert {each["workflowId"] for each in every} == {shop.ids["running"], shop.ids["paused"]}
    assert all(each["tasks"] for each in every)
    answer = shop.stack.request(
        "POST",
        "/api/workflow/order/correlated",
        ["c1", "c2", "none"],
        query={"includeClosed": "true"},
    )
    assert {key: len(found) for key, found in answer.body.items()} == {"c1": 2, "c2": 2, "none": 0}
    batch = shop.stack.request(
        "POST",
        "/api/workflow/correlated/batch",
        {"workflowNames": ["order", "refund"], "correlationIds": ["c1"]},
    )
    assert len(batch.body["c1"]) == 2


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ({"query": "workflowType = "}, "query"),
        ({"query": "colour = red"}, "colour"),
        ({"sort": "colour:ASC"}, "colour"),
        ({"start": -1}, "start"),
    ],
)
def test_what_cannot_be_read_is_refused(shop, query, message):
    answer = shop.stack.request("GET", "/api/workflow/search", query=query)
    assert answer.status == 400
    assert message in answer.body["message"]


def test_archived_executions_stay_to_be_found_and_removed_ones_vanish(shop):
    shop.begin("archived", "refund")
    shop.begin("removed", "refund")
    for key in ("archived", "removed"):
        shop.end(key, "FAILED_WITH_TERMINAL_ERROR", {})
    shop.stack.settle()
    assert shop.search("workflowType=refund AND status=FAILED") == ["removed", "archived"]
    shop.stack.request("DELETE", f"/api/workflow/{shop.ids['archived']}/remove")
    removed = f"/api/workflow/{shop.ids['removed']}/remove"
    shop.stack.request("DELETE", removed, query={"archiveWorkflow": "false"})
    # Before any record of it is handled: the header is asked.
    assert shop.search("workflowType=refund AND status=FAILED") == ["archived"]
    shop.stack.settle()
    assert shop.search("workflowType=refund AND status=FAILED") == ["archived"]
    (summary,) = shop.get("/api/workflow/search", query=f"workflowId={shop.ids['archived']}")[
        "results"
    ]
    assert summary["failedReferenceTaskNames"] == "ref"
    shop.stack.request(
        "DELETE", f"/api/workflow/{shop.ids['archived']}/remove", query={"archiveWorkflow": "false"}
    )
    shop.stack.settle()
    assert shop.search("workflowType=refund AND status=FAILED") == []


def test_a_page_that_is_too_large_is_refused_as_the_peer_does(shop):
    answer = shop.stack.request("GET", "/api/workflow/search", query={"size": 5001})
    assert answer.status == 400
    assert answer.body["validationErrors"] == [
        {
            "path": "searchWorkflows.arg1",
            "message": "Cannot return more than 5000 workflows. Please use pagination.",
            "invalidValue": "5001",
        }
    ]


def test_a_span_that_ends_before_it_begins_holds_nothing(shop):
    assert shop.get("/api/workflow/running/order", startTime=2_000, endTime=1_000) == []
    assert shop.search("startTime > 2000 AND startTime < 1000") == []


def test_too_many_correlation_ids_are_refused(shop):
    ids = [f"c{number}" for number in range(1001)]
    answer = shop.stack.request("POST", "/api/workflow/order/correlated", ids)
    assert answer.status == 400
    assert "1001 correlation ids" in answer.body["message"]


@pytest.mark.parametrize(
    "body", [{}, {"workflowNames": ["a"]}, {"workflowNames": "a", "correlationIds": ["c"]}]
)
def test_a_batch_of_correlation_ids_names_both(shop, body):
    answer = shop.stack.request("POST", "/api/workflow/correlated/batch", body)
    assert answer.status == 400
    assert "expected an array of strings" in answer.body["message"]


def test_an_id_of_any_length_is_asked_for(shop):
    assert shop.search(f'workflowId="{"x" * 3000}"') == []
    assert shop.search(f'correlationId="{"x" * 3000}"') == []
    assert shop.search(f'workflowType="{"x" * 3000}"') == []
    assert shop.search(f'parentWorkflowId="{"ß" * 3000}"') == []
