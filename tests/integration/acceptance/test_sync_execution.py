"""tasks.md 27, case 31, first half: a synchronous execution answers at its end, at a WAIT, at a task, at the limit."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.client import Client, Json, definition, simple, task

WORK = definition("work", simple("t1"), simple("t2"), outputParameters={"o": "${t2.output.o}"})
GATED = definition(
    "gated",
    task("WAIT", "gate", inputParameters={"ask": "${workflow.input.ask}"}),
    outputParameters={"by": "${gate.output.by}"},
)
PARENT = definition("parent", task("SUB_WORKFLOW", "sub", subWorkflowParam={"name": "gated"}))
STRATEGIES = ("TARGET_WORKFLOW", "BLOCKING_WORKFLOW", "BLOCKING_TASK", "BLOCKING_TASK_INPUT")


def execute(client: Client, name: str, input_: Json | None = None, **query: Any) -> Json:
    found: Json = client.call(
        "POST", f"/workflow/execute/{name}/1", {"input": input_ or {}}, **query
    )
    return found


def finishing(client: Client, *task_types: str) -> None:
    """A worker completes one of these tasks after each pause of the waiting request."""
    left = list(task_types)

    def work() -> None:
        if left and client.call("GET", "/tasks/queue/size", taskType=left[0]):
            client.finish(left.pop(0), {"o": 7})

    client.stack.meanwhile = work


def test_case_31_it_answers_when_the_workflow_has_completed(client: Client) -> None:
    client.register(WORK)
    finishing(client, "t1", "t2")
    run = execute(client, "work", {"a": 1}, requestId="r-1")
    assert (run["responseType"], run["status"]) == ("TARGET_WORKFLOW", "COMPLETED")
    assert (run["targetWorkflowStatus"], run["signalTimeout"]) == ("COMPLETED", False)
    assert (run["requestId"], run["input"], run["output"]) == ("r-1", {"a": 1}, {"o": 7})
    assert run["workflowId"] == run["targetWorkflowId"]
    assert [each["status"] for each in run["tasks"]] == ["COMPLETED", "COMPLETED"]
    assert sum(client.stack.pauses) < 1000


def test_case_31_a_workflow_that_ends_by_itself_is_answered_without_a_pause(client: Client) -> None:
    client.register(definition("quick", task("NOOP", "n"), outputParameters={"o": 1}))
    run = execute(client, "quick")
    assert (run["status"], run["output"], client.stack.pauses) == ("COMPLETED", {"o": 1}, [])


def test_case_31_it_answers_at_an_open_wait_without_a_timer(client: Client) -> None:
    client.register(GATED)
    run = execute(client, "gated", {"ask": "ok?"})
    assert (run["status"], run["signalTimeout"]) == ("RUNNING", False)
    assert [each["referenceTaskName"] for each in run["tasks"]] == ["gate"]


def test_case_31_a_wait_with_a_timer_and_a_human_are_waited_for(client: Client) -> None:
    client.register(
        definition("timed", task("WAIT", "w", inputParameters={"duration": "3 seconds"})),
        definition("human", task("HUMAN", "h")),
    )
    timed = execute(client, "timed")
    assert (timed["status"], timed["signalTimeout"]) == ("COMPLETED", False)
    human = execute(client, "human", waitForSeconds=2)
    assert (human["status"], human["signalTimeout"]) == ("RUNNING", True)


def test_case_31_it_answers_when_one_of_the_tasks_waited_for_has_ended(client: Client) -> None:
    client.register(WORK)
    finishing(client, "t1", "t2")
    run = execute(client, "work", waitUntilTaskRef="other, t1", returnStrategy="BLOCKING_TASK")
    assert (run["responseType"], run["referenceTaskName"]) == ("BLOCKING_TASK", "t1")
    assert (run["status"], run["output"]) == ("COMPLETED", {"o": 7})
    assert run["targetWorkflowStatus"] == "RUNNING"


@pytest.mark.parametrize("ref", ["t__2", "t__3"])
def test_case_31_a_task_in_a_loop_is_waited_for_by_its_iteration(client: Client, ref: str) -> None:
    loop = task("DO_WHILE", "l", loopCondition="$.l['iteration'] < 4", loopOver=[simple("t")])
    client.register(definition("looped", loop))
    finishing(client, "t", "t", "t", "t")
    run = execute(client, "looped", waitUntilTaskRef=ref, returnStrategy="BLOCKING_TASK")
    assert (run["referenceTaskName"], run["status"]) == (ref, "COMPLETED")


def test_case_31_at_the_limit_it_answers_the_state_of_the_workflow(client: Client) -> None:
    client.register(WORK)
    for strategy in STRATEGIES:
        before = client.stack.clock.now()
        run = execute(client, "work", returnStrategy=strategy)
        assert client.stack.clock.now() - before == 10_000
        assert (run["status"], run["targetWorkflowStatus"]) == ("RUNNING", "RUNNING")
        assert run["signalTimeout"] is True
        is_task = strategy.startswith("BLOCKING_TASK")
        assert run["responseType"] == ("TARGET_WORKFLOW" if is_task else strategy)
        assert [each["status"] for each in run["tasks"]] == ["SCHEDULED"]
    # Nothing was undone: the workflows go on.
    for _ in STRATEGIES:
        client.finish("t1")
    for _ in STRATEGIES:
        client.finish("t2")
    assert client.status(run["workflowId"]) == "COMPLETED"


def test_case_31_the_wait_is_as_long_as_asked_but_shorter_than_the_front_allows(
    client: Client,
) -> None:
    client.register(WORK)
    for asked, waited in ((3, 3), (0, 10), (25, 25), (3600, 25)):
        before = client.stack.clock.now()
        assert execute(client, "work", waitForSeconds=asked)["signalTimeout"] is True
        assert client.stack.clock.now() - before == waited * 1000


def test_case_31_a_nested_wait_blocks_and_each_strategy_answers_its_model(client: Client) -> None:
    client.register(GATED, PARENT)
    for strategy in STRATEGIES:
        run = execute(client, "parent", returnStrategy=strategy)
        target = client.workflow(run["targetWorkflowId"])
        (sub,) = target["tasks"]
        (gate,) = client.workflow(sub["subWorkflowId"])["tasks"]
        assert (target["status"], sub["status"], gate["status"]) == (
            "RUNNING",
            "IN_PROGRESS",
            "IN_PROGRESS",
        )
        assert (run["responseType"], run["signalTimeout"]) == (strategy, False)
        if strategy == "TARGET_WORKFLOW":
            assert (run["workflowId"], run["tasks"]) == (target["workflowId"], [sub])
        elif strategy == "BLOCKING_WORKFLOW":
            assert (run["workflowId"], run["tasks"]) == (sub["subWorkflowId"], [gate])
        else:
            assert (run["workflowId"], run["taskId"]) == (sub["subWorkflowId"], gate["taskId"])
            assert (run["taskType"], run["status"]) == ("WAIT", "IN_PROGRESS")
            assert run["input"] == gate["inputData"]


def test_case_31_a_synchronous_signal_answers_at_the_next_wait_or_the_end(client: Client) -> None:
    two = definition("two", task("WAIT", "a"), simple("t"), task("WAIT", "b"))
    client.register(two)
    wf = execute(client, "two")["workflowId"]
    finishing(client, "t")
    path = f"/tasks/{wf}/COMPLETED/signal/sync"
    run = client.call("POST", path, {"n": 1}, returnStrategy="BLOCKING_TASK")
    assert (run["referenceTaskName"], run["status"]) == ("b", "IN_PROGRESS")
    run = client.call("POST", path, {"n": 2})
    assert (run["status"], run["output"], run["signalTimeout"]) == ("COMPLETED", {"n": 2}, False)


def test_case_31_a_synchronous_signal_waits_five_seconds_or_as_long_as_asked(
    client: Client,
) -> None:
    client.register(definition("slow", task("WAIT", "a"), simple("t")))
    for query, waited in (({}, 5000), ({"timeoutMillis": 250}, 250), ({"timeoutMillis": 0}, 0)):
        wf = client.start("slow")
        before = client.stack.clock.now()
        run = client.call("POST", f"/tasks/{wf}/COMPLETED/signal/sync", {}, **query)
        assert client.stack.clock.now() - before == waited
        assert (run["signalTimeout"], run["workflowId"]) == (True, wf)
        assert client.task(wf, "a")["status"] == "COMPLETED"


def test_version_0_and_no_version_are_the_latest(client: Client) -> None:
    client.register(
        definition("v", task("NOOP", "a")), definition("v", task("NOOP", "b"), version=2)
    )
    client.register({**definition("v", task("NOOP", "b")), "version": 2})
    for path in ("/workflow/execute/v/0", "/workflow/execute/v"):
        assert client.call("POST", path, {})["tasks"][0]["referenceTaskName"] == "b"
    assert client.call("POST", "/workflow/execute/v/1", {})["tasks"][0]["referenceTaskName"] == "a"


def test_an_inline_definition_is_marked_as_dynamic(client: Client) -> None:
    inline = definition("inline", task("NOOP", "n"))
    body = {"workflowDef": inline, "input": {"_systemMetadata": {"x": 1}, "a": 2}}
    run = client.call("POST", "/workflow/execute/inline/1", body)
    assert run["input"] == {"_systemMetadata": {"x": 1, "dynamic": True}, "a": 2}


def test_a_bad_request_starts_nothing(client: Client) -> None:
    client.register(WORK)
    bad = {"waitForSeconds": (-1, "soon"), "returnStrategy": ("NOTHING",)}
    for name, values in bad.items():
        for value in values:
            path = "/api/workflow/execute/work/1"
            answer = client.stack.request("POST", path, {"input": {}}, {name: value})
            assert (answer.status, name in answer.body["message"]) == (400, True)
    assert client.call("GET", "/tasks/queue/all") == {}


def test_an_unknown_workflow_and_a_bad_input_are_refused(client: Client) -> None:
    unknown = client.stack.request("POST", "/api/workflow/execute/nobody/1", {})
    assert (unknown.status, "nobody" in unknown.body["message"]) == (404, True)
    client.register(WORK)
    for path, body in (
        ("work/1", {"input": None}),
        ("work/one", {}),
        ("work/1", {"priority": 100}),
    ):
        assert client.stack.request("POST", f"/api/workflow/execute/{path}", body).status == 400
