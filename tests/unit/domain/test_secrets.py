"""engine.md 10.3: secrets are replaced at hand-out, and nothing else is."""

from __future__ import annotations

import pytest

from podium.domain.json import Json
from podium.domain.secrets import (
    ANY,
    lookup_names,
    permitted,
    reveal,
    revealed,
    runtime_metadata,
    secret_names,
)
from tests.support.engines import TablePaths

SECRETS = {"KEY": "s3", "JSON": '{"user": {"name": "ada"}, "n": 7}', "GONE": None}


def test_a_secret_alone_is_its_text():
    assert reveal("${workflow.secrets.KEY}", SECRETS) == "s3"
    assert reveal({"a": ["${workflow.secrets.KEY}", 1]}, SECRETS) == {"a": ["s3", 1]}


def test_a_secret_is_spliced_into_text():
    assert reveal("Bearer ${workflow.secrets.KEY}!", SECRETS) == "Bearer s3!"


def test_a_path_looks_into_a_secret_that_holds_json():
    assert reveal("${workflow.secrets.JSON.user.name}", SECRETS) == "ada"
    assert reveal("<${workflow.secrets.JSON.n}>", SECRETS) == "<7>"
    assert reveal("${workflow.secrets.KEY.n}", SECRETS) is None


def test_the_rest_of_a_path_is_left_to_the_path_engine():
    reference = "${workflow.secrets.JSON.user[*]}"
    paths = TablePaths({"$[*]": ["ada"]})
    assert reveal(reference, SECRETS, paths) == ["ada"]
    assert paths.seen == [("$[*]", {"name": "ada"})]
    assert reveal(reference, SECRETS) == reference


def test_a_secret_that_does_not_exist_is_null_alone_and_no_text_inside_text():
    assert reveal("${workflow.secrets.GONE}", SECRETS) is None
    assert reveal("<${workflow.secrets.GONE}>", SECRETS) == "<>"


def test_a_secret_that_was_not_asked_for_stays_literal():
    text = "<${workflow.secrets.OTHER}${workflow.secrets.KEY}>"
    assert reveal(text, SECRETS) == "<${workflow.secrets.OTHER}s3>"


def test_stored_input_is_not_evaluated_again():
    text = "$${x} ${workflow.input.a} ${t1.output.secrets.b} $${workflow.secrets.KEY}"
    assert reveal(text, SECRETS) == text
    assert reveal(f"{text} ${{workflow.secrets.KEY}}", SECRETS) == f"{text} s3"


def test_the_names_of_all_secrets_are_found():
    value: Json = {"a": "${workflow.secrets.A}", "b": ["x${workflow.secrets.B.c}${t.secrets.C}", 1]}
    assert secret_names(value) == {"A", "B"}
    assert secret_names("${workflow['secrets'].D}") == {"D"}


def test_a_computed_name_may_be_any():
    assert secret_names("${workflow.secrets.${workflow.input.which}}") == {ANY}


def test_only_named_secrets_are_permitted():
    value = "${workflow.secrets.B} ${workflow.secrets.A} ${workflow.secrets.THEIRS}"
    assert permitted(value, {"A", "B", "C"}) == ("A", "B")
    assert permitted(value, ()) == ()
    assert permitted(value, {ANY}) == ("A", "B", "THEIRS")


def test_a_name_that_no_store_can_hold_is_not_permitted():
    assert permitted("${workflow.secrets['a,b']} ${workflow.secrets.A}", {ANY}) == ("A",)


def test_what_was_revealed_is_told_with_the_texts_it_came_from():
    value = ["${workflow.secrets.JSON.user.name}", "-${workflow.secrets.KEY}-"]
    assert set(map(str, revealed(value, SECRETS))) == {SECRETS["JSON"], "ada", "s3"}
    assert revealed("${workflow.secrets.GONE} ${workflow.secrets.OTHER}", SECRETS) == []


def test_runtime_metadata_is_looked_up_in_secrets_then_in_variables():
    found = runtime_metadata(["A", "B", "C"], {"A": "1", "B": None}, {"A": "x", "B": "2"})
    assert found == {"A": "1", "B": "2"}


@pytest.mark.parametrize("name", ["", "a b", "a,b", "a/b", "${x}"])
def test_a_name_that_no_store_can_hold_is_not_looked_up(name):
    assert lookup_names(["A", name, "B-1", "A"]) == ("A", "B-1")
