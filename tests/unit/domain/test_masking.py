"""What was handed out is found wherever a task reports it; masked fields are hidden by their key."""

from __future__ import annotations

import json
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from podium.domain.json import Json
from podium.domain.masking import MASK, Mask, mask_fields


def test_a_value_is_hidden_inside_texts_in_keys_and_at_any_depth():
    mask = Mask(["s3cret"])
    assert mask.json({"a s3cret": ["Bearer s3cret!", {"b": "s3cret"}], "n": 1, "x": None}) == {
        "a ***": ["Bearer ***!", {"b": "***"}],
        "n": 1,
        "x": None,
    }


def test_the_longer_of_two_values_goes_first():
    assert Mask(["secret", "secret-and-more"]).text("<secret-and-more>") == "<***>"


def test_a_short_value_is_hidden_where_it_is_the_whole_text():
    mask = Mask(["abc"])
    assert mask.json(["abc", "abcd"]) == [MASK, "abcd"]


def test_a_number_that_is_the_value_is_hidden():
    assert Mask(["4711"]).json([4711, 47110, 4711.5, True]) == [MASK, 47110, 4711.5, True]


def test_of_a_secret_that_holds_json_every_longer_text_is_hidden():
    mask = Mask(['{"user": "admin", "port": 5432, "parts": ["p4ssword", "no"]}'])
    assert mask.json(["postgres://admin:p4ssword@db:5432", "no", 5432]) == [
        "postgres://***:***@db:5432",
        "no",
        5432,
    ]


def test_of_a_part_that_was_handed_out_alone_nothing_else_is_hidden():
    assert Mask(["admin"]).json(["admin", "p4ssword"]) == [MASK, "p4ssword"]


@pytest.mark.parametrize("value", [None, True, False, "", "  ", {}, []])
def test_what_is_no_secret_hides_nothing(value):
    shown = [None, True, False, "", "  ", 0, {"true": "null"}]
    assert Mask([value]).json(shown) == shown


@given(st.text(min_size=4).filter(lambda text: len(text.strip()) >= 4))
def test_a_value_is_found_within_json_and_within_uris(value):
    mask = Mask([value])
    in_json = [json.dumps(value), json.dumps(value, ensure_ascii=False)]
    forms = [value, *in_json, *(json.dumps(form) for form in in_json)]
    forms += [quote(value, safe=safe) for safe in ("", "/", "!$&'()*+,;=:@/?")]
    forms.append(quote_plus(value))
    assert {mask.text(f"<{form}>").strip('<>"\\') for form in forms} == {MASK}


def test_hexadecimal_digits_of_a_uri_may_be_small():
    assert Mask(["key/ü&"]).text("?k=key%2f%c3%bc%26") == "?k=***"


def test_masked_fields_are_hidden_by_key_at_any_depth():
    value: Json = {"card": {"number": 1}, "list": [{"card": "x", "name": "n"}], "cards": 2}
    assert mask_fields(value, {"card"}) == {
        "card": MASK,
        "list": [{"card": MASK, "name": "n"}],
        "cards": 2,
    }
