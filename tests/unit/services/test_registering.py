"""The metadata service: what is refused, what is stored, what stays known (rest-api.md 2)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import pytest

from podium.adapters.items.schema_store import ItemSchemaStore
from podium.adapters.memory.calls import Calls
from podium.adapters.memory.definitions import MemoryDefinitions
from podium.adapters.memory.table import MemoryTable
from podium.domain.definitions import TaskDef, WorkflowDef, WorkflowTask
from podium.errors import ConflictError, NotFoundError, TransientError, ValidationError
from podium.ports.bundle import Ports
from podium.services.registering import Registering, classifier_of
from podium.services.validating import Validating
from tests.support.engines import table_engines

TASK = WorkflowTask(name="charge", task_reference_name="charge_ref")


@dataclass
class FixedClock:
    at: int = 1000

    def now(self) -> int:
        return self.at


class BusyFor(MemoryDefinitions):
    """A store that is busy whenever one name is put."""

    def __init__(self, name):
        super().__init__()
        self._name = name

    def put_workflow(self, definition):
        if definition.name == self._name:
            raise TransientError(f"busy with {definition.name}")
        super().put_workflow(definition)


def a_workflow(name="order", version=1, **fields):
    return WorkflowDef(name=name, version=version, tasks=(TASK,), **fields)


def a_service(store=None, clock=None):
    store = MemoryDefinitions() if store is None else store
    clock = clock or FixedClock()
    nothing: Any = None
    ports = Ports(
        executions=nothing,
        messages=nothing,
        definitions=store,
        tasks=nothing,
        system_tasks=nothing,
        timers=nothing,
        blobs=nothing,
        limits=nothing,
        schemas=ItemSchemaStore(MemoryTable(Calls())),
        tags=nothing,
        listeners=nothing,
        secrets=nothing,
        environment=nothing,
        event_handlers=nothing,
        event_executions=nothing,
        publisher=nothing,
        kafka=nothing,
        event_sources=nothing,
        gates=nothing,
        polls=nothing,
        search=nothing,
        engines=table_engines(),
        http=nothing,
        clock=clock,
        sleep=nothing,
        ids=nothing,
    )
    return Registering(store, Validating(ports), clock)


# --- workflows: create --------------------------------------------------------------------------


def test_a_new_workflow_gets_its_creation_time():
    service = a_service(clock=FixedClock(5000))
    service.create_workflow(a_workflow(create_time=1, update_time=2))
    stored = service.workflow("order", 1)
    assert (stored.create_time, stored.update_time) == (5000, 0)


def test_an_existing_workflow_is_not_created_again_even_if_it_is_invalid():
    service = a_service()
    service.create_workflow(a_workflow())
    with pytest.raises(ConflictError, match=r"order\.1 already exists"):
        service.create_workflow(replace(a_workflow(), tasks=()))


def test_a_workflow_that_somebody_else_creates_at_the_same_time_is_a_conflict():
    class Late(MemoryDefinitions):
        def create_workflow(self, definition):
            return False

    with pytest.raises(ConflictError, match="already exists"):
        a_service(Late()).create_workflow(a_workflow())


def test_an_invalid_workflow_is_refused_and_not_stored():
    service = a_service()
    with pytest.raises(ValidationError) as caught:
        service.create_workflow(replace(a_workflow(), tasks=()))
    assert caught.value.violations[0].path.startswith("registerWorkflowDef.arg0")
    assert service.workflows() == []


def test_a_blank_name_is_refused_by_validation():
    with pytest.raises(ValidationError) as caught:
        a_service().create_workflow(a_workflow(name=""))
    assert "registerWorkflowDef.arg0.name" in {each.path for each in caught.value.violations}


def test_overwriting_keeps_the_creation_and_notes_the_change():
    clock = FixedClock(1000)
    service = a_service(clock=clock)
    service.create_workflow(a_workflow(created_by="me"))
    clock.at = 2000
    service.create_workflow(a_workflow(description="new", create_time=7), overwrite=True)
    stored = service.workflow("order", 1)
    assert stored.description == "new"
    assert (stored.create_time, stored.created_by, stored.update_time) == (1000, "me", 2000)


def test_overwriting_what_is_not_there_creates_it():
    service = a_service(clock=FixedClock(3000))
    service.create_workflow(a_workflow(), overwrite=True)
    assert service.workflow("order", 1).create_time == 3000


# --- workflows: put -----------------------------------------------------------------------------


def test_putting_creates_and_replaces():
    service = a_service()
    service.create_workflow(a_workflow())
    result = service.put_workflows([a_workflow(description="new"), a_workflow("other")])
    assert result.successful == ("order", "other")
    assert result.errors == {}
    assert service.workflow("order", 1).description == "new"
    assert service.workflow("other", None).version == 1


def test_putting_nothing_is_refused():
    with pytest.raises(ValidationError) as caught:
        a_service().put_workflows([])
    assert caught.value.violations[0].path == "updateWorkflowDef.arg0"


def test_one_invalid_workflow_keeps_the_others_out():
    service = a_service()
    with pytest.raises(ValidationError) as caught:
        service.put_workflows([a_workflow(), replace(a_workflow("bad"), tasks=())])
    assert caught.value.violations[0].path.startswith("updateWorkflowDef.arg0[1]")
    assert service.workflows() == []


def test_what_cannot_be_stored_is_reported_by_name():
    service = a_service(BusyFor("bad"))
    result = service.put_workflows([a_workflow("bad"), a_workflow()])
    assert result.successful == ("order",)
    assert result.errors == {"bad": "busy with bad"}


# --- workflows: read and delete -----------------------------------------------------------------


def test_the_highest_version_is_the_latest():
    service = a_service()
    service.put_workflows([a_workflow(version=10), a_workflow(version=2)])
    assert service.workflow("order", None).version == 10
    assert [each.version for each in service.workflow_versions("order")] == [2, 10]
    assert service.workflow_versions("unknown") == []


def test_an_unknown_workflow_is_named_in_the_error():
    service = a_service()
    with pytest.raises(NotFoundError, match="order, version: 3"):
        service.workflow("order", 3)
    with pytest.raises(NotFoundError, match="order"):
        service.delete_workflow("order", 1)


def test_workflows_are_grouped_by_sorted_name():
    service = a_service()
    service.put_workflows([a_workflow("b"), a_workflow("a", 2), a_workflow("a", 1)])
    by_name = service.workflows_by_name()
    assert list(by_name) == ["a", "b"]
    assert [each.version for each in by_name["a"]] == [1, 2]


def test_a_deleted_version_is_gone_and_the_others_stay():
    service = a_service()
    service.put_workflows([a_workflow(version=1), a_workflow(version=2)])
    service.delete_workflow("order", 2)
    assert service.workflow("order", None).version == 1


@pytest.mark.parametrize(
    ("metadata", "classifier"),
    [
        ({}, "workflow"),
        ({"classifier": "Agent"}, "Agent"),
        ({"classifier": " "}, "workflow"),
        ({"classifier": 3}, "workflow"),
        ({"agent_sdk": "x"}, "agent"),
        ({"agentDef": {"a": 1}}, "agent"),
    ],
)
def test_a_definition_says_what_kind_of_workflow_it_is(metadata, classifier):
    assert classifier_of(a_workflow(metadata=metadata)) == classifier


def test_the_classifier_is_compared_in_any_case():
    service = a_service()
    service.put_workflows([a_workflow(), a_workflow("helper", metadata={"classifier": "Agent"})])
    assert [each.name for each in service.workflows("AGENT")] == ["helper"]
    assert [each.name for each in service.workflows("workflow")] == ["order"]
    assert service.workflows("other") == []


def test_validating_stores_nothing():
    service = a_service()
    service.validate_workflow(a_workflow())
    with pytest.raises(ValidationError) as caught:
        service.validate_workflow(replace(a_workflow(), tasks=(TASK, TASK)))
    assert {each.path for each in caught.value.violations} == {"validateWorkflowDef.arg0"}
    assert service.workflows() == []


# --- task definitions ---------------------------------------------------------------------------


def test_task_definitions_are_created_or_replaced():
    clock = FixedClock(1000)
    service = a_service(clock=clock)
    service.put_tasks([TaskDef(name="a", update_time=5, updated_by="you")])
    clock.at = 2000
    service.put_tasks([TaskDef(name="a", description="new"), TaskDef(name="b")])
    stored = service.task("a")
    assert (stored.description, stored.create_time, stored.update_time) == ("new", 2000, 0)
    assert stored.updated_by is None
    assert [each.name for each in service.tasks()] == ["a", "b"]


def test_an_invalid_task_definition_keeps_the_others_out():
    service = a_service()
    with pytest.raises(ValidationError) as caught:
        service.put_tasks([TaskDef(name="a"), TaskDef(name="")])
    assert caught.value.violations[0].path == "registerTaskDef.arg0[1].name"
    assert service.tasks() == []


def test_no_task_definitions_are_refused():
    with pytest.raises(ValidationError) as caught:
        a_service().put_tasks([])
    assert caught.value.violations[0].path == "registerTaskDef.arg0"


def test_replacing_a_task_definition_keeps_its_creation():
    clock = FixedClock(1000)
    service = a_service(clock=clock)
    service.put_tasks([TaskDef(name="a", created_by="me")])
    clock.at = 2000
    service.replace_task(TaskDef(name="a", description="new", create_time=7))
    stored = service.task("a")
    assert (stored.create_time, stored.created_by, stored.update_time) == (1000, "me", 2000)
    assert stored.description == "new"


def test_an_unknown_task_definition_is_named_in_the_error():
    service = a_service()
    for attempt in (
        lambda: service.task("charge"),
        lambda: service.replace_task(TaskDef(name="charge")),
        lambda: service.delete_task("charge"),
    ):
        with pytest.raises(NotFoundError, match="charge"):
            attempt()


def test_an_invalid_replacement_is_refused_before_it_is_looked_for():
    with pytest.raises(ValidationError) as caught:
        a_service().replace_task(TaskDef(name="a", retry_count=-1))
    assert caught.value.violations[0].path == "updateTaskDef.arg0.retryCount"


def test_a_task_definition_that_is_deleted_while_it_is_replaced_is_not_found():
    class Gone(MemoryDefinitions):
        def replace_task(self, definition):
            return False

    service = a_service(Gone())
    service.put_tasks([TaskDef(name="a")])
    with pytest.raises(NotFoundError):
        service.replace_task(TaskDef(name="a"))


def test_a_deleted_task_definition_is_gone():
    service = a_service()
    service.put_tasks([TaskDef(name="a")])
    service.delete_task("a")
    assert service.tasks() == []
