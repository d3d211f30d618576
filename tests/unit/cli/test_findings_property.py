"""Checked offline, a definition is refused exactly when the server would refuse it, and never crashes."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from podium.domain.definitions import WorkflowDef
from podium.domain.validation import validate_workflow
from podium.errors import InvalidInputError
from podium.json_text import decode_json
from podium_cli.documents.findings import Severity, workflow_findings
from tests.support.definitions import workflow_json
from tests.support.validation import validation_context

CONTEXT = validation_context()
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 1 << 40) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=5), inner, max_size=2)
    ),
    max_leaves=4,
)


def is_refused(text: str) -> bool:
    """As the API refuses what is posted to it."""
    try:
        value = decode_json(text)
        if not isinstance(value, dict):
            return True
        return bool(validate_workflow(WorkflowDef.from_json(value), CONTEXT))
    except InvalidInputError:
        return True


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place below the top."""
    items: list[tuple[Any, Any]] = []
    if isinstance(value, dict):
        items = list(value.items())
    elif isinstance(value, list):
        items = list(enumerate(value))
    return [each for key, item in items for each in ((*path, key), *places(item, (*path, key)))]


@st.composite
def spoilt(draw: st.DrawFn) -> str:
    """A good definition in which some values have been replaced by any other."""
    document = draw(workflow_json())
    for _ in range(draw(st.integers(0, 3))):
        where = places(document)
        if not where:
            break
        *way, last = draw(st.sampled_from(where))
        holder = document
        for step in way:
            holder = holder[step]
        holder[last] = draw(JSON)
    return json.dumps(document)


@settings(max_examples=150)
@given(spoilt())
def test_what_is_refused_is_what_the_server_refuses(text: str):
    found = workflow_findings(text, CONTEXT)
    assert any(each.severity is Severity.ERROR for each in found) == is_refused(text)
    assert all(each.position.line >= 1 and each.position.column >= 1 for each in found)


@given(st.text(max_size=40) | JSON.map(json.dumps))
def test_no_text_is_too_odd(text: str):
    assert isinstance(workflow_findings(text, CONTEXT), list)
