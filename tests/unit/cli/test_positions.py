"""Every value of a JSON text is found where it stands."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from podium_cli.documents.places import find_path, steps_path
from podium_cli.documents.positions import Position, path_text, scan

TEXT = """{
  "a": 1,
  "b": [true, {"c": "x, y: [z]"}],
  "d\\"e": {}
}
"""

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


def everything(value, path=()):
    yield path, value
    if isinstance(value, dict):
        for key, item in value.items():
            yield from everything(item, (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from everything(item, (*path, index))


def test_a_property_stands_where_its_key_does_and_an_item_where_it_begins():
    positions = scan(TEXT)
    assert positions.of(()) == Position(1, 1)
    assert positions.of(("a",)) == Position(2, 3)
    assert positions.of(("b", 0)) == Position(3, 9)
    assert positions.of(("b", 1, "c")) == Position(3, 16)
    assert positions.of(('d"e',)) == Position(4, 3)


def test_what_is_not_there_stands_where_it_would_be():
    assert scan(TEXT).of(("b", 1, "missing", 3)) == Position(3, 15)


def test_a_key_that_comes_twice_is_noticed():
    positions = scan('{"a": {"b": 1, "b": 2}, "c": 3}')
    assert [(path, positions.at(offset)) for path, offset in positions.repeated] == [
        (("a", "b"), Position(1, 16))
    ]


@given(JSON, st.sampled_from([None, 0, 3]))
def test_every_value_of_every_document_is_found(document, indent):
    text = json.dumps(document, indent=indent)
    positions = scan(text)
    values = dict(everything(document))
    assert positions.values.keys() == values.keys()
    for path, value in values.items():
        begins = text[positions.values[path] :]
        found, _ = json.JSONDecoder().raw_decode(begins)
        assert found == value


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("", ()),
        (".tasks[1].name", ("tasks", 1, "name")),
        (".tasks[1].missing", ("tasks", 1)),
        (".tasks[9].name", ("tasks",)),
        (".tasks[0].decisionCases[a.b].<map value>[0]", ("tasks", 0, "decisionCases", "a.b", 0)),
        (
            ".tasks[0].decisionCases[x[1].y].<map value>[0]",
            ("tasks", 0, "decisionCases", "x[1].y", 0),
        ),
        (".tasks[0].forkTasks[0].<list element>[1]", ("tasks", 0, "forkTasks", 0, 1)),
    ],
)
def test_the_paths_of_violations_are_followed(text, path):
    task = {
        "name": "n",
        "decisionCases": {"a": [], "a.b": [{}], "x[1].y": [{}]},
        "forkTasks": [[{}, {}]],
    }
    assert find_path(text, {"tasks": [task, task]}) == path


def test_the_steps_of_a_mismatch_are_followed():
    document = {"tasks": [{"decisionCases": {"[0]": [{}]}, "forkTasks": [[1]]}]}
    assert steps_path(["tasks", "[0]", "decisionCases", "[[0]]", "[0]"], document) == (
        *("tasks", 0, "decisionCases"),
        *("[0]", 0),
    )
    assert steps_path(["tasks", "[0]", "forkTasks", "[0]", "[0]"], document) == (
        *("tasks", 0, "forkTasks"),
        *(0, 0),
    )


def test_a_path_is_written_as_jsonpath():
    assert (
        path_text(("tasks", 2, "decisionCases", "a b", 0)) == "$.tasks[2].decisionCases['a b'][0]"
    )
