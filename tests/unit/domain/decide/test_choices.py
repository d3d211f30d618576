"""SWITCH, DECISION, EXCLUSIVE_JOIN (tasks.md 3, 4, 8; 27, case 13)."""

from __future__ import annotations

import pytest

from podium.domain.engines import EngineError
from podium.domain.status import TaskStatus, WorkflowStatus
from tests.support.driver import Driver, engines, simple, task, workflow


def _switch(ref="s", **fields):
    return task(
        ref,
        "SWITCH",
        evaluatorType="value-param",
        expression="key",
        inputParameters={"key": "${workflow.input.key}"},
        **fields,
    )


def test_the_chosen_case_follows_right_behind_the_switch():
    driver = Driver(
        workflow(_switch(decisionCases={"a": [simple("a1"), simple("a2")]}), simple("end")),
        {"key": "a"},
    ).start()
    assert driver.refs == ["s", "a1"]
    chosen = driver.task("s")
    assert chosen.status is TaskStatus.COMPLETED
    assert chosen.output == {"evaluationResult": ["a"], "selectedCase": "a"}
    assert chosen.input == {"key": "a", "case": "a", "hasChildren": "true"}
    driver.complete("a1")
    driver.complete("a2")
    assert driver.open_refs == ["end"]


@pytest.mark.parametrize(
    ("key", "expected"),
    [("a", ["a1"]), ("other", ["d1"]), (None, ["d1"]), ("empty", ["end"])],
)
def test_an_unknown_key_takes_the_default_and_an_empty_case_runs_nothing(key, expected):
    driver = Driver(
        workflow(
            _switch(decisionCases={"a": [simple("a1")], "empty": []}, defaultCase=[simple("d1")]),
            simple("end"),
        ),
        {"key": key},
    ).start()
    assert driver.open_refs == expected


def test_without_a_default_the_flow_goes_on():
    driver = Driver(
        workflow(_switch(decisionCases={"a": [simple("a1")]}), simple("end")), {"key": "b"}
    ).start()
    assert driver.open_refs == ["end"]
    assert "hasChildren" not in driver.task("s").input


def test_a_script_chooses():
    script = "$.key > 3 ? 1 : 2"
    driver = Driver(
        workflow(
            task(
                "s",
                "SWITCH",
                evaluatorType="javascript",
                expression=script,
                inputParameters={"key": "${workflow.input.key}"},
                decisionCases={"1": [simple("large")], "2": [simple("small")]},
            )
        ),
        {"key": 5},
        engines=engines({script: lambda document: 1 if document["key"] > 3 else 2}),
    ).start()
    assert driver.open_refs == ["large"]


def test_choices_nest_and_the_flow_climbs_out_of_all_of_them():
    inner = _switch("inner", decisionCases={"a": [simple("x")]})
    middle = _switch("middle", decisionCases={"a": [inner]})
    driver = Driver(
        workflow(_switch("outer", decisionCases={"a": [middle]}), simple("end")), {"key": "a"}
    ).start()
    assert driver.refs == ["outer", "middle", "inner", "x"]
    driver.complete("x")
    assert driver.open_refs == ["end"]


def test_a_failing_script_fails_the_workflow():
    driver = Driver(
        workflow(task("s", "SWITCH", evaluatorType="javascript", expression="throw 1")),
        engines=engines({"throw 1": EngineError("Error: 1")}),
    ).start()
    assert driver.task("s").status is TaskStatus.FAILED
    assert driver.status is WorkflowStatus.FAILED


def test_the_flow_goes_on_after_an_optional_switch_whose_script_fails():
    driver = Driver(
        workflow(
            task(
                "s",
                "SWITCH",
                evaluatorType="javascript",
                expression="throw 1",
                optional=True,
                defaultCase=[simple("d")],
            ),
            simple("end"),
        ),
        engines=engines({"throw 1": EngineError("Error: 1")}),
    ).start()
    assert driver.task("s").status is TaskStatus.COMPLETED_WITH_ERRORS
    assert driver.open_refs == ["end"]


