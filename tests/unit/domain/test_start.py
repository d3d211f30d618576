"""Snapshots, headers and start records (engine.md 1.4, 16)."""

from __future__ import annotations

import pytest

from podium.domain.children import StartSpec
from podium.domain.decision import Context, Missing, NeedTaskDef, NeedWorkflowDef
from podium.domain.definitions import TaskDef, WorkflowDef, walk
from podium.domain.execution import Parent
from podium.domain.start import new_header, prepare, start_record
from podium.errors import NotFoundError
from tests.support.driver import engines, simple, task, workflow


def _context(task_defs=None, workflow_defs=None):
    return Context(
        0, engines(), lambda _: 0.0, workflow_defs=workflow_defs or {}, task_defs=task_defs or {}
    )


def _plain(ref, task_type="SIMPLE", **fields):
    return {"name": ref, "taskReferenceName": ref, "type": task_type, **fields}


def _prepared(*tasks, task_defs=None, workflow_defs=None):
    names = {made.name: None for made in walk(workflow(*tasks).tasks)}
    known = {**names, **(task_defs or {})}
    prepared = prepare(workflow(*tasks), _context(known, workflow_defs))
    assert isinstance(prepared, WorkflowDef)
    return {made.task_reference_name: made for made in walk(prepared.tasks)}


def test_everything_that_has_to_be_looked_up_is_asked_for_at_once():
    answer = prepare(
        workflow(simple("a"), task("s", "SUB_WORKFLOW", subWorkflowParam={"name": "kid"})),
        _context(),
    )
    assert answer == Missing(
        frozenset({NeedTaskDef("a"), NeedTaskDef("s"), NeedWorkflowDef("kid", None)})
    )


def test_registered_definitions_are_embedded_at_every_depth():
    registered = TaskDef(name="deep", retry_count=9)
    loop = task("l", "DO_WHILE", loopOver=[_plain("deep")])
    switch = task("s", "SWITCH", decisionCases={"a": [loop]}, defaultCase=[_plain("d")])
    fork = task("f", "FORK_JOIN", forkTasks=[[switch]])
    found = _prepared(fork, task("j", "JOIN"), task_defs={"deep": registered})
    assert found["deep"].task_definition == registered
    assert found["d"].task_definition == TaskDef(name="d")


def test_what_is_not_registered_gets_the_peers_made_up_definition():
    found = _prepared(_plain("a"), _plain("h", "HTTP"), _plain("u", "CARRIER"), _plain("w", "WAIT"))
    assert found["a"].task_definition == TaskDef(name="a", retry_count=3)
    for ref in ("h", "u", "w"):
        made_up = found[ref].task_definition
        assert made_up is not None
        assert (made_up.retry_count, made_up.response_timeout_seconds) == (0, 0)


def test_an_embedded_definition_stays():
    found = _prepared(_plain("a", taskDefinition={"name": "a", "retryCount": 7}))
    assert found["a"].task_definition is not None
    assert found["a"].task_definition.retry_count == 7


def test_a_dynamic_task_gets_its_definition_when_it_is_resolved():
    assert _prepared(_plain("d", "DYNAMIC"))["d"].task_definition is None


def test_a_child_without_a_version_gets_the_latest_one():
    param = {"name": "kid", "taskToDomain": {"a": "b"}}
    child = task("s", "SUB_WORKFLOW", subWorkflowParam=param)
    found = _prepared(child, workflow_defs={("kid", None): WorkflowDef(name="kid", version=4)})
    pinned = found["s"].sub_workflow_param
    assert pinned is not None
    assert (pinned.version, pinned.task_to_domain) == (4, {"a": "b"})


@pytest.mark.parametrize(
    "param",
    [
        {"name": "kid", "version": 2},
        {"name": "${workflow.input.kid}"},
        {"workflowDefinition": {"name": "kid"}},
        {},
    ],
)
def test_nothing_is_fixed_where_there_is_nothing_to_fix(param):
    child = task("s", "SUB_WORKFLOW", subWorkflowParam=param)
    prepared = _prepared(child)["s"].sub_workflow_param
    assert prepared is not None
    assert prepared.version == param.get("version")


def test_an_unknown_child_refuses_the_start():
    child = task("s", "SUB_WORKFLOW", subWorkflowParam={"name": "kid"})
    with pytest.raises(NotFoundError, match="kid"):
        _prepared(child, workflow_defs={("kid", None): None})


def test_a_new_header_has_done_nothing():
    parent = Parent("p", "s", 3, 0)
    header = new_header("wf", workflow(), "digest", 77, parent=parent)
    assert (header.version, header.last_seq, header.open) == (0, 0, ())
    assert (header.name, header.name_version, header.definition) == ("flow", 1, "digest")
    assert (header.created_at, header.committed_at, header.parent) == (77, 77, parent)


def test_what_a_start_fixes_stays_in_its_record():
    spec = StartSpec(
        "flow",
        version=3,
        input={"a": 1, "n": None},
        correlation_id="c",
        task_to_domain={"*": "d"},
        priority=5,
        created_by="me",
        idempotency_key="k",
        external_input_path="p",
        event="e",
    )
    record = start_record(spec, workflow(inputTemplate={"a": 9, "b": 2, "n": 4}))
    assert record.input == {"a": 1, "b": 2, "n": 4}
    assert (record.correlation_id, record.priority, record.created_by) == ("c", 5, "me")
    assert (record.task_to_domain, record.idempotency_key) == ({"*": "d"}, "k")
    assert (record.external_input_path, record.event) == ("p", "e")


def test_without_a_template_the_input_stays_as_it_is():
    spec = StartSpec("flow", input={"n": None})
    assert start_record(spec, workflow()).input == {"n": None}
