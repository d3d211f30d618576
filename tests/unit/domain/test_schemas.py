"""Schemas of inputs and outputs: what they refuse, and with which reason (engine.md 18)."""

from __future__ import annotations

from typing import Any

import pytest

from podium.domain.definitions import SchemaDef, TaskDef, WorkflowDef
from podium.domain.execution import StartRecord
from podium.domain.schemas import (
    MAX_SCHEMA,
    refused_input,
    refused_output,
    refused_result,
    refused_start,
    unusable,
)
from podium.domain.start import refuse_input
from podium.domain.status import TaskStatus, WorkflowStatus
from podium.domain.validation import validate_task_def
from podium.errors import InvalidInputError
from tests.support.driver import Driver, simple, task, workflow
from tests.support.engines import KeySchemas
from tests.support.validation import validation_context, violations

ENGINE = KeySchemas()
NEEDS_A: dict[str, Any] = {"name": "has a", "type": "JSON", "data": {"required": ["a"]}}
BROKEN: dict[str, Any] = {"name": "broken", "type": "JSON", "data": {"bad": "no such type"}}


def _task_def(**fields: Any) -> TaskDef:
    return TaskDef.from_json({"name": "t", "enforceSchema": True, **fields})


# What is refused ----------------------------------------------------------------------------------


def test_a_workflow_enforces_its_schemas_unless_it_says_otherwise():
    definition: dict[str, Any] = {
        "name": "w",
        "inputSchema": NEEDS_A,
        "outputSchema": NEEDS_A,
    }
    strict = WorkflowDef.from_json(definition)
    lenient = WorkflowDef.from_json({**definition, "enforceSchema": False})
    assert refused_start(strict, {"a": 1}, ENGINE) is None
    assert refused_start(strict, {}, ENGINE) == (
        "The input of workflow w does not meet its schema has a: $: a is missing"
    )
    assert "output of workflow w" in (refused_result(strict, {}, ENGINE) or "")
    assert refused_start(lenient, {}, ENGINE) is None
    assert refused_result(lenient, {}, ENGINE) is None


def test_a_task_enforces_its_schemas_only_when_it_says_so():
    fields: dict[str, Any] = {"inputSchema": NEEDS_A, "outputSchema": NEEDS_A}
    lenient, strict = TaskDef.from_json({"name": "t", **fields}), _task_def(**fields)
    assert refused_input(lenient, {}, ENGINE) is None
    assert refused_output(lenient, {}, ENGINE) is None
    assert refused_input(None, {}, ENGINE) is None
    refused = refused_input(strict, {}, ENGINE)
    assert refused is not None
    assert refused.status is TaskStatus.FAILED_WITH_TERMINAL_ERROR
    assert "input of task t" in refused.reason
    assert refused_input(strict, {"a": None}, ENGINE) is None


def test_a_bad_output_is_kept_to_be_looked_at():
    refused = refused_output(_task_def(outputSchema=NEEDS_A), {"b": 1}, ENGINE)
    assert refused is not None
    assert refused.output == {"b": 1}


def test_what_the_engine_adds_to_an_input_is_not_checked():
    seen = []

    class Spy(KeySchemas):
        def problems(self, schema, document):
            seen.append(document)
            return []

    definition = WorkflowDef.from_json({"name": "w", "inputSchema": NEEDS_A})
    assert refused_start(definition, {"a": 1, "_systemMetadata": {"dynamic": True}}, Spy()) is None
    assert seen == [{"a": 1}]


UNUSABLE = [
    (BROKEN, "no such type"),
    ({"name": "s", "type": "AVRO", "data": {}}, "AVRO"),
    ({"name": "s", "type": "PROTOBUF", "data": {}}, "PROTOBUF"),
    ({"name": "s", "type": "JSON"}, "no data"),
    ({"name": "s", "type": "JSON", "externalRef": "http://x"}, "no data"),
    ({"name": "s", "type": "JSON", "data": {"d": "x" * MAX_SCHEMA}}, "more than 100000"),
]


@pytest.mark.parametrize(("schema", "reason"), UNUSABLE)
def test_a_schema_that_cannot_be_used_refuses_everything_with_its_reason(schema, reason):
    assert reason in (unusable(SchemaDef.from_json(schema), ENGINE) or "")
    refused = refused_input(_task_def(inputSchema=schema), {"a": 1}, ENGINE)
    assert refused is not None
    assert refused.status is TaskStatus.FAILED_WITH_TERMINAL_ERROR
    assert reason in refused.reason


def test_a_schema_without_a_type_is_json():
    assert unusable(SchemaDef.from_json({"name": "s", "data": {}}), ENGINE) is None


def test_an_input_from_external_storage_is_checked_like_any_other():
    definition = WorkflowDef.from_json({"name": "w", "inputSchema": NEEDS_A})
    with pytest.raises(InvalidInputError, match="a is missing"):
        refuse_input(definition, StartRecord(external_input_path="p"), ENGINE)
    refuse_input(definition, StartRecord(input={"a": 1}, external_input_path="p"), ENGINE)


# Registration -------------------------------------------------------------------------------------


@pytest.mark.parametrize("field", ["inputSchema", "outputSchema"])
def test_an_enforced_schema_that_cannot_be_used_is_not_registered(field):
    message = "the schema broken cannot be used: $.bad: no such type"
    broken: dict[str, Any] = {field: BROKEN}
    fine: dict[str, Any] = {field: NEEDS_A}
    assert violations([simple("t")], **broken) == [(f".{field}", message)]
    assert violations([simple("t")], **fine) == []
    assert violations([simple("t")], **broken, enforceSchema=False) == []
    embedded = {"name": "t", "enforceSchema": True, field: BROKEN}
    path = f".tasks[0].taskDefinition.{field}"
    assert violations([simple("t", taskDefinition=embedded)]) == [(path, message)]


