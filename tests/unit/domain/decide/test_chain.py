"""Chains of worker tasks: inputs, outputs, completion (tasks.md 27, cases 1 to 4)."""

from __future__ import annotations

from dataclasses import replace

from podium.domain.decide import decide
from podium.domain.decision import Decision
from podium.domain.engines import EngineLimitError
from podium.domain.execution import Kind, StartRecord
from podium.domain.ids import TaskKey
from podium.domain.status import TaskStatus, WorkflowStatus
from tests.support.driver import START, Driver, simple, task, workflow
from tests.support.engines import table_engines


def test_inputs_come_from_the_workflow_and_from_earlier_tasks():
    driver = Driver(
        workflow(
            simple("t1", inputParameters={"p1": "${workflow.input.param1}", "p2": None}),
            simple(
                "t2",
                inputParameters={
                    "tp2": "${t1.output.op}",
                    "id": "${CPEWF_TASK_ID}",
                    "text": "is ${workflow.input.param1}",
                },
            ),
            outputParameters={"o1": "${workflow.input.param1}", "o2": "${t2.output.x}"},
        ),
        {"param1": "p1 value"},
    ).start()
    assert driver.task("t1").input == {"p1": "p1 value", "p2": None}
    driver.complete("t1", {"op": "task1.Done"})
    assert driver.task("t2").input == {
        "tp2": "task1.Done",
        "id": TaskKey("wf", "t2", 2).task_id,
        "text": "is p1 value",
    }
    driver.complete("t2", {"x": [1]})
    assert driver.status is WorkflowStatus.COMPLETED
    assert driver.output == {"o1": "p1 value", "o2": [1]}
    assert driver.header.ended_at == START
    assert driver.header.failed_seq == 0


def test_a_definition_without_tasks_completes_at_once():
    driver = Driver(workflow()).start()
    assert driver.status is WorkflowStatus.COMPLETED
    assert driver.tasks == []
    assert driver.output == {}


def test_an_unregistered_task_is_scheduled_with_the_peers_defaults():
    driver = Driver(workflow({"name": "t1", "taskReferenceName": "t1", "type": "SIMPLE"})).start()
    made = driver.task("t1")
    assert (made.status, made.kind, made.type, made.name) == (
        TaskStatus.SCHEDULED,
        Kind.WORKER,
        "t1",
        "t1",
    )
    assert made.lease == 3_600_000
    driver.fail("t1")
    assert driver.task("t1").attempt == 1
    assert driver.task("t1").callback_after == 60


def test_without_output_parameters_the_output_is_that_of_the_task_created_last():
    driver = Driver(workflow(simple("t1"), simple("t2"))).start()
    driver.complete("t1", {"a": 1})
    driver.complete("t2", {"b": 2})
    assert driver.output == {"b": 2}


def test_a_terminal_error_ends_the_workflow_despite_retries_left():
    driver = Driver(
        workflow(simple("t1", retryCount=5), outputParameters={"o1": "${workflow.input.x}"}),
        {"x": "kept"},
    ).start()
    driver.fail("t1", "no use", TaskStatus.FAILED_WITH_TERMINAL_ERROR)
    task_id = TaskKey("wf", "t1", 1).task_id
    assert driver.status is WorkflowStatus.FAILED
    assert driver.header.reason == f"Task {task_id} failed with status: FAILED and reason: 'no use'"
    assert driver.header.failed_seq == 1
    assert driver.output == {"o1": "kept"}


def test_the_failed_entry_stays_open_for_a_retry_of_the_workflow():
    driver = Driver(workflow(simple("t1"))).start()
    driver.fail("t1")
    assert [entry.seq for entry in driver.header.open] == [1]


def test_a_failed_workflow_without_output_parameters_has_the_output_of_its_last_task():
    driver = Driver(workflow(simple("t1"), simple("t2"))).start()
    driver.complete("t1", {"a": 1})
    driver.end("t2", TaskStatus.FAILED, {"partial": True}, "broken")
    assert driver.output == {"partial": True}


def test_an_end_nobody_waits_for_decides_nothing():
    driver = Driver(workflow(simple("t1"), simple("t2"))).start()
    end = driver.ended("t1")
    assert isinstance(driver.advance(end), Decision)
    assert driver.decide([end]) is None


def test_an_end_of_another_incarnation_is_ignored():
    driver = Driver(workflow(simple("t1"))).start()
    end = replace(driver.ended("t1"), inc=1)
    assert driver.decide([end]) is None


def test_an_open_task_is_no_end():
    driver = Driver(workflow(simple("t1"))).start()
    assert driver.decide([driver.task("t1")]) is None


def test_a_paused_execution_decides_nothing():
    driver = Driver(workflow(simple("t1"), simple("t2"))).start()
    driver.pause()
    assert driver.decide([driver.ended("t1")]) is None
    driver.resume()
    assert driver.open_refs == ["t2"]


def test_an_execution_paused_before_its_first_decision_begins_when_it_is_resumed():
    driver = Driver(workflow(simple("t1")))
    driver.pause()
    assert driver.header.open == ()
    driver.resume()
    assert driver.open_refs == ["t1"]


