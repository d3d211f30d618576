"""tasks.md 27, case 31, second half: a signal finds the WAIT, the nested WAIT, or none."""

from __future__ import annotations

from tests.support.client import Client, Json, definition, simple, task

WAITING = definition("waiting", task("WAIT", "gate"), outputParameters={"by": "${gate.output.by}"})


def child(ref: str, value: Json) -> Json:
    """A SUB_WORKFLOW with an inline definition."""
    param = {"name": value["name"], "version": 1, "workflowDefinition": value}
    return task("SUB_WORKFLOW", ref, subWorkflowParam=param)


def signal(client: Client, wf: str, output: Json, status: str = "COMPLETED") -> None:
    assert client.call("POST", f"/tasks/{wf}/{status}/signal", output) == ""
    client.stack.settle()


def test_case_31_a_signal_completes_the_wait_and_its_output_is_the_payload(client: Client) -> None:
    wf = client.run(WAITING)
    signal(client, wf, {"by": "ann", "none": None})
    assert client.task(wf, "gate")["outputData"] == {"by": "ann", "none": None}
    assert client.workflow(wf)["output"] == {"by": "ann"}
    assert client.status(wf) == "COMPLETED"


def test_case_31_signals_go_to_the_waits_in_their_order(client: Client) -> None:
    wf = client.run(definition("row", task("WAIT", "a"), task("WAIT", "b"), simple("t")))
    signal(client, wf, {"n": 1})
    signal(client, wf, {"n": 2})
    assert client.tasks(wf) == [("a", "COMPLETED"), ("b", "COMPLETED"), ("t", "SCHEDULED")]
    assert client.task(wf, "b")["outputData"] == {"n": 2}


def test_case_31_a_signal_is_found_in_the_sub_workflows_depth_first(client: Client) -> None:
    inner = definition("inner", task("WAIT", "deep"))
    middle = definition("middle", child("kid", inner))
    outer = definition(
        "outer",
        task(
            "FORK_JOIN",
            "fork",
            forkTasks=[[task("HUMAN", "nobody")], [child("sub", middle)], [child("late", inner)]],
        ),
        task("JOIN", "join", joinOn=["nobody", "sub", "late"]),
    )
    wf = client.run(outer)
    signal(client, wf, {"n": 1})
    assert client.task(wf, "sub")["status"] == "COMPLETED"
    assert client.task(wf, "late")["status"] == client.task(wf, "nobody")["status"] == "IN_PROGRESS"
    leaf = client.workflow(client.task(wf, "late")["subWorkflowId"])
    signal(client, wf, {"n": 2})
    assert client.task(leaf["workflowId"], "deep")["outputData"] == {"n": 2}


def test_case_31_the_wait_of_the_workflow_itself_comes_before_that_of_a_child(
    client: Client,
) -> None:
    wf = client.run(
        definition(
            "own_first",
            task("FORK_JOIN", "fork", forkTasks=[[child("sub", WAITING)], [task("WAIT", "own")]]),
            task("JOIN", "join", joinOn=["sub", "own"]),
        )
    )
    signal(client, wf, {})
    assert client.task(wf, "own")["status"] == "COMPLETED"
    assert client.task(wf, "sub")["status"] == "IN_PROGRESS"


def test_case_31_a_signal_ends_a_wait_before_its_time_and_with_any_status(client: Client) -> None:
    timed = task("WAIT", "gate", inputParameters={"duration": "1 hour"})
    wf = client.run(definition("timed", timed))
    signal(client, wf, {"half": 1}, "IN_PROGRESS")
    assert client.task(wf, "gate")["status"] == "IN_PROGRESS"
    signal(client, wf, {"reason": "no"}, "FAILED")
    assert client.task(wf, "gate")["outputData"] == {"half": 1, "reason": "no"}
    assert client.status(wf) == "FAILED"


def test_case_31_without_a_wait_nothing_is_signalled(client: Client) -> None:
    wf = client.run(definition("human", task("HUMAN", "h")))
    signal(client, wf, {"n": 1})
    assert client.tasks(wf) == [("h", "IN_PROGRESS")]
    refused = client.stack.request("POST", f"/api/tasks/{wf}/COMPLETED/signal/sync", {})
    assert refused.status == 404
    assert wf in refused.body["message"]


def test_case_31_a_signal_to_a_workflow_that_has_ended_finds_nothing(client: Client) -> None:
    wf = client.run(WAITING)
    client.call("DELETE", f"/workflow/{wf}")
    client.stack.settle()
    signal(client, wf, {"by": "late"})
    assert client.tasks(wf) == [("gate", "CANCELED")]
    assert client.task(wf, "gate")["outputData"] == {}


def test_case_31_a_signal_right_after_the_start_is_not_lost(client: Client) -> None:
    # The item of the WAIT is still to be put when the start is answered by the stream alone.
    body = {"name": "waiting", "workflowDef": WAITING}
    wf = str(client.call("POST", "/workflow", body))
    signal(client, wf, {"by": "bob"})
    assert client.workflow(wf)["output"] == {"by": "bob"}


def test_case_31_a_signal_in_a_loop_goes_to_the_open_iteration(client: Client) -> None:
    loop = task(
        "DO_WHILE",
        "loop",
        loopCondition="$.loop['iteration'] < 2",
        loopOver=[task("WAIT", "gate")],
    )
    wf = client.run(definition("looped", loop))
    signal(client, wf, {"n": 1})
    signal(client, wf, {"n": 2})
    assert client.status(wf) == "COMPLETED"
    assert client.task(wf, "gate__2")["outputData"] == {"n": 2}


def test_case_31_a_paused_workflow_takes_the_signal_and_goes_on_when_resumed(
    client: Client,
) -> None:
    wf = client.run(definition("paused", task("WAIT", "gate"), simple("t")))
    client.call("PUT", f"/workflow/{wf}/pause")
    signal(client, wf, {})
    assert client.tasks(wf) == [("gate", "COMPLETED")]
    client.call("PUT", f"/workflow/{wf}/resume")
    client.stack.settle()
    assert client.tasks(wf) == [("gate", "COMPLETED"), ("t", "SCHEDULED")]


def test_a_signal_to_an_unknown_workflow_is_404(client: Client) -> None:
    for route in ("signal", "signal/sync"):
        answer = client.stack.request("POST", f"/api/tasks/nobody/COMPLETED/{route}", {})
        assert (answer.status, answer.body["status"]) == (404, 404)
        assert "nobody" in answer.body["message"]


def test_a_signal_with_an_unknown_status_is_400(client: Client) -> None:
    wf = client.run(WAITING)
    answer = client.stack.request("POST", f"/api/tasks/{wf}/TIMED_OUT/signal", {})
    assert answer.status == 400
    assert "TIMED_OUT" in answer.body["message"]
