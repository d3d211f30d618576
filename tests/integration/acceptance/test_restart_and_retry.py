"""tasks.md 27, cases 7, 15, 17 and 19: restart, and retry by hand, of one workflow."""

from __future__ import annotations

from typing import Any

from tests.support.client import Client, definition, simple, task

ONCE = [{"name": name, "retryCount": 0} for name in ("t1", "t2", "b1", "b2", "step")]


def restart(client: Client, wf: str, **query: Any) -> None:
    assert client.call("POST", f"/workflow/{wf}/restart", **query) == ""
    client.stack.settle()


def retry(client: Client, wf: str) -> None:
    assert client.call("POST", f"/workflow/{wf}/retry") == ""
    client.stack.settle()


def refused(client: Client, path: str) -> tuple[int, str]:
    answer = client.stack.request("POST", f"/api/workflow/{path}")
    return answer.status, answer.body["message"]


def test_case_7_a_restart_keeps_the_old_definition_or_takes_the_latest(client: Client) -> None:
    client.register(*ONCE, definition("flow", simple("t1"), simple("t2")))
    wf = client.start("flow", {"n": 1})
    client.finish("t1")
    client.fail("t2")
    client.register(definition("flow", simple("t1"), version=2))
    restart(client, wf)
    found = client.workflow(wf)
    assert (found["status"], found["workflowVersion"]) == ("RUNNING", 1)
    assert (found["input"], found["output"], "reasonForIncompletion" in found) == (
        {"n": 1},
        {},
        False,
    )
    client.finish("t1")
    client.finish("t2")
    assert client.tasks(wf) == [("t1", "COMPLETED"), ("t2", "COMPLETED")]
    restart(client, wf, useLatestDefinitions="true")
    assert client.workflow(wf)["workflowVersion"] == 2
    client.finish("t1")
    assert client.tasks(wf) == [("t1", "COMPLETED")]
    assert client.status(wf) == "COMPLETED"


def test_case_7_a_restart_counts_from_one_again(client: Client) -> None:
    client.register(*ONCE, definition("flow", simple("t1"), simple("t2")))
    wf = client.start("flow")
    client.finish("t1")
    client.fail("t2")
    restart(client, wf)
    polled = client.poll("t1")
    assert polled is not None
    assert (polled["seq"], polled["taskId"]) == (1, f"{wf}.3.t1")
    assert [one["seq"] for one in client.workflow(wf)["tasks"]] == [1]
    assert client.call("GET", f"/tasks/{polled['taskId']}")["seq"] == 1


def test_case_7_what_is_not_restartable_can_be_restarted_until_it_completes(client: Client) -> None:
    client.register(*ONCE, definition("flow", simple("t1"), restartable=False))
    wf = client.start("flow")
    client.fail("t1")
    restart(client, wf)
    client.finish("t1")
    status, message = refused(client, f"{wf}/restart")
    assert status == 404
    assert wf in message
    assert client.status(wf) == "COMPLETED"


def test_case_7_a_late_worker_of_the_run_before_changes_nothing(client: Client) -> None:
    client.register(*ONCE, definition("flow", simple("t1")))
    wf = client.start("flow")
    polled = client.poll("t1")
    assert polled is not None
    client.call("DELETE", f"/workflow/{wf}")
    restart(client, wf)
    late = {"workflowInstanceId": wf, "taskId": polled["taskId"], "status": "COMPLETED"}
    client.call("POST", "/tasks", late)
    client.stack.settle()
    assert client.tasks(wf) == [("t1", "SCHEDULED")]
    client.finish("t1")
    assert client.status(wf) == "COMPLETED"


def test_case_15_a_retry_restores_a_fork_whose_branch_failed(client: Client) -> None:
    forked = [
        task("FORK_JOIN", "fork", forkTasks=[[simple("b1")], [simple("b2")]]),
        task("JOIN", "join", joinOn=["b1", "b2"]),
    ]
    client.register(*ONCE)
    wf = client.run(definition("forked", *forked, simple("last")))
    client.fail("b1")
    assert client.tasks(wf)[-2:] == [("b2", "CANCELED"), ("join", "CANCELED")]
    retry(client, wf)
    assert client.tasks(wf) == [
        ("fork", "COMPLETED"),
        ("b1", "FAILED"),
        ("b2", "CANCELED"),
        ("join", "IN_PROGRESS"),
        ("b1", "SCHEDULED"),
        ("b2", "SCHEDULED"),
    ]
    found = client.workflow(wf)["tasks"]
    assert (found[4]["retryCount"], found[4]["retriedTaskId"]) == (1, found[1]["taskId"])
    assert (found[1]["retried"], found[1]["executed"]) == (True, True)
    client.finish("b1")
    client.finish("b2")
    client.finish("last")
    assert client.status(wf) == "COMPLETED"


def test_case_17_a_dynamic_fork_is_retried(client: Client) -> None:
    client.register(*ONCE)
    forked = [
        task(
            "FORK_JOIN_DYNAMIC",
            "fork",
            dynamicForkTasksParam="tasks",
            dynamicForkTasksInputParamName="inputs",
            inputParameters={"tasks": "${workflow.input.tasks}", "inputs": {}},
        ),
        task("JOIN", "join"),
    ]
    wf = client.run(
        definition("dynamic", *forked, simple("last")), {"tasks": [simple("b1"), simple("b2")]}
    )
    client.finish("b2", {"n": 2})
    client.fail("b1")
    retry(client, wf)
    client.finish("b1", {"n": 1})
    assert client.task(wf, "join")["outputData"] == {"b1": {"n": 1}, "b2": {"n": 2}}
    client.finish("last")
    assert client.status(wf) == "COMPLETED"


def test_case_19_a_failed_child_of_a_loop_is_retried_by_hand(client: Client) -> None:
    client.register(*ONCE)
    loop = task(
        "DO_WHILE", "loop", loopCondition="$.loop['iteration'] < 3", loopOver=[simple("step")]
    )
    wf = client.run(definition("looped", loop, simple("last")))
    client.finish("step", {"n": 1})
    client.fail("step")
    assert client.status(wf) == "FAILED"
    retry(client, wf)
    assert client.task(wf, "loop")["status"] == "IN_PROGRESS"
    client.finish("step", {"n": 2})
    client.finish("step", {"n": 3})
    assert client.task(wf, "loop")["outputData"] == {
        "1": {"step": {"n": 1}},
        "2": {"step": {"n": 2}},
        "3": {"step": {"n": 3}},
        "iteration": 3,
    }
    client.finish("last")
    assert client.status(wf) == "COMPLETED"


def test_a_failure_workflow_starts_again_when_a_retry_fails(client: Client) -> None:
    client.register(*ONCE, definition("mend", simple("mending")))
    wf = client.run(definition("flow", simple("t1"), failureWorkflow="mend"))
    client.fail("t1")
    first = client.workflow(wf)["output"]["conductor.failure_workflow"]
    retry(client, wf)
    client.fail("t1")
    second = client.workflow(wf)["output"]["conductor.failure_workflow"]
    assert first != second
    assert client.status(second) == "RUNNING"
