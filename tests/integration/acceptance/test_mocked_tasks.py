"""tasks.md 27, case 32: a definition runs with mocked outputs, without workers, and the execution is answered."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.client import Client, Json, definition, simple, task
from tests.support.stack import local_stack

ORDER = definition(
    "order",
    simple("pack"),
    simple("ship", inputParameters={"box": "${pack.output.box}"}),
    outputParameters={"track": "${ship.output.track}"},
)


@pytest.fixture(scope="module", params=[True, False], ids=["inline", "stream-only"])
def client(request: pytest.FixtureRequest) -> Iterator[Client]:
    """One for the whole module: a test leaves nothing that another one could take."""
    with local_stack(inline_advance=request.param) as stack:
        yield Client(stack)


HTTP = {"http_request": {"uri": "http://127.0.0.1:9/", "method": "GET"}}


def run(client: Client, name: str, mocks: Json, **rest: Any) -> Json:
    """The answer of the endpoint."""
    body = {"name": name, "input": {}, "taskRefToMockOutput": mocks, **rest}
    found: Json = client.call("POST", "/workflow/test", body)
    return found


def done(**output: Any) -> list[Json]:
    """The mock of one good attempt."""
    return [{"status": "COMPLETED", "output": output}]


def statuses(execution: Json) -> list[tuple[str, str]]:
    """Reference name and status of each task."""
    return [(each["referenceTaskName"], each["status"]) for each in execution["tasks"]]


def test_case_32_mocked_outputs_take_a_definition_to_its_end(client: Client) -> None:
    client.register(ORDER)
    execution = run(client, "order", {"pack": done(box=7), "ship": done(track="t")})
    assert (execution["status"], execution["output"]) == ("COMPLETED", {"track": "t"})
    assert execution["tasks"][1]["inputData"] == {"box": 7}
    # It stays stored, as any other.
    assert client.workflow(execution["workflowId"])["status"] == "COMPLETED"


def test_case_32_no_worker_gets_a_mocked_task(client: Client) -> None:
    client.register(ORDER)
    execution = run(client, "order", {"pack": done()})
    assert statuses(execution) == [("pack", "COMPLETED"), ("ship", "SCHEDULED")]
    assert execution["status"] == "RUNNING"
    assert list(execution["taskToDomain"]) == ["*"]
    domain = execution["taskToDomain"]["*"]
    client.stack.advance(7200)
    for query in ({}, {"domain": domain}):
        assert client.call("GET", "/tasks/poll/batch/ship", **query) == []
    assert not [queue for queue in client.call("GET", "/tasks/queue/all") if domain in queue]


def test_case_32_each_attempt_has_a_mock_and_retries_do_not_wait(client: Client) -> None:
    client.register({"name": "pack", "retryCount": 2, "retryDelaySeconds": 600})
    client.register(ORDER)
    mocks = {
        "pack": [{"status": "FAILED"}, {"status": "IN_PROGRESS"}, *done(box=1)],
        "ship": done(),
    }
    execution = run(client, "order", mocks)
    assert execution["status"] == "COMPLETED"
    assert statuses(execution) == [("pack", "FAILED"), ("pack", "COMPLETED"), ("ship", "COMPLETED")]
    assert execution["endTime"] - execution["startTime"] < 10_000


def test_case_32_a_failure_without_retries_fails_the_execution(client: Client) -> None:
    client.register(ORDER)
    execution = run(client, "order", {"pack": [{"status": "FAILED_WITH_TERMINAL_ERROR"}]})
    assert (execution["status"], statuses(execution)[0]) == (
        "FAILED",
        ("pack", "FAILED_WITH_TERMINAL_ERROR"),
    )


def test_case_32_when_the_mocks_are_used_up_it_answers_with_what_is_open(client: Client) -> None:
    client.register({"name": "pack", "retryCount": 2, "retryDelaySeconds": 0})
    client.register(ORDER)
    execution = run(client, "order", {"pack": [{"status": "FAILED"}]})
    assert statuses(execution) == [("pack", "FAILED"), ("pack", "SCHEDULED")]


def test_case_32_operators_run_for_real(client: Client) -> None:
    client.register(
        definition(
            "all",
            task("SET_VARIABLE", "set", inputParameters={"n": 2}),
            task("FORK_JOIN", "fork", forkTasks=[[simple("a")], [simple("b")]]),
            task("JOIN", "join", joinOn=["a", "b"]),
            task(
                "SWITCH",
                "which",
                evaluatorType="value-param",
                expression="x",
                inputParameters={"x": "${a.output.x}"},
                decisionCases={"yes": [simple("c")]},
            ),
            task(
                "DO_WHILE",
                "loop",
                loopCondition="if ($.loop['iteration'] < $.n) { true; } else { false; }",
                inputParameters={"n": "${workflow.variables.n}"},
                loopOver=[simple("d")],
            ),
            task(
                "INLINE",
                "sum",
                inputParameters={"evaluatorType": "javascript", "expression": "1+1"},
            ),
            outputParameters={"d": "${d.output.d}", "sum": "${sum.output.result}"},
        )
    )
    mocks = {
        "a": done(x="yes"),
        "b": done(),
        "c": done(),
        "d__1": done(d="first"),
        "d__2": done(d="second"),
    }
    execution = run(client, "all", mocks)
    assert (execution["status"], execution["output"]) == ("COMPLETED", {"d": "second", "sum": 2})

    # The plain name is for every round.
    mocks = {ref: value for ref, value in mocks.items() if "__" not in ref}
    execution = run(client, "all", mocks | {"d": [*done(d=1), *done(d=2)]})
    assert execution["output"]["d"] == 2


def test_case_32_nothing_outside_is_called(client: Client) -> None:
    client.register(ORDER)
    client.register(
        definition(
            "outside",
            task("HTTP", "call", inputParameters=HTTP),
            task(
                "START_WORKFLOW",
                "launch",
                inputParameters={"startWorkflow": {"name": "order", "input": {}}},
            ),
            task("EVENT", "tell", sink="conductor", inputParameters={"a": 1}),
            task("WAIT", "wait", inputParameters={"duration": "1 day"}),
            task("HUMAN", "human"),
            outputParameters={"body": "${call.output.response.body}"},
        )
    )
    mocks = {
        "call": done(response={"statusCode": 200, "body": "hello"}),
        "launch": done(workflowId="made-up"),
        "tell": done(event_produced="made-up"),
        "wait": done(),
        "human": done(),
    }
    execution = run(client, "outside", mocks)
    assert (execution["status"], execution["output"]) == ("COMPLETED", {"body": "hello"})
    # Without a mock it stands still, and nothing has been tried.
    execution = run(client, "outside", {})
    client.stack.advance(60)
    assert statuses(client.workflow(execution["workflowId"])) == [("call", "SCHEDULED")]
    execution = run(client, "outside", {"call": mocks["call"]})
    client.stack.advance(60)
    assert statuses(client.workflow(execution["workflowId"]))[1:] == [("launch", "SCHEDULED")]


def test_case_32_sub_workflows_have_mocks_of_their_own(client: Client) -> None:
    client.register(ORDER)
    client.register(
        definition(
            "shop",
            task("SUB_WORKFLOW", "sub", subWorkflowParam={"name": "order", "version": 1}),
            simple("bill", inputParameters={"track": "${sub.output.track}"}),
        )
    )
    below = {"name": "order", "taskRefToMockOutput": {"pack": done(), "ship": done(track="t")}}
    execution = run(client, "shop", {"bill": done()}, subWorkflowTestRequest={"sub": below})
    assert execution["status"] == "COMPLETED"
    assert execution["tasks"][1]["inputData"] == {"track": "t"}

    # Without any, nobody works on the child, either.
    execution = run(client, "shop", {"bill": done()})
    assert execution["status"] == "RUNNING"
    child = client.workflow(execution["tasks"][0]["subWorkflowId"])
    assert statuses(child) == [("pack", "SCHEDULED")]
    assert client.call("GET", "/tasks/poll/batch/pack") == []


def test_case_32_times_of_mocks_are_shown(client: Client) -> None:
    client.register(definition("one", simple("pack")))
    mock = {"output": {}, "executionTime": 5_000, "queueWaitTime": 2_000}
    execution = run(client, "one", {"pack": [mock]})
    found = execution["tasks"][0]
    assert found["endTime"] - found["startTime"] == 5_000
    assert found["startTime"] - found["scheduledTime"] == 2_000
    assert found["queueWaitTime"] == 2_000


def test_case_32_caches_are_neither_read_nor_filled(client: Client) -> None:
    cached = simple("kept", cacheConfig={"key": "k", "ttlInSecond": 600})
    client.register(definition("cached", cached))
    assert run(client, "cached", {"kept": done(box="mock")})["status"] == "COMPLETED"
    client.start("cached")
    client.finish("kept", {"box": "real"})
    assert run(client, "cached", {"kept": done(box="mock")})["output"] == {"box": "mock"}


def test_case_32_a_retried_test_is_still_one(client: Client) -> None:
    client.register(ORDER)
    execution = run(client, "order", {"pack": [{"status": "FAILED_WITH_TERMINAL_ERROR"}]})
    client.call("POST", f"/workflow/{execution['workflowId']}/retry")
    client.stack.advance(60)
    assert client.call("GET", "/tasks/poll/batch/pack") == []


def test_case_32_a_definition_need_not_be_registered(client: Client) -> None:
    mocks = {"pack": done(), "ship": done(track="t")}
    execution = run(client, "order", mocks, workflowDef=ORDER)
    assert execution["output"] == {"track": "t"}


@pytest.mark.parametrize(
    ("body", "status", "words"),
    [
        ({"name": "nothing", "input": {}}, 404, "nothing"),
        ({"input": {}}, 400, "startWorkflow.arg0.name"),
        (
            {"name": "order", "taskRefToMockOutput": {"pack": 1}},
            400,
            "taskRefToMockOutput[pack]: expected an array",
        ),
        (
            {"name": "order", "taskRefToMockOutput": {"pack": [{"status": "TIMED_OUT"}]}},
            400,
            "status: expected one of",
        ),
        (
            {"name": "order", "taskRefToMockOutput": {"pack": [{"executionTime": -1}]}},
            400,
            "testWorkflow.arg0.taskRefToMockOutput[pack].<map value>[0].executionTime",
        ),
        (
            {"name": "order", "subWorkflowTestRequest": {"sub": []}},
            400,
            "subWorkflowTestRequest[sub]: expected an object",
        ),
    ],
)
def test_case_32_what_cannot_be_meant_is_refused(
    client: Client, body: Json, status: int, words: str
) -> None:
    client.register(ORDER)
    answer = client.stack.request("POST", "/api/workflow/test", body)
    assert answer.status == status
    assert words in str(answer.body)
