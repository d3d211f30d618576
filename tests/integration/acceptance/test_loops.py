"""tasks.md 27, cases 19, 20 and 27: loops, and failure workflows."""

from __future__ import annotations

from typing import Any

from tests.support.client import Client, definition, simple, task


def loop(*children: dict[str, Any], times: int = 2, **fields: Any) -> dict[str, Any]:
    condition = f"$.loop['iteration'] < {times}"
    return task("DO_WHILE", "loop", loopCondition=condition, loopOver=list(children), **fields)


def test_case_19_two_iterations_and_a_task_after_them(client: Client) -> None:
    wf = client.run(definition("looped", loop(simple("step")), simple("last")))
    assert client.tasks(wf) == [("loop", "IN_PROGRESS"), ("step__1", "SCHEDULED")]
    client.finish("step", {"n": 1})
    client.finish("step", {"n": 2})
    done = client.task(wf, "loop")
    assert done["status"] == "COMPLETED"
    assert done["outputData"] == {
        "1": {"step": {"n": 1}},
        "2": {"step": {"n": 2}},
        "iteration": 2,
    }
    client.finish("last")
    assert client.task(wf, "last")["iteration"] == 0
    assert client.status(wf) == "COMPLETED"


def test_case_19_forks_sub_workflows_variables_and_waits_inside_a_loop(client: Client) -> None:
    client.register(definition("child", simple("inner")))
    body = [
        task("FORK_JOIN", "fork", forkTasks=[[simple("b1")], [simple("b2")]]),
        task("JOIN", "join", joinOn=["b1", "b2"]),
        task("SUB_WORKFLOW", "kid", subWorkflowParam={"name": "child", "version": 1}),
        task("SET_VARIABLE", "set", inputParameters={"round": "${loop.output.iteration}"}),
        task("WAIT", "wait", inputParameters={"duration": "3 seconds"}),
    ]
    wf = client.run(definition("rich", loop(*body)))
    for _ in range(2):
        client.finish("b1")
        client.finish("b2")
        client.finish("inner")
        assert client.status(wf) == "RUNNING"
        client.stack.advance(4)
    found = client.workflow(wf)
    assert (found["status"], found["variables"]["round"]) == ("COMPLETED", 2)


def test_case_19_a_failed_child_is_retried_within_its_iteration(client: Client) -> None:
    client.register({"name": "step", "retryCount": 1, "retryDelaySeconds": 0})
    wf = client.run(definition("flaky_loop", loop(simple("step"))))
    client.fail("step")
    client.finish("step")
    client.finish("step")
    assert [ref for ref, _ in client.tasks(wf)] == ["loop", "step__1", "step__1", "step__2"]
    assert client.status(wf) == "COMPLETED"


def test_case_19_a_loop_in_a_branch_of_a_fork(client: Client) -> None:
    forked = [
        task("FORK_JOIN", "fork", forkTasks=[[loop(simple("step"))], [simple("b2")]]),
        task("JOIN", "join", joinOn=["loop", "b2"]),
    ]
    wf = client.run(definition("branch_loop", *forked))
    client.finish("b2")
    client.finish("step")
    client.finish("step")
    assert client.status(wf) == "COMPLETED"


def test_case_19_five_hundred_iterations_of_a_task_that_takes_no_time(client: Client) -> None:
    count = task("SET_VARIABLE", "count", inputParameters={"n": "${loop.output.iteration}"})
    wf = client.run(definition("long", loop(count, times=500)))
    found = client.workflow(wf)
    assert (found["status"], found["variables"]["n"]) == ("COMPLETED", 500)
    assert len(found["tasks"]) == 501


def test_case_20_keep_last_n_keeps_the_last_iterations_only(client: Client) -> None:
    wf = client.run(
        definition("kept", loop(simple("step"), times=4, inputParameters={"keepLastN": 2}))
    )
    for number in range(1, 5):
        client.finish("step", {"n": number})
    assert set(client.task(wf, "loop")["outputData"]) == {"3", "4", "iteration"}


def test_case_20_the_next_iteration_begins_when_the_wait_has_ended(client: Client) -> None:
    body = [simple("step"), task("WAIT", "wait", inputParameters={"duration": "30 seconds"})]
    wf = client.run(definition("waiting", loop(*body)))
    client.finish("step")
    client.stack.advance(20)
    assert client.poll("step") is None
    client.stack.advance(11)
    assert [ref for ref, _ in client.tasks(wf)] == ["loop", "step__1", "wait__1", "step__2"]


def test_case_27_a_failure_workflow_gets_what_it_needs(client: Client) -> None:
    client.register(
        {"name": "t1", "retryCount": 0},
        definition("mend", simple("mending")),
        definition("fails", simple("t1"), failureWorkflow="mend"),
        definition("parent", task("SUB_WORKFLOW", "kid", subWorkflowParam={"name": "fails"})),
    )
    wf = client.start("fails", {"order": 5})
    client.fail("t1", "broken")
    found = client.workflow(wf)
    failure = client.workflow(found["output"]["conductor.failure_workflow"])
    assert failure["workflowName"] == "mend"
    assert failure["input"]["order"] == 5
    assert failure["input"]["workflowId"] == wf
    assert failure["input"]["failureStatus"] == "FAILED"
    assert failure["input"]["failureTaskId"] == found["tasks"][0]["taskId"]
    assert "broken" in failure["input"]["reason"]
    assert failure["input"]["failedWorkflow"]["workflowId"] == wf
    client.finish("mending")
    parent = client.start("parent")
    client.fail("t1")
    assert client.status(parent) == "FAILED"
    kid = client.workflow(client.task(parent, "kid")["subWorkflowId"])
    assert client.status(kid["output"]["conductor.failure_workflow"]) == "RUNNING"
