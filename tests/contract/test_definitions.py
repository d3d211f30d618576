"""Definitions are kept by name and version, and read back as they were."""

from __future__ import annotations

import pytest

from podium.adapters.aws.metadata import DynamoDefinitions
from podium.adapters.memory.definitions import MemoryDefinitions
from podium.domain.definitions import TaskDef, WorkflowDef
from tests.support.aws import moto_stack


@pytest.fixture(params=["memory", "aws"])
def definitions(request):
    if request.param == "memory":
        yield MemoryDefinitions()
        return
    with moto_stack() as stack:
        yield DynamoDefinitions(stack.clients.dynamodb, stack.metadata_table)


def _workflow(name="orders", version=1, **fields):
    return WorkflowDef.from_json({"name": name, "version": version, "tasks": [], **fields})


def _task(name="charge", **fields):
    return TaskDef.from_json({"name": name, **fields})


def test_what_is_not_there_is_none(definitions):
    assert definitions.workflow("orders", 1) is None
    assert definitions.workflow("orders", None) is None
    assert definitions.task("charge") is None
    assert definitions.tasks(["charge"]) == {}
    assert list(definitions.all_workflows()) == []


def test_a_workflow_is_created_once(definitions):
    assert definitions.create_workflow(_workflow(description="a"))
    assert not definitions.create_workflow(_workflow(description="b"))
    assert definitions.workflow("orders", 1) == _workflow(description="a")
    definitions.put_workflow(_workflow(description="b"))
    assert definitions.workflow("orders", 1) == _workflow(description="b")


def test_the_highest_version_is_by_number(definitions):
    for name, version in (("orders", 2), ("orders", 10), ("orders2", 99), ("orders#", 50)):
        definitions.put_workflow(_workflow(name, version))
    assert definitions.workflow("orders", None) == _workflow("orders", 10)
    assert [each.version for each in definitions.workflow_versions("orders")] == [2, 10]
    listed = [(each.name, each.version) for each in definitions.all_workflows()]
    assert listed == [("orders", 2), ("orders", 10), ("orders#", 50), ("orders2", 99)]


def test_a_deleted_workflow_is_gone(definitions):
    definitions.put_workflow(_workflow())
    assert definitions.delete_workflow("orders", 1)
    assert not definitions.delete_workflow("orders", 1)
    assert definitions.workflow("orders", 1) is None


def test_large_definitions_and_unknown_fields_survive(definitions):
    large = _workflow(description="long words " * 5000, x_unknown={"b": 1, "a": [None]})
    definitions.put_workflow(large)
    assert definitions.workflow("orders", 1).to_json() == large.to_json()


def test_a_task_is_replaced_only_where_it_is(definitions):
    assert not definitions.replace_task(_task())
    definitions.put_task(_task())
    assert definitions.replace_task(_task(retryCount=7))
    assert definitions.task("charge") == _task(retryCount=7)
    assert definitions.delete_task("charge")
    assert not definitions.delete_task("charge")


def test_many_tasks_are_read_at_once(definitions):
    names = [f"task {number:03}" for number in range(120)]
    for name in names:
        definitions.put_task(_task(name))
    assert list(definitions.tasks([*names, "none", names[0]])) == names
    assert [each.name for each in definitions.all_tasks()] == names
