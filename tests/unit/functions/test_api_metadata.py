"""Definitions through the API (rest-api.md 2)."""

from __future__ import annotations

import pytest

from tests.support.api import Api
from tests.support.cluster import Cluster

TASK = {"name": "charge", "taskReferenceName": "charge_ref"}


@pytest.fixture
def api():
    return Api(Cluster().engine)


def a_workflow(name="order", version=1, **fields):
    return {"name": name, "version": version, "tasks": [TASK], **fields}


def test_a_workflow_is_registered_and_read_back_with_every_default(api):
    answer = api.post("/api/metadata/workflow", {"name": "order", "tasks": [TASK], "x-mine": None})
    assert (answer.status, answer.text, answer.content_type) == (200, "", None)
    found = api.get("/api/metadata/workflow/order").json
    assert found["version"] == 1
    assert found["schemaVersion"] == 2
    assert found["timeoutPolicy"] == "ALERT_ONLY"
    assert found["x-mine"] is None
    assert found["createTime"] > 0
    assert found["tasks"][0]["type"] == "SIMPLE"


def test_a_registered_workflow_is_not_registered_again_unless_told_to(api):
    api.post("/api/metadata/workflow", a_workflow())
    again = api.post("/api/metadata/workflow", a_workflow())
    assert again.status == 409
    assert "order.1" in again.json["message"]
    assert api.post("/api/metadata/workflow", a_workflow(), overwrite="True").status == 200


def test_an_invalid_workflow_is_400_with_every_violation(api):
    answer = api.post("/api/metadata/workflow", {"name": "", "tasks": []})
    assert answer.status == 400
    assert answer.json["message"] == "Validation failed, check below errors for detail."
    paths = {each["path"] for each in answer.json["validationErrors"]}
    assert {"registerWorkflowDef.arg0.name", "registerWorkflowDef.arg0.tasks"} <= paths
    assert "instance" not in answer.json


def test_workflows_are_put_as_a_list(api):
    answer = api.put("/api/metadata/workflow", [a_workflow(), a_workflow("größe")])
    assert answer.json == {
        "bulkSuccessfulResults": ["order", "größe"],
        "bulkErrorResults": {},
    }
    assert api.get("/api/metadata/workflow/gr%C3%B6%C3%9Fe").json["name"] == "größe"
    assert api.get("/api/metadata/workflow/größe").json["name"] == "größe"


@pytest.mark.parametrize("body", [[], [None], [a_workflow(), {"name": "bad"}], {}, "x"])
def test_a_bad_list_is_400_and_stores_nothing(api, body):
    assert api.put("/api/metadata/workflow", body).status == 400
    assert api.get("/api/metadata/workflow").json == []


def test_a_workflow_is_checked_without_being_stored(api):
    assert api.post("/api/metadata/workflow/validate", a_workflow()).text == ""
    assert api.post("/api/metadata/workflow/validate", {"name": "a"}).status == 400
    assert api.get("/api/metadata/workflow").json == []


def test_workflows_are_listed_in_every_form(api):
    api.put("/api/metadata/workflow", [a_workflow("b"), a_workflow("a", 2), a_workflow("a", 1)])
    full = api.get("/api/metadata/workflow").json
    assert [(each["name"], each["version"]) for each in full] == [("a", 1), ("a", 2), ("b", 1)]
    assert api.get("/api/metadata/workflow/names").json == ["a", "b"]
    by_name = api.get("/api/metadata/workflow/names-and-versions").json
    assert [each["version"] for each in by_name["a"]] == [1, 2]
    assert set(by_name["b"][0]) == {"name", "version", "createTime", "updateTime"}
    assert [each["version"] for each in api.get("/api/metadata/workflow/a/versions").json] == [1, 2]
    assert api.get("/api/metadata/workflow/unknown/versions").json == []
    latest = api.get("/api/metadata/workflow/latest-versions").json
    assert [(each["name"], each["version"]) for each in latest] == [("a", 2), ("b", 1)]
    assert api.get("/api/metadata/workflow/a").json["version"] == 2
    assert api.get("/api/metadata/workflow/a", version=1).json["version"] == 1


