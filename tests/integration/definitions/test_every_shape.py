"""A thousand definitions of every shape through the API, and more than a hundred broken ones."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from typing import Any
from urllib.parse import quote

import pytest

from podium.domain.task_types import SYSTEM_TYPES, UNSUPPORTED
from tests.support.api import Answer, Api
from tests.support.cluster import Cluster
from tests.support.shapes import (
    MISMATCHES,
    broken_workflows,
    documented,
    fields_of,
    task_def_of,
    with_defaults,
    workflow_of,
)
from tests.support.stack import local_stack

Json = dict[str, Any]
WORKFLOWS, TASKS = range(1000), range(200)
TIMES = ("createTime", "updateTime")
BROKEN = tuple(broken_workflows())
#: Several tests look at the same ones, and change none.
workflow = cache(workflow_of)


@pytest.fixture
def api() -> Api:
    return Api(Cluster().engine)


def timeless(definition: Json) -> Json:
    """Without what the server sets."""
    return {name: value for name, value in definition.items() if name not in TIMES}


def read(api: Api, definition: Json) -> Json:
    """What is registered under the identity of ``definition``."""
    path = f"/api/metadata/workflow/{quote(definition['name'], safe='')}"
    found: Json = api.get(path, version=definition.get("version", 1)).json
    return found


def test_a_thousand_workflow_definitions_register_and_read_back_equal(api: Api) -> None:
    for seed in WORKFLOWS:
        definition = workflow(seed)
        for call in ("/api/metadata/workflow/validate", "/api/metadata/workflow"):
            answer = api.post(call, definition)
            assert answer.status == 200, f"seed {seed}: {answer.text}"
        found = read(api, definition)
        expected = with_defaults("WorkflowDef", definition)
        assert timeless(found) == timeless(expected), f"seed {seed}"
    assert len(api.get("/api/metadata/workflow/names").json) == len(WORKFLOWS)


@pytest.mark.parametrize("shape", documented(), ids=lambda each: each["page"])
def test_a_shape_of_the_peers_documentation_registers_and_reads_back_equal(
    api: Api, shape: Json
) -> None:
    definition = shape["definition"]
    answer = api.post("/api/metadata/workflow", definition)
    assert answer.status == 200, answer.text
    expected = with_defaults("WorkflowDef", definition)
    assert timeless(read(api, definition)) == timeless(expected)


def test_what_was_read_registers_again_and_is_the_same(api: Api) -> None:
    for seed in WORKFLOWS[::10]:
        definition = workflow(seed)
        api.post("/api/metadata/workflow", definition, overwrite=True)
        found = read(api, definition)
        again = api.put("/api/metadata/workflow", [found])
        assert again.json["bulkSuccessfulResults"] == [definition["name"]], f"seed {seed}"
        assert timeless(read(api, definition)) == timeless(found), f"seed {seed}"


def test_task_definitions_register_and_read_back_equal(api: Api) -> None:
    for seed in TASKS:
        definition = task_def_of(seed)
        answer = api.post("/api/metadata/taskdefs", [definition])
        assert answer.status == 200, f"seed {seed}: {answer.text}"
        found = api.get(f"/api/metadata/taskdefs/{quote(definition['name'], safe='')}").json
        assert timeless(found) == timeless(with_defaults("TaskDef", definition)), f"seed {seed}"


def test_what_dynamodb_gives_back_is_equal() -> None:
    definitions = [workflow(seed) for seed in WORKFLOWS[:100]]
    with local_stack() as stack:
        status, _, body = stack.request("PUT", "/api/metadata/workflow", definitions)
        assert (status, body["bulkErrorResults"]) == (200, {})
        _, _, found = stack.request("GET", "/api/metadata/workflow")
    by_name = {each["name"]: timeless(each) for each in found}
    assert by_name == {
        each["name"]: timeless(with_defaults("WorkflowDef", each)) for each in definitions
    }


# What the thousand are --------------------------------------------------------------------------


def objects(value: Any, kind: str = "WorkflowDef") -> Iterator[tuple[str, Json]]:
    """Each definition, task and task definition in a definition, inline ones as well."""
    yield kind, value
    params = value.get("subWorkflowParam") or {}
    if isinstance(params.get("workflowDefinition"), dict):
        yield from objects(params["workflowDefinition"])
    if "taskDefinition" in value:
        yield "TaskDef", value["taskDefinition"]
    lists = [*value.get("decisionCases", {}).values(), *value.get("forkTasks", [])]
    names = ("tasks", "defaultCase", "loopOver", "tryTasks", "catchTasks", "finallyTasks")
    for tasks in [*lists, *(value.get(name, []) for name in names)]:
        for task in tasks:
            yield from objects(task, "WorkflowTask")


def test_the_thousand_use_every_field_and_every_task_type() -> None:
    used: dict[str, set[str]] = {"WorkflowDef": set(), "WorkflowTask": set(), "TaskDef": set()}
    types: set[str] = set()
    for seed in WORKFLOWS:
        for kind, value in objects(workflow(seed)):
            used[kind] |= value.keys()
            if kind == "WorkflowTask":
                types.add(value.get("type", "SIMPLE"))
    for seed in TASKS:
        used["TaskDef"] |= task_def_of(seed).keys()
    for kind, names in used.items():
        assert set(fields_of(kind)) - names <= {*TIMES, "updatedBy"}, kind
    # FORK is how a fork is shown, DYNAMIC becomes what it names.
    assert types >= SYSTEM_TYPES - UNSUPPORTED - {"FORK"}


def test_a_seed_is_always_the_same_definition() -> None:
    assert json.dumps(workflow_of(7)) == json.dumps(workflow_of(7))
    assert json.dumps(workflow_of(7)) != json.dumps(workflow_of(8))


# Broken ones ------------------------------------------------------------------------------------


def refused(answer: Answer) -> list[str]:
    assert (answer.status, answer.json["status"]) == (400, 400)
    assert answer.json["message"] == "Validation failed, check below errors for detail."
    errors = answer.json["validationErrors"]
    assert all(error["message"] for error in errors)
    return [error["path"] for error in errors]


@pytest.mark.parametrize("broken", BROKEN, ids=lambda each: each.name)
def test_a_broken_definition_is_refused_with_the_path_of_what_is_wrong(broken: Any) -> None:
    """The genuine server was asked the same: it names these paths, where it refuses at all."""
    fresh = Api(Cluster().engine)
    calls = {
        "validateWorkflowDef.arg0": fresh.post(
            "/api/metadata/workflow/validate", broken.definition
        ),
        "registerWorkflowDef.arg0": fresh.post("/api/metadata/workflow", broken.definition),
        "updateWorkflowDef.arg0[0]": fresh.put("/api/metadata/workflow", [broken.definition]),
    }
    for prefix, answer in calls.items():
        assert set(refused(answer)) == {prefix + broken.path}
    assert fresh.get("/api/metadata/workflow").json == []


def test_there_are_a_hundred_broken_ones() -> None:
    assert len(BROKEN) > 100
    assert len({each.name for each in BROKEN}) == len(BROKEN)


@pytest.mark.parametrize(("fields", "message"), MISMATCHES, ids=lambda each: str(each)[:60])
def test_a_value_of_a_wrong_type_is_refused_with_its_place(
    api: Api, fields: Json, message: str
) -> None:
    answer = api.post("/api/metadata/workflow/validate", {"name": "a", "tasks": []} | fields)
    assert (answer.status, answer.json["status"]) == (400, 400)
    assert answer.json["message"].startswith(message)


def test_inline_definitions_of_one_name_run_inside_each_other() -> None:
    nested: Json = {"name": "done", "taskReferenceName": "done", "type": "NOOP"}
    for _ in range(3):
        definition = {"name": "nested", "version": 1, "tasks": [nested]}
        params = {"name": "nested", "workflowDefinition": definition}
        nested = {"name": "in", "taskReferenceName": "in", "type": "SUB_WORKFLOW"}
        nested["subWorkflowParam"] = params
    with local_stack() as stack:
        started = {
            "name": "nested",
            "workflowDef": {"name": "nested", "version": 1, "tasks": [nested]},
        }
        status, _, workflow_id = stack.request("POST", "/api/workflow", started)
        assert status == 200, workflow_id
        stack.settle()
        _, _, execution = stack.request("GET", f"/api/workflow/{workflow_id}")
    assert execution["status"] == "COMPLETED"
