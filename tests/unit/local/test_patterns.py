"""Event patterns select events as AWS documents them."""

from __future__ import annotations

import pytest

from podium_local.pump.patterns import matches


@pytest.mark.parametrize(
    ("pattern", "event", "expected"),
    [
        ({}, {"a": 1}, True),
        ({"a": ["x", "y"]}, {"a": "y"}, True),
        ({"a": ("x", "y")}, {"a": "y"}, True),
        ({"a": ["x"]}, {"a": "z"}, False),
        ({"a": ["x"]}, {}, False),
        ({"a": ["x"], "b": ["y"]}, {"a": "x"}, False),
        ({"a": {"b": {"c": ["1"]}}}, {"a": {"b": {"c": "1", "d": "2"}}}, True),
        ({"a": {"b": ["1"]}}, {"a": "1"}, False),
        ({"a": [1]}, {"a": "1"}, False),
        ({"a": [1]}, {"a": True}, False),
        ({"a": [True]}, {"a": True}, True),
        ({"a": [None]}, {"a": None}, True),
        ({"a": ["x"]}, {"a": ["w", "x"]}, True),
        ({"a": [{"prefix": "ab"}]}, {"a": "abc"}, True),
        ({"a": [{"prefix": "ab"}]}, {"a": "cab"}, False),
        ({"a": [{"prefix": "ab"}]}, {"a": 1}, False),
        ({"a": [{"suffix": "bc"}]}, {"a": "abc"}, True),
        ({"a": [{"equals-ignore-case": "ABC"}]}, {"a": "abc"}, True),
        ({"a": [{"exists": True}]}, {"a": None}, True),
        ({"a": [{"exists": True}]}, {}, False),
        ({"a": [{"exists": False}]}, {}, True),
        ({"a": [{"exists": False}]}, {"a": 1}, False),
        ({"a": [{"exists": True}]}, {"a": {"b": 1}}, False),
        ({"a": {"b": [{"exists": False}]}}, {"c": 1}, True),
        ({"a": [{"anything-but": "x"}]}, {"a": "y"}, True),
        ({"a": [{"anything-but": ["x", "y"]}]}, {"a": "y"}, False),
        ({"a": [{"anything-but": {"prefix": "x"}}]}, {"a": "xy"}, False),
        ({"a": [{"anything-but": {"prefix": "x"}}]}, {"a": "yx"}, True),
        ({"a": [{"anything-but": "x"}]}, {}, False),
        ({"a": [{"numeric": [">", 1, "<=", 3]}]}, {"a": 3}, True),
        ({"a": [{"numeric": [">", 1, "<=", 3]}]}, {"a": 1}, False),
        ({"a": [{"numeric": ["=", 1]}]}, {"a": "1"}, False),
        ({"$or": [{"a": ["x"]}, {"b": ["y"]}]}, {"b": "y"}, True),
        ({"$or": [{"a": ["x"]}, {"b": ["y"]}]}, {"a": "y"}, False),
    ],
)
def test_a_pattern_selects_what_it_describes(pattern, event, expected):
    assert matches(pattern, event) is expected


@pytest.mark.parametrize("pattern", [{"a": [{"like": "x"}]}, {"a": "x"}])
def test_what_is_no_pattern_is_refused(pattern):
    with pytest.raises(ValueError, match="pattern"):
        matches(pattern, {"a": "x"})
