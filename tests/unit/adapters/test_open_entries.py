"""The header's packed lists survive the round trip, whatever they hold."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from podium.adapters.items.open_entries import (
    pack_entries,
    pack_numbers,
    pack_ranges,
    unpack_entries,
    unpack_numbers,
    unpack_ranges,
)
from podium.domain.execution import Kind, OpenEntry
from podium.errors import DefectError

_number = st.integers(0, 2**40)
_entries = st.builds(
    OpenEntry,
    seq=_number,
    node=st.text(),
    kind=st.sampled_from(Kind),
    attempt=_number,
    inc=_number,
    iteration=st.lists(_number).map(tuple),
    loop=_number,
    generation=_number,
    ref=st.text(),
    opened_at=_number,
    closing=st.booleans(),
    part=_number,
    error_seq=_number,
    error_ref=st.text(),
    failed=_number,
    by_hand=st.booleans(),
    detached=st.booleans(),
    given=st.booleans(),
)


@given(st.lists(_entries).map(tuple))
def test_entries_are_read_as_they_were_packed(entries):
    assert unpack_entries(pack_entries(entries)) == entries


@given(st.lists(_number).map(tuple))
def test_numbers_are_read_as_they_were_packed(numbers):
    assert unpack_numbers(pack_numbers(numbers)) == numbers


@given(st.lists(st.tuples(_number, _number)).map(tuple))
def test_ranges_are_read_as_they_were_packed(ranges):
    assert unpack_ranges(pack_ranges(ranges)) == ranges


def test_an_entry_costs_a_few_bytes():
    assert pack_entries((OpenEntry(12, "7", Kind.WORKER),)) == "1|12w7"


@pytest.mark.parametrize("packed", ["2|12w7", "12w7", "1|w7"])
def test_another_format_is_refused(packed):
    with pytest.raises(DefectError):
        unpack_entries(packed)
