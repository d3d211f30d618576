"""tasks.md 27, case 13: choices in choices, many cases, DECISION, and what may stand in a case."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.client import Client, definition, simple, task


def switch(ref: str, key: str, cases: dict[str, Any], default: Any = None) -> dict[str, Any]:
    """A SWITCH by a value of the workflow's input."""
    return task(
        "SWITCH",
        ref,
        evaluatorType="value-param",
        expression="chosen",
        inputParameters={"chosen": f"${{workflow.input.{key}}}"},
        decisionCases=cases,
        defaultCase=default or [],
    )


@pytest.mark.parametrize(
    ("given", "runs"),
    [
        ({"outer": "a", "inner": "x"}, ["outer", "inner", "in_x"]),
        ({"outer": "a", "inner": "other"}, ["outer", "inner", "in_default"]),
        ({"outer": "b"}, ["outer", "in_b"]),
        ({"outer": "c"}, ["outer", "in_c"]),
        ({"outer": 1}, ["outer", "in_1"]),
        ({"outer": "empty"}, ["outer"]),
    ],
)
def test_case_13_a_choice_within_one_of_many_cases(
    client: Client, given: dict[str, Any], runs: list[str]
) -> None:
    inner = switch("inner", "inner", {"x": [simple("in_x")]}, [simple("in_default")])
    cases = {
        "a": [inner],
        "b": [simple("in_b")],
        "c": [simple("in_c")],
        "1": [simple("in_1")],
        "empty": [],
    }
    outer = switch("outer", "outer", cases, [simple("never")])
    wf = client.run(definition("choices", outer, simple("last")), given)
    if runs[-1].startswith("in_"):
        client.finish(runs[-1])
    client.finish("last")
    assert client.tasks(wf) == [(ref, "COMPLETED") for ref in [*runs, "last"]]
    assert client.status(wf) == "COMPLETED"


def test_case_13_three_choices_one_after_the_other(client: Client) -> None:
    choices = [switch(f"s{n}", f"k{n}", {"yes": [simple(f"in_{n}")]}) for n in (1, 2, 3)]
    wf = client.run(
        definition("three", *choices, simple("last")), {"k1": "yes", "k2": "no", "k3": "yes"}
    )
    for ref in ("in_1", "in_3", "last"):
        client.finish(ref)
    assert [ref for ref, _ in client.tasks(wf)] == ["s1", "in_1", "s2", "s3", "in_3", "last"]
    assert client.status(wf) == "COMPLETED"


@pytest.mark.parametrize(
    "chosen_by",
    [
        {"caseValueParam": "kind"},
        {"caseExpression": "$.kind == 'a' ? 'a' : 'z'"},
    ],
)
def test_case_13_a_decision_takes_its_case_or_the_default(
    client: Client, chosen_by: dict[str, str]
) -> None:
    decision = task(
        "DECISION",
        "which",
        inputParameters={"kind": "${workflow.input.kind}"},
        decisionCases={"a": [simple("in_a")]},
        defaultCase=[simple("other")],
        **chosen_by,
    )
    value = definition("decided", decision, simple("last"))
    for kind, ref in (("a", "in_a"), ("z", "other")):
        wf = client.run(value, {"kind": kind})
        assert client.task(wf, "which")["outputData"] == {"caseOutput": [kind]}
        client.finish(ref)
        client.finish("last")
        assert client.status(wf) == "COMPLETED"


def test_case_13_a_case_may_end_the_workflow_or_loop(client: Client) -> None:
    condition = "$.loop['iteration'] < 2"
    cases = {
        "end": [task("TERMINATE", "end", inputParameters={"terminationStatus": "COMPLETED"})],
        "loop": [task("DO_WHILE", "loop", loopCondition=condition, loopOver=[simple("step")])],
    }
    value = definition("ways", switch("which", "way", cases), simple("last"))
    ended = client.run(value, {"way": "end"})
    assert client.tasks(ended) == [("which", "COMPLETED"), ("end", "COMPLETED")]
    assert client.status(ended) == "COMPLETED"
    looped = client.run(value, {"way": "loop"})
    for ref in ("step", "step", "last"):
        client.finish(ref)
    assert client.status(looped) == "COMPLETED"
