"""tasks.md 27, cases 2, 10, 17 and 26: templates, names in dynamic forks, TERMINATE."""

from __future__ import annotations

from typing import Any

from tests.support.client import Client, definition, simple, task


def test_case_2_a_definition_whose_tasks_need_no_worker_completes_at_once(client: Client) -> None:
    wf = client.run(definition("nothing", task("NOOP", "n")))
    assert client.tasks(wf) == [("n", "COMPLETED")]
    assert client.status(wf) == "COMPLETED"


def test_case_10_templates_of_task_and_workflow_give_what_the_input_lacks(client: Client) -> None:
    client.register(
        {"name": "t1", "inputTemplate": {"a": "template", "b": "template"}},
        definition(
            "templated",
            simple(
                "t1",
                inputParameters={
                    "a": "own",
                    "c": "${workflow.input.c}",
                    "d": "${workflow.input.d}",
                },
            ),
            inputTemplate={"c": "default", "d": "default"},
        ),
    )
    wf = client.start("templated", {"d": "given"})
    polled = client.finish("t1")
    assert polled["inputData"] == {"a": "own", "b": "template", "c": "default", "d": "given"}
    assert client.status(wf) == "COMPLETED"


def test_case_17_two_dynamic_forks_with_the_same_task_names(client: Client) -> None:
    def fan(ref: str) -> list[dict[str, Any]]:
        inputs = {"forkTaskName": "work", "forkTaskInputs": [{"n": 1}, {"n": 2}]}
        return [
            task("FORK_JOIN_DYNAMIC", ref, inputParameters=inputs),
            task("JOIN", f"{ref}_join"),
        ]

    wf = client.run(definition("twice", *fan("f1"), *fan("f2")))
    first = [client.finish("work")["inputData"] for _ in range(2)]
    assert sorted((each["n"], each["__index"]) for each in first) == [(1, 0), (2, 1)]
    assert client.task(wf, "f1_join")["status"] == "COMPLETED"
    client.finish("work")
    client.finish("work")
    refs = [ref for ref, _ in client.tasks(wf)]
    assert refs[1:3] == ["_work_0", "_work_1"]
    assert refs[5:7] == ["_f2_work_0", "_f2_work_1"]
    assert client.status(wf) == "COMPLETED"


def test_case_17_branches_without_output_leave_the_join_empty(client: Client) -> None:
    inputs = {"forkTaskName": "work", "forkTaskInputs": [1, 2]}
    fork = task("FORK_JOIN_DYNAMIC", "fan", inputParameters=inputs)
    wf = client.run(definition("silent", fork, task("JOIN", "join")))
    assert client.finish("work")["inputData"]["input"] in {1, 2}
    client.finish("work")
    assert client.task(wf, "join")["outputData"] == {}
    assert client.status(wf) == "COMPLETED"


def test_case_26_a_wait_that_has_ended_stays_completed_when_the_workflow_is_ended(
    client: Client,
) -> None:
    client.register(definition("child", simple("inner")))
    kid = task("SUB_WORKFLOW", "kid", subWorkflowParam={"name": "child", "version": 1})
    wait = task("WAIT", "wait", inputParameters={"duration": "2 seconds"})
    end = task("TERMINATE", "end", inputParameters={"terminationStatus": "TERMINATED"})
    fork = task("FORK_JOIN", "fork", forkTasks=[[kid], [wait, end]])
    wf = client.run(definition("ended", fork, task("JOIN", "join", joinOn=["kid", "end"])))
    client.stack.advance(3)
    found = client.workflow(wf)
    assert found["status"] == "TERMINATED"
    assert dict(client.tasks(wf)) == {
        "fork": "COMPLETED",
        "kid": "CANCELED",
        "wait": "COMPLETED",
        "end": "COMPLETED",
        "join": "CANCELED",
    }
    end_id = client.task(wf, "end")["taskId"]
    assert found["reasonForIncompletion"] == f"Workflow is TERMINATED by TERMINATE task: {end_id}"
    assert client.status(client.task(wf, "kid")["subWorkflowId"]) == "TERMINATED"
    assert client.poll("inner") is None


def test_case_26_what_terminate_fails_starts_the_failure_workflow(client: Client) -> None:
    client.register(definition("mend", simple("mending")))
    end = task("TERMINATE", "end", inputParameters={"terminationStatus": "FAILED"})
    wf = client.run(definition("given_up", end, failureWorkflow="mend"))
    found = client.workflow(wf)
    failure = client.workflow(found["output"]["conductor.failure_workflow"])
    assert failure["input"]["failureTaskId"] == client.task(wf, "end")["taskId"]
