"""tasks.md 27, cases 19 and 20: loops in sequence, choices in loops, what the condition sees."""

from __future__ import annotations

from typing import Any

from tests.support.client import Client, definition, simple, task


def loop(ref: str, condition: str, *children: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return task("DO_WHILE", ref, loopCondition=condition, loopOver=list(children), **fields)


def test_case_19_one_iteration(client: Client) -> None:
    wf = client.run(definition("once", loop("loop", "false", simple("step"))))
    client.finish("step", {"n": 1})
    assert client.tasks(wf) == [("loop", "COMPLETED"), ("step__1", "COMPLETED")]
    assert client.task(wf, "loop")["outputData"] == {"1": {"step": {"n": 1}}, "iteration": 1}
    assert client.status(wf) == "COMPLETED"


def test_case_19_two_loops_in_sequence(client: Client) -> None:
    first = loop("l1", "$.l1['iteration'] < 2", simple("a"))
    second = loop("l2", "$.l2['iteration'] < 2", simple("b"))
    wf = client.run(definition("sequence", first, second))
    for ref in ("a", "a", "b", "b"):
        client.finish(ref)
    assert [ref for ref, _ in client.tasks(wf)] == ["l1", "a__1", "a__2", "l2", "b__1", "b__2"]
    assert client.status(wf) == "COMPLETED"


def test_case_19_a_choice_in_a_loop_chooses_anew_in_each_iteration(client: Client) -> None:
    which = task(
        "SWITCH",
        "which",
        evaluatorType="javascript",
        expression="$.n == 1 ? 'first' : 'later'",
        inputParameters={"n": "${loop.output.iteration}"},
        decisionCases={"first": [simple("one")], "later": [simple("two")]},
    )
    wf = client.run(definition("choosing", loop("loop", "$.loop['iteration'] < 3", which)))
    for ref in ("one", "two", "two"):
        client.finish(ref)
    assert [ref for ref, _ in client.tasks(wf)] == [
        "loop",
        "which__1",
        "one__1",
        "which__2",
        "two__2",
        "which__3",
        "two__3",
    ]
    assert client.status(wf) == "COMPLETED"


def test_case_19_a_child_that_fails_for_good_fails_the_workflow(client: Client) -> None:
    client.register({"name": "step", "retryCount": 0})
    wf = client.run(definition("broken", loop("loop", "true", simple("step"))))
    client.finish("step")
    client.fail("step", "no more")
    found = client.workflow(wf)
    assert found["status"] == "FAILED"
    assert "no more" in found["reasonForIncompletion"]
    assert client.tasks(wf) == [
        ("loop", "CANCELED"),
        ("step__1", "COMPLETED"),
        ("step__2", "FAILED"),
    ]


def test_case_20_the_condition_sees_what_ran_after_a_child_without_work(client: Client) -> None:
    count = task("INLINE", "count", inputParameters={"expression": "1"})
    wf = client.run(
        definition("patient", loop("loop", "$.step['more'] == true", count, simple("step")))
    )
    client.finish("step", {"more": True})
    client.finish("step", {"more": False})
    assert [ref for ref, _ in client.tasks(wf)] == [
        "loop",
        "count__1",
        "step__1",
        "count__2",
        "step__2",
    ]
    assert client.status(wf) == "COMPLETED"


def test_a_condition_that_cannot_be_evaluated_fails_the_loop_with_its_text(client: Client) -> None:
    wf = client.run(definition("unclear", loop("loop", "$.no.such.thing", simple("step"))))
    client.finish("step")
    found = client.workflow(wf)
    assert found["status"] == "FAILED"
    assert client.task(wf, "loop")["status"] == "FAILED_WITH_TERMINAL_ERROR"
    assert "Unable to evaluate condition" in found["reasonForIncompletion"]


def test_a_loop_over_a_list_runs_once_for_each_item(client: Client) -> None:
    step = simple("step", inputParameters={"item": "${loop.output.loopItem}"})
    each = loop("loop", "", step, inputParameters={"_items": "${workflow.input.lines}"})
    value = definition("lines", each, simple("last"))
    wf = client.run(value, {"lines": ["a", "b"]})
    assert [client.finish("step")["inputData"]["item"] for _ in range(2)] == ["a", "b"]
    client.finish("last")
    assert client.status(wf) == "COMPLETED"
    empty = client.run(value, {"lines": []})
    assert client.task(empty, "loop")["outputData"] == {"iteration": 0}
    client.finish("last")
    assert client.status(empty) == "COMPLETED"