def test_listing_by_classifier_and_ignoring_what_nobody_reads(api):
    api.put("/api/metadata/workflow", [a_workflow("b", metadata={"classifier": "agent"})])
    found = api.get("/api/metadata/workflow", short="true", metadata="true", classifier="agent")
    assert [each["name"] for each in found.json] == ["b"]
    assert api.get("/api/metadata/workflow", classifier="workflow").json == []


def test_a_version_is_deleted(api):
    api.post("/api/metadata/workflow", a_workflow())
    assert api.delete("/api/metadata/workflow/order/1").text == ""
    gone = api.get("/api/metadata/workflow/order")
    assert gone.status == 404
    assert "order" in gone.json["message"]
    assert api.delete("/api/metadata/workflow/order/1").status == 404


def test_task_definitions_come_and_go(api):
    assert api.post("/api/metadata/taskdefs", [{"name": "a"}, {"name": "b"}]).text == ""
    assert [each["name"] for each in api.get("/api/metadata/taskdefs", access="READ").json] == [
        "a",
        "b",
    ]
    assert api.put("/api/metadata/taskdefs", {"name": "a", "retryCount": 7}).text == ""
    assert api.get("/api/metadata/taskdefs/a").json["retryCount"] == 7
    assert api.delete("/api/metadata/taskdefs/a").text == ""
    for missing in (api.get("/api/metadata/taskdefs/a"), api.delete("/api/metadata/taskdefs/a")):
        assert missing.status == 404
        assert "a" in missing.json["message"]


def test_a_name_may_hold_anything_but_a_bare_slash(api):
    name = 'a/b c#{d}"?%'
    assert api.post("/api/metadata/taskdefs", [{"name": name}]).status == 200
    path = "/api/metadata/taskdefs/a%2Fb%20c%23%7Bd%7D%22%3F%25"
    assert api.get(path).json["name"] == name


def test_an_sdk_that_puts_an_unknown_task_definition_is_told_to_post_it(api):
    answer = api.put("/api/metadata/taskdefs", {"name": "charge"})
    assert answer.status == 404
    assert "charge" in answer.json["message"]


@pytest.mark.parametrize(
    ("method", "path", "raw"),
    [
        ("POST", "/api/metadata/taskdefs", '{"name": "a"}'),
        ("POST", "/api/metadata/taskdefs", "[]"),
        ("POST", "/api/metadata/taskdefs", "[1]"),
        ("POST", "/api/metadata/taskdefs", '[{"name": "a", "retryCount": -1}]'),
        ("POST", "/api/metadata/taskdefs", '[{"name": "a", "retryLogic": "SOMETIMES"}]'),
        ("POST", "/api/metadata/taskdefs", '[{"name": "a", "timeoutSeconds": 60}]'),
        ("PUT", "/api/metadata/taskdefs", '[{"name": "a"}]'),
        ("PUT", "/api/metadata/taskdefs", ""),
        ("POST", "/api/metadata/workflow", "[]"),
        ("POST", "/api/metadata/workflow", "null"),
        ("POST", "/api/metadata/workflow", '{"name": "a", "tasks": {}}'),
        ("POST", "/api/metadata/workflow", '{"name": "a", "tasks": [{"type": {}}]}'),
    ],
)
def test_malformed_definitions_are_400_with_a_reason(api, method, path, raw):
    answer = api.call(method, path, raw=raw)
    assert answer.status == answer.json["status"] == 400
    assert answer.json["message"]


def test_a_version_that_is_no_number_is_400(api):
    for answer in (
        api.get("/api/metadata/workflow/order", version="one"),
        api.delete("/api/metadata/workflow/order/one"),
    ):
        assert answer.status == 400
        assert "version" in answer.json["message"]


def test_a_flag_that_is_none_is_400(api):
    answer = api.post("/api/metadata/workflow", a_workflow(), overwrite="maybe")
    assert answer.status == 400
    assert "overwrite" in answer.json["message"]