def test_a_task_definition_with_an_enforced_schema_that_cannot_be_used_is_not_registered():
    found = validate_task_def(_task_def(outputSchema=BROKEN), validation_context(), "call.arg0")
    assert [violation.path for violation in found] == ["call.arg0.outputSchema"]
    carried = TaskDef.from_json({"name": "t", "outputSchema": BROKEN})
    assert validate_task_def(carried, validation_context(), "call.arg0") == ()


# Decisions ----------------------------------------------------------------------------------------


def _strict(**fields: Any) -> dict[str, Any]:
    return {"taskDefinition": {"name": "t", "retryCount": 3, "enforceSchema": True, **fields}}


def test_a_task_with_bad_input_ends_in_the_decision_that_would_create_it():
    driver = Driver(workflow(simple("t", **_strict(inputSchema=NEEDS_A)), simple("next"))).start()
    ended = driver.task("t")
    assert ended.status is TaskStatus.FAILED_WITH_TERMINAL_ERROR
    assert driver.status is WorkflowStatus.FAILED
    assert "a is missing" in driver.header.reason
    assert driver.refs == ["t"]


def test_an_optional_task_with_bad_input_lets_the_workflow_go_on():
    bad = simple("t", optional=True, **_strict(inputSchema=NEEDS_A))
    driver = Driver(workflow(bad, simple("next"))).start()
    assert driver.task("t").status is TaskStatus.COMPLETED_WITH_ERRORS
    assert driver.open_refs == ["next"]


@pytest.mark.parametrize("kind", ["SIMPLE", "HTTP", "WAIT", "HUMAN", "START_WORKFLOW", "INLINE"])
def test_every_task_that_works_with_its_input_has_it_checked(kind):
    bad = task("t", kind, inputParameters={"b": 1}, **_strict(inputSchema=NEEDS_A))
    driver = Driver(workflow(bad)).start()
    assert driver.task("t").status is TaskStatus.FAILED_WITH_TERMINAL_ERROR
    assert "a is missing" in driver.task("t").reason


def test_the_input_of_a_sub_workflow_is_what_its_child_gets():
    def child(**given: Any) -> Driver:
        param = {"name": "kid", "version": 1}
        fields = _strict(inputSchema=NEEDS_A)
        sub = task("t", "SUB_WORKFLOW", subWorkflowParam=param, inputParameters=given, **fields)
        return Driver(workflow(sub)).start()

    assert child(b=1).task("t").status is TaskStatus.FAILED_WITH_TERMINAL_ERROR
    assert child(a=1).task("t").status is TaskStatus.SCHEDULED


def test_a_task_whose_output_is_to_be_checked_says_so():
    checked = simple("t", **_strict(outputSchema=NEEDS_A))
    unchecked = simple("u", **_strict(inputSchema={**NEEDS_A, "data": {}}))
    driver = Driver(workflow(checked, unchecked)).start()
    assert driver.task("t").checks_output
    driver.complete("t")
    assert not driver.task("u").checks_output


def test_a_computed_task_with_bad_output_fails_and_changes_no_variables():
    schema = _strict(outputSchema=NEEDS_A)
    setter = task("t", "SET_VARIABLE", inputParameters={"v": 1}, **schema)
    driver = Driver(workflow(setter, variables={"v": 0})).start()
    assert driver.task("t").status is TaskStatus.FAILED_WITH_TERMINAL_ERROR
    assert driver.state.variables == {"v": 0}


def test_a_wait_that_is_over_at_once_has_its_output_checked():
    over = task(
        "t", "WAIT", inputParameters={"until": "1970-01-01"}, **_strict(outputSchema=NEEDS_A)
    )
    driver = Driver(workflow(over)).start()
    assert driver.task("t").status is TaskStatus.FAILED_WITH_TERMINAL_ERROR


def test_a_workflow_with_bad_output_fails_and_keeps_it():
    definition = workflow(
        simple("t"), outputParameters={"b": "${t.output.b}"}, outputSchema=NEEDS_A
    )
    driver = Driver(definition).start()
    driver.complete("t", {"b": 7})
    assert driver.status is WorkflowStatus.FAILED
    assert driver.header.reason == (
        "The output of workflow flow does not meet its schema has a: $: a is missing"
    )
    assert driver.output == {"b": 7}


def test_the_output_that_a_terminate_gives_is_checked_too():
    ending = {"terminationStatus": "COMPLETED", "workflowOutput": {"b": 1}}
    definition = workflow(task("t", "TERMINATE", inputParameters=ending), outputSchema=NEEDS_A)
    assert Driver(definition).start().status is WorkflowStatus.FAILED
    fine = {"terminationStatus": "COMPLETED", "workflowOutput": {"a": 1}}
    definition = workflow(task("t", "TERMINATE", inputParameters=fine), outputSchema=NEEDS_A)
    assert Driver(definition).start().status is WorkflowStatus.COMPLETED


def test_a_workflow_that_fails_anyway_keeps_its_own_reason():
    driver = Driver(workflow(simple("t"), outputSchema=NEEDS_A)).start()
    driver.fail("t", "broken")
    assert "broken" in driver.header.reason


def test_bad_output_starts_the_failure_workflow():
    definition = workflow(simple("t"), outputSchema=NEEDS_A, failureWorkflow="mend")
    driver = Driver(definition, workflow_defs={("mend", None): WorkflowDef(name="mend")}).start()
    driver.complete("t", {"b": 1})
    assert isinstance(driver.output, dict)
    assert driver.output.keys() == {"b", "conductor.failure_workflow"}
