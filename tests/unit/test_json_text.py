"""JSON of answers: UTF-8, whatever a script has put into it."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from podium.json_text import encode_json

ANY_TEXT = st.text(st.characters(exclude_categories=()))


@given(st.recursive(ANY_TEXT, lambda inner: st.lists(inner) | st.dictionaries(ANY_TEXT, inner)))
def test_whatever_is_written_can_be_sent_and_read_back(value):
    assert json.loads(encode_json(value).encode()) == value


def test_text_takes_no_more_bytes_than_it_has():
    assert encode_json({"a": ["größe", 1, None]}) == '{"a":["größe",1,null]}'


def test_half_of_a_surrogate_pair_is_written_as_an_escape():
    assert encode_json("ä\ud800") == '"\\u00e4\\ud800"'
