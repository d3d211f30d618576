"""Invariant 8, first half: definitions round-trip losslessly, unknown fields included.

- What was given is in what comes out, at every level, in the order of the maps' keys.
- Reading what was written gives the same value; writing it again gives the same JSON.
- Every generated definition is valid, so that the other invariants can be tested on it.
"""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from podium.domain.definitions import TaskDef, WorkflowDef
from podium.domain.validation import validate_workflow
from tests.support.definitions import workflow_defs, workflow_json
from tests.support.validation import validation_context

#: Maps of definitions whose keys are free: nothing unknown can be added to them.
FREE_MAPS = {"inputParameters", "outputParameters", "variables", "decisionCases", "inputTemplate"}

anything = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=6,
)
unknown = st.dictionaries(st.text(max_size=3).map(lambda name: f"x-{name}"), anything, max_size=2)


@st.composite
def with_unknown_fields(draw: st.DrawFn) -> Any:
    """A definition with fields of somebody else's in all its objects, in front or behind."""

    def decorate(value: Any) -> Any:
        match value:
            case dict():
                known = {
                    key: item if key in FREE_MAPS - {"decisionCases"} else decorate(item)
                    for key, item in value.items()
                    if key != "decisionCases"
                }
                if "decisionCases" in value:
                    cases = value["decisionCases"].items()
                    known["decisionCases"] = {case: decorate(tasks) for case, tasks in cases}
                added = draw(unknown)
                return added | known if draw(st.booleans()) else known | added
            case list():
                return [decorate(item) for item in value]
            case _:
                return value

    return decorate(draw(workflow_json()))


def assert_kept(given_value: Any, written: Any, path: str = "") -> None:
    """``written`` says everything ``given_value`` says, and perhaps more."""
    match given_value:
        case dict():
            assert isinstance(written, dict), path
            name = path.rpartition(".")[2]
            if name in FREE_MAPS:
                assert list(written) == list(given_value), path
            for key, item in given_value.items():
                assert key in written, f"{path}.{key}"
                assert_kept(item, written[key], f"{path}.{key}")
        case list():
            assert len(written) == len(given_value), path
            for index, item in enumerate(given_value):
                assert_kept(item, written[index], f"{path}[{index}]")
        case _:
            assert written == given_value, path
            assert type(written) is type(given_value), path


@given(with_unknown_fields())
def test_a_definition_keeps_everything_it_was_given(source: Any):
    before = json.dumps(source)

    written = WorkflowDef.from_json(source).to_json()

    assert_kept(source, written)
    assert json.dumps(source) == before


@given(with_unknown_fields())
def test_a_written_definition_is_read_as_the_same_value(source: Any):
    definition = WorkflowDef.from_json(source)

    written = json.dumps(definition.to_json())
    again = WorkflowDef.from_json(json.loads(written))

    assert again == definition
    assert json.dumps(again.to_json()) == written


@given(
    st.fixed_dictionaries(
        {},
        optional={
            "name": st.text(min_size=1),
            "retryCount": st.integers(0, 2**31 - 1),
            "retryLogic": st.sampled_from(["FIXED", "EXPONENTIAL_BACKOFF", "LINEAR_BACKOFF"]),
            "timeoutSeconds": st.integers(-(2**63), 2**63 - 1),
            "pollTimeoutSeconds": st.integers(0, 100),
            "inputTemplate": st.dictionaries(st.text(), anything),
            "inputKeys": st.lists(st.text()),
            "ownerEmail": st.text(),
            "inputSchema": st.fixed_dictionaries(
                {"name": st.text(min_size=1), "type": st.just("JSON")}
            ),
            "taskStatusListenerEnabled": st.booleans(),
        },
    ),
    unknown,
)
def test_a_task_definition_keeps_everything_it_was_given(known: Any, added: Any):
    source = known | added

    definition = TaskDef.from_json(source)

    assert_kept(source, definition.to_json())
    assert TaskDef.from_json(definition.to_json()) == definition


@given(workflow_defs())
def test_generated_definitions_are_valid(definition: WorkflowDef):
    assert validate_workflow(definition, validation_context()) == ()