def test_workflow_facts_are_visible_to_expressions():
    record = StartRecord(input={"a": {"b": [1, 2]}}, correlation_id="order-7")
    parameters = {
        "id": "${workflow.workflowId}",
        "type": "${workflow.workflowType}",
        "version": "${workflow.version}",
        "correlation": "${workflow.correlationId}",
        "deep": "${workflow.input.a.b[1]}",
        "status": "${workflow.status}",
        "nothing": "${workflow.input.missing}",
    }
    driver = Driver(workflow(simple("t1", inputParameters=parameters)), record=record).start()
    assert driver.task("t1").input == {
        "id": "wf",
        "type": "flow",
        "version": 1,
        "correlation": "order-7",
        "deep": 2,
        "status": "RUNNING",
        "nothing": None,
    }


def test_the_end_time_of_a_task_is_a_number():
    driver = Driver(
        workflow(simple("t1"), simple("t2", inputParameters={"at": "${t1.endTime}"}))
    ).start()
    driver.now += 5
    driver.complete("t1")
    assert driver.task("t2").input == {"at": START + 5}


def test_several_ends_are_folded_in_one_decision():
    driver = Driver(
        workflow(
            task("fork", "FORK_JOIN", forkTasks=[[simple("a")], [simple("b")]]),
            task("join", "JOIN", joinOn=["a", "b"]),
        )
    ).start()
    decision = driver.advance(driver.ended("a"), driver.ended("b"))
    assert decision is not None
    assert decision.header.status is WorkflowStatus.COMPLETED
    assert driver.header.version == 2


def test_decide_does_not_change_the_state_it_was_given():
    driver = Driver(workflow(simple("t1"), simple("t2"))).start()
    end = driver.ended("t1", output={"a": 1})
    before = (driver.state.header, driver.state.memory.latest("t1", driver.header))
    driver._settle(lambda state, context: decide(state, [end], context))
    assert (driver.state.header, driver.state.memory.latest("t1", driver.header)) == before


def test_a_user_defined_type_is_polled_by_its_type():
    driver = Driver(workflow(task("t1", "CARRIER"))).start()
    made = driver.task("t1")
    assert (made.type, made.name, made.kind) == ("CARRIER", "t1", Kind.WORKER)


def test_a_type_that_is_not_built_here_fails_with_a_reason():
    driver = Driver(workflow(task("t1", "JDBC"))).start()
    assert driver.status is WorkflowStatus.FAILED
    assert "Task type JDBC is not supported" in driver.header.reason


def test_a_start_delay_delays_the_first_hand_out():
    driver = Driver(workflow(simple("t1", startDelay=5))).start()
    made = driver.task("t1")
    assert (made.start_delay, made.start_delay_ms) == (5, 5000)


def test_the_input_template_of_a_task_definition_fills_what_is_missing():
    definition = {"name": "t1", "inputTemplate": {"a": "${workflow.input.x}", "b": 2}}
    driver = Driver(
        workflow(simple("t1", inputParameters={"b": 3}, taskDefinition=definition)), {"x": 1}
    ).start()
    assert driver.task("t1").input == {"a": 1, "b": 3}


def test_an_output_parameter_that_cannot_be_evaluated_is_null():
    deep: object = "${workflow.input.x}"
    for _ in range(2000):
        deep = [deep]
    driver = Driver(workflow(simple("t1"), outputParameters={"deep": deep, "x": 1})).start()
    driver.complete("t1")
    assert driver.output == {"deep": None, "x": 1}


def test_void_numbers_are_passed_over_for_the_last_task():
    driver = Driver(workflow(simple("t1"), simple("t2"))).start()
    driver.complete("t1", {"a": 1})
    header = replace(driver.header, last_seq=6, gone=((3, 6),))
    driver.state = replace(driver.state, header=header)
    driver.complete("t2", {"b": 2})
    assert driver.output == {"b": 2}


def test_a_response_timeout_is_retried_and_then_times_the_workflow_out():
    reason = "responseTimeout: 1 exceeded for the taskId: x with Task Definition: t1"
    driver = Driver(workflow(simple("t1", retryCount=1))).start()
    driver.fail("t1", reason, TaskStatus.TIMED_OUT)
    assert driver.open_refs == ["t1"]
    driver.fail("t1", reason, TaskStatus.TIMED_OUT)
    assert driver.status is WorkflowStatus.TIMED_OUT


def test_a_path_that_is_cut_off_fails_the_workflow_and_names_the_task():
    found = table_engines(paths={"$[?(@ =~ /(a+)+b/)]": EngineLimitError("cut off after 4 s")})
    pattern = "${workflow.input[?(@ =~ /(a+)+b/)]}"
    driver = Driver(workflow(simple("a", inputParameters={"x": pattern})), engines=found).start()
    assert driver.status is WorkflowStatus.FAILED
    expected = "Path $[?(@ =~ /(a+)+b/)] failed: cut off after 4 s in task a"
    assert driver.header.reason == expected
