"""tasks.md 27, cases 1 to 4, 6, 9 and 12: chains, retries, timeouts."""

from __future__ import annotations

from tests.support.client import Client, definition, simple


def test_case_1_inputs_flow_through_two_tasks_to_the_output(client: Client) -> None:
    wf = client.run(
        definition(
            "two",
            simple("t1", inputParameters={"p1": "${workflow.input.p1}", "none": None}),
            simple(
                "t2",
                inputParameters={"tp1": "${workflow.input.p2}", "tp2": "${t1.output.op}"},
            ),
            outputParameters={"o1": "${workflow.input.p1}", "o2": "${t2.output.uuid}"},
        ),
        {"p1": "a", "p2": [1, None]},
    )
    first = client.finish("t1", {"op": {"deep": True}})
    assert first["inputData"] == {"p1": "a", "none": None}
    second = client.finish("t2", {"uuid": 7})
    assert second["inputData"] == {"tp1": [1, None], "tp2": {"deep": True}}
    found = client.workflow(wf)
    assert (found["status"], found["output"]) == ("COMPLETED", {"o1": "a", "o2": 7})
    assert [each["seq"] for each in found["tasks"]] == [1, 2]


def test_case_2_an_unregistered_task_is_scheduled_in_an_inline_definition(client: Client) -> None:
    wf = client.run(definition("inline", simple("nobody_knows")))
    assert client.tasks(wf) == [("nobody_knows", "SCHEDULED")]
    client.finish("nobody_knows")
    assert client.status(wf) == "COMPLETED"


def test_case_3_a_terminal_error_ends_the_workflow_despite_retries_left(client: Client) -> None:
    client.register({"name": "t1", "retryCount": 3, "retryDelaySeconds": 0})
    wf = client.run(
        definition("terminal", simple("t1"), outputParameters={"o": "${workflow.input.x}"}),
        {"x": 5},
    )
    client.finish("t1", status="FAILED_WITH_TERMINAL_ERROR", reasonForIncompletion="no")
    found = client.workflow(wf)
    assert (found["status"], found["output"]) == ("FAILED", {"o": 5})
    assert client.tasks(wf) == [("t1", "FAILED_WITH_TERMINAL_ERROR")]
    assert "no" in found["reasonForIncompletion"]
    assert found["failedReferenceTaskNames"] == ["t1"]


def test_case_4_a_failed_task_gets_a_new_attempt_that_names_the_old_one(client: Client) -> None:
    client.register({"name": "t1", "retryCount": 2, "retryDelaySeconds": 0})
    wf = client.run(definition("retried", simple("t1")))
    failed = client.fail("t1", "busy")
    old, new = client.workflow(wf)["tasks"]
    assert (old["status"], old["retried"], old["taskId"]) == ("FAILED", True, failed["taskId"])
    assert (new["status"], new["retryCount"]) == ("SCHEDULED", 1)
    assert new["retriedTaskId"] == old["taskId"]
    client.fail("t1")
    client.fail("t1", "for good")
    found = client.workflow(wf)
    assert found["status"] == "FAILED"
    assert [each["retryCount"] for each in found["tasks"]] == [0, 1, 2]
    assert found["reasonForIncompletion"].endswith(
        "failed with status: FAILED and reason: 'for good'"
    )


def test_case_5_a_callback_hides_the_task_and_keeps_its_output(client: Client) -> None:
    wf = client.run(definition("callback", simple("t1")))
    client.finish("t1", {"half": 1}, status="IN_PROGRESS", callbackAfterSeconds=5)
    assert client.poll("t1") is None
    assert client.task(wf, "t1")["outputData"] == {"half": 1}
    client.stack.advance(6)
    client.finish("t1")
    assert client.status(wf) == "COMPLETED"


def test_case_6_a_response_timeout_is_retried_and_then_ends_the_workflow(client: Client) -> None:
    client.register(
        {"name": "t1", "retryCount": 1, "retryDelaySeconds": 0, "responseTimeoutSeconds": 10}
    )
    wf = client.run(definition("silent", simple("t1")))
    assert client.poll("t1") is not None
    client.stack.advance(11)
    assert client.tasks(wf) == [("t1", "TIMED_OUT"), ("t1", "SCHEDULED")]
    assert client.poll("t1") is not None
    client.stack.advance(11)
    assert client.tasks(wf) == [("t1", "TIMED_OUT"), ("t1", "TIMED_OUT")]
    assert client.status(wf) == "TIMED_OUT"


def test_case_8_a_pause_schedules_nothing_until_the_resume(client: Client) -> None:
    wf = client.run(definition("paused", simple("t1"), simple("t2")))
    polled = client.poll("t1")
    assert polled is not None
    client.call("PUT", f"/workflow/{wf}/pause")
    result = {"workflowInstanceId": wf, "taskId": polled["taskId"], "status": "COMPLETED"}
    client.call("POST", "/tasks", result)
    client.stack.settle()
    assert client.tasks(wf) == [("t1", "COMPLETED")]
    client.call("PUT", f"/workflow/{wf}/resume")
    client.stack.settle()
    client.finish("t2")
    assert client.status(wf) == "COMPLETED"


def test_case_9_optional_goes_on_and_permissive_fails_at_the_end(client: Client) -> None:
    client.register({"name": "t1", "retryCount": 0})
    optional = client.run(definition("opt", simple("t1", optional=True), simple("t2")))
    client.fail("t1")
    client.finish("t2")
    assert client.tasks(optional) == [("t1", "COMPLETED_WITH_ERRORS"), ("t2", "COMPLETED")]
    assert client.status(optional) == "COMPLETED"
    permissive = client.run(definition("perm", simple("t1", permissive=True), simple("t2")))
    client.fail("t1")
    client.finish("t2")
    assert client.tasks(permissive) == [("t1", "FAILED"), ("t2", "COMPLETED")]
    assert client.status(permissive) == "FAILED"


def test_case_12_the_end_time_of_a_task_can_be_named(client: Client) -> None:
    wf = client.run(definition("times", simple("t1"), outputParameters={"end": "${t1.endTime}"}))
    client.finish("t1")
    assert client.workflow(wf)["output"]["end"] == client.task(wf, "t1")["endTime"] > 0
