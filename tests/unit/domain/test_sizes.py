"""Sizes of payloads: bytes of compact JSON, and a bound that needs no encoding."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from podium.domain.sizes import excess, may_exceed, size_of

SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text()
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=20
)


def test_a_size_is_the_bytes_of_compact_json():
    assert size_of({"a": ["ä", 1]}) == len('{"a":["ä",1]}'.encode())


@given(VALUES, st.integers(0, 200))
def test_what_is_larger_is_never_taken_for_smaller(value, limit):
    size = len(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode())
    assert may_exceed(value, limit) or size <= limit
    assert excess(value, limit) == (size if size > limit else 0)


def test_a_long_way_down_is_no_recursion():
    deep: list[object] = []
    for _ in range(5000):
        deep = [deep]
    assert may_exceed(deep, 100)  # type: ignore[arg-type]
    assert not may_exceed(deep, 1_000_000)  # type: ignore[arg-type]
