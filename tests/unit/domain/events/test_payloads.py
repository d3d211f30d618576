"""Payloads: read, expanded, filled into actions."""

from __future__ import annotations

import json
from typing import Any

import pytest

from podium.domain.events.payload import expanded, filled, read_payload
from tests.support.engines import TablePaths


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"a": 1}', {"a": 1}),
        ("[1]", [1]),
        ("7", 7),
        ('"x"', "x"),
        ("plain", "plain"),
        ("", ""),
        ("NaN", "NaN"),
        ("{bad", "{bad"),
        ("[" * 100_000, "[" * 100_000),
    ],
)
def test_json_is_read_and_anything_else_is_text(text, expected):
    assert read_payload(text) == expected


def test_json_inside_texts_is_expanded_at_any_depth_in_lists_too():
    inner = json.dumps({"n": json.dumps([1])})
    payload: Any = {"a": inner, "l": [inner, "{not json", " [2] "], "t": "x", "n": 1}
    assert expanded(payload) == {
        "a": {"n": [1]},
        "l": [{"n": [1]}, "{not json", [2]],
        "t": "x",
        "n": 1,
    }


def test_json_within_json_without_end_is_left_alone_somewhere():
    value: Any = "{}"
    for _ in range(30):
        value = json.dumps([value]) if len(str(value)) < 5_000 else value
    assert expanded(value) is not None


def test_expressions_are_paths_into_the_payload():
    payload: Any = {"order": {"id": 7, "lines": [1, 2]}, "workflow": "w"}
    template: Any = {
        "whole": "${order}",
        "text": "order ${order.id}!",
        "element": "${order.lines[1]}",
        "missing": "${order.x.y}",
        "no_root": "${workflow}",
        "env": "${workflow.env.HOME}",
        "plain": 3,
    }
    assert filled(template, payload, TablePaths({})) == {
        "whole": payload["order"],
        "text": "order 7!",
        "element": 2,
        "missing": None,
        "no_root": "w",
        "env": None,
        "plain": 3,
    }


def test_a_payload_that_is_no_map_has_nothing_at_any_path():
    assert filled({"a": "${a}"}, "text", TablePaths({})) == {"a": None}