def test_an_unknown_evaluator_fails_the_workflow_and_leaves_the_switch_due():
    driver = Driver(workflow(task("s", "SWITCH", evaluatorType="cobol", expression="x"))).start()
    assert driver.status is WorkflowStatus.FAILED
    assert "cobol" in driver.header.reason
    assert driver.tasks == []
    assert [entry.kind.value for entry in driver.header.open] == ["d"]


def _decision(**fields):
    return task(
        "d",
        "DECISION",
        caseValueParam="key",
        inputParameters={"key": "${workflow.input.key}"},
        **fields,
    )


def test_an_empty_case_of_a_decision_gives_way_to_the_default():
    driver = Driver(
        workflow(_decision(decisionCases={"a": []}, defaultCase=[simple("x")])), {"key": "a"}
    ).start()
    assert driver.open_refs == ["x"]
    assert driver.task("d").output == {"caseOutput": ["a"]}


def test_a_failing_script_of_a_decision_ends_the_workflow_directly():
    failing = task("d", "DECISION", caseExpression="throw 1", optional=True)
    driver = Driver(
        workflow(failing), engines=engines({"throw 1": EngineError("Error: 1")})
    ).start()
    assert driver.status is WorkflowStatus.FAILED
    assert driver.tasks == []


def _exclusive(**fields):
    cases = {"a": [simple("a1")], "b": [simple("b1")]}
    return workflow(
        _switch(decisionCases=cases), task("x", "EXCLUSIVE_JOIN", **fields), simple("end")
    )


def test_an_exclusive_join_takes_the_output_of_the_task_that_ran():
    driver = Driver(_exclusive(joinOn=["a1", "b1"]), {"key": "b"}).start()
    driver.complete("b1", {"from": "b"})
    assert driver.task("x").output == {"from": "b"}
    assert driver.open_refs == ["end"]


def test_an_exclusive_join_falls_back_on_its_default():
    driver = Driver(
        _exclusive(joinOn=["a1", "b1"], defaultExclusiveJoinTask=["s"]), {"key": "c"}
    ).start()
    assert driver.task("x").output == {"evaluationResult": ["c"], "selectedCase": "c"}
    assert driver.open_refs == ["end"]


def test_an_exclusive_join_on_a_permissive_failure_fails():
    definition = workflow(
        simple("a", permissive=True), task("x", "EXCLUSIVE_JOIN", joinOn=["a"]), simple("end")
    )
    driver = Driver(definition).start()
    driver.fail("a")
    assert driver.task("x").status is TaskStatus.FAILED
    assert driver.status is WorkflowStatus.FAILED


def test_an_exclusive_join_fails_with_a_permissive_default_that_failed():
    definition = workflow(
        simple("a", permissive=True),
        task("x", "EXCLUSIVE_JOIN", joinOn=["none"], defaultExclusiveJoinTask=["a"]),
    )
    driver = Driver(definition).start()
    driver.fail("a", "bad")
    assert driver.task("x").status is TaskStatus.FAILED
    assert driver.status is WorkflowStatus.FAILED


def test_an_exclusive_join_of_nothing_that_ran_fails_instead_of_waiting():
    driver = Driver(_exclusive(joinOn=["a1", "b1"]), {"key": "c"}).start()
    assert driver.status is WorkflowStatus.FAILED
    assert "never scheduled: a1, b1" in driver.header.reason


def test_an_exclusive_join_waits_for_a_task_that_is_open():
    definition = workflow(
        task(
            "fork",
            "FORK_JOIN",
            forkTasks=[[simple("a")], [task("x", "EXCLUSIVE_JOIN", joinOn=["a"])]],
        ),
        task("join", "JOIN", joinOn=["x"]),
    )
    driver = Driver(definition).start()
    assert driver.task("x").status is TaskStatus.IN_PROGRESS
    driver.complete("a", {"v": 1})
    assert driver.task("x").output == {"v": 1}
    assert driver.status is WorkflowStatus.COMPLETED
