"""engine.md 10.3: secrets are replaced at hand-out, and nothing else is."""

from __future__ import annotations

from podium.domain.json import Json
from podium.domain.secrets import reveal, secret_names

SECRETS = {"KEY": "s3", "JSON": '{"user": {"name": "ada"}, "n": 7}', "GONE": None}


def test_a_secret_alone_is_its_text():
    assert reveal("${workflow.secrets.KEY}", SECRETS) == "s3"
    assert reveal({"a": ["${workflow.secrets.KEY}", 1]}, SECRETS) == {"a": ["s3", 1]}


def test_a_secret_is_spliced_into_text():
    assert reveal("Bearer ${workflow.secrets.KEY}!", SECRETS) == "Bearer s3!"


def test_a_path_looks_into_a_secret_that_holds_json():
    assert reveal("${workflow.secrets.JSON.user.name}", SECRETS) == "ada"
    assert reveal("${workflow.secrets.JSON.n}", SECRETS) == 7
    assert reveal("${workflow.secrets.KEY.n}", SECRETS) is None


def test_an_unknown_secret_is_null_alone_and_no_text_inside_text():
    assert reveal("${workflow.secrets.NOBODY}", SECRETS) is None
    assert reveal("<${workflow.secrets.GONE}>", SECRETS) == "<>"


def test_stored_input_is_not_evaluated_again():
    text = "$${x} ${workflow.input.a} ${t1.output.secrets.b}"
    assert reveal(text, SECRETS) == text
    assert reveal(f"{text} ${{workflow.secrets.KEY}}", SECRETS) == f"{text} s3"


def test_the_names_of_all_secrets_are_found():
    value: Json = {"a": "${workflow.secrets.A}", "b": ["x${workflow.secrets.B.c}${t.secrets.C}", 1]}
    assert secret_names(value) == {"A", "B"}
    assert secret_names("${workflow['secrets'].D}") == {"D"}
