"""SchemaEngine on the library: its dialects, its messages, and what must not get out or go on for ever."""

from __future__ import annotations

from typing import Any

import pytest

from podium.adapters.engines.sandbox.process import Limits
from podium.adapters.engines.schemas import JsonSchemas
from podium.domain.engines import EngineError, EngineLimitError

ORDER: dict[str, Any] = {
    "type": "object",
    "required": ["id"],
    "properties": {
        "id": {"type": "integer", "minimum": 1},
        "lines": {"type": "array", "items": {"$ref": "#/$defs/line"}},
    },
    "$defs": {"line": {"type": "string", "pattern": "^[a-z]+$"}},
    "additionalProperties": False,
}


@pytest.fixture(scope="module")
def schemas() -> JsonSchemas:
    return JsonSchemas()


def test_a_good_document_has_no_problems(schemas):
    assert schemas.problems(ORDER, {"id": 1, "lines": ["tea"]}) == []


@pytest.mark.parametrize(
    ("document", "problems"),
    [
        ({}, ["$: 'id' is a required property"]),
        ({"id": "7"}, ['$.id: must meet type "integer"']),
        ({"id": 0}, ["$.id: must meet minimum 1"]),
        ({"id": 1, "lines": ["tea", "T"]}, ['$.lines[1]: must meet pattern "^[a-z]+$"']),
        (
            {"id": 1, "x": 2},
            ["$: Additional properties are not allowed ('x' was unexpected)"],
        ),
        ([], ['$: must meet type "object"']),
        ("text", ['$: must meet type "object"']),
    ],
)
def test_a_problem_names_the_path_and_the_rule(schemas, document, problems):
    assert list(schemas.problems(ORDER, document)) == problems


def test_no_problem_quotes_a_value(schemas):
    rules = [
        {"type": "integer"},
        {"enum": ["a"]},
        {"const": "a"},
        {"maxLength": 1},
        {"pattern": "^b"},
        {"not": {"type": "string"}},
        {"oneOf": [{"type": "integer"}, {"type": "null"}]},
        {"anyOf": [{"type": "integer"}]},
        {"if": {"type": "string"}, "then": {"maxLength": 2}},
    ]
    for rule in rules:
        found = schemas.problems({"properties": {"card": rule}}, {"card": "4111-1111"})
        assert found
        assert "4111" not in " ".join(found)


def test_the_most_that_is_told_are_five_problems(schemas):
    schema = {"items": {"type": "string"}}
    found = schemas.problems(schema, list(range(9)))
    assert found[0] == '$[0]: must meet type "string"'
    assert (len(found), found[-1]) == (6, "and 4 more")


def test_words_of_2020_12_count(schemas):
    tuple_schema = {"prefixItems": [{"type": "string"}], "items": False}
    assert schemas.problems(tuple_schema, ["a"]) == []
    assert list(schemas.problems(tuple_schema, ["a", 1])) == ["$: must meet items false"]
    assert schemas.problems({"dependentRequired": {"a": ["b"]}}, {"a": 1})
    assert schemas.problems(
        {"allOf": [{"properties": {"a": True}}], "unevaluatedProperties": False}, {"b": 1}
    )


def test_an_older_dialect_counts_where_the_schema_names_it(schemas):
    """The Python SDK makes draft-07."""
    draft_07 = "http://json-schema.org/draft-07/schema#"
    schema = {"$schema": draft_07, "items": [{"type": "string"}], "additionalItems": False}
    assert schemas.problems(schema, ["a"]) == []
    assert schemas.problems(schema, ["a", "b"])


def test_a_format_is_a_note(schemas):
    assert schemas.problems({"format": "email"}, "nobody") == []


@pytest.mark.parametrize(
    ("schema", "named"),
    [
        ({"type": "texts"}, "texts"),
        ({"minimum": "1"}, "minimum"),
        ({"required": "a"}, "required"),
        ({"properties": {"a": {"pattern": "("}}}, "regex"),
        ({"$schema": "urn:nobody"}, "urn:nobody"),
        ({"$schema": 7}, "7"),
        ({"$ref": "#/$defs/nobody"}, "$defs/nobody"),
        (
            {"properties": {"a": {"$ref": "https://example.org/s.json"}}},
            "https://example.org/s.json",
        ),
        ({"$ref": "file:///etc/passwd"}, "file:///etc/passwd"),
        ({"$defs": {"unused": {"$ref": "http://127.0.0.1/"}}}, "http://127.0.0.1/"),
        ({"$dynamicRef": "http://127.0.0.1/#a"}, "http://127.0.0.1/"),
    ],
)
def test_a_schema_that_cannot_be_used_says_why(schemas, schema, named):
    assert named in (schemas.check(schema) or "")
    with pytest.raises(EngineError, match=r"\S"):
        schemas.problems(schema, {})


@pytest.mark.parametrize(
    "schema",
    [
        {},
        ORDER,
        {"properties": {"$ref": {"type": "string"}}},
        {"const": {"$ref": "http://127.0.0.1/"}},
        {"$ref": "https://json-schema.org/draft/2020-12/schema"},
        {"$id": "urn:own", "$defs": {"a": {"$id": "urn:a"}}, "$ref": "urn:a"},
    ],
)
def test_a_schema_that_stands_on_its_own_can_be_used(schemas, schema):
    assert schemas.check(schema) is None


@pytest.mark.parametrize(
    ("schema", "document"),
    [
        ({"pattern": "^(a+)+$"}, "a" * 60 + "b"),
        ({"$ref": "#"}, 1),
        (
            {
                "$defs": {"a": {"$ref": "#/$defs/b"}, "b": {"$ref": "#/$defs/a"}},
                "$ref": "#/$defs/a",
            },
            1,
        ),
    ],
)
def test_what_does_not_end_is_cut_off_and_the_next_document_is_checked(schema, document):
    hasty = JsonSchemas(Limits(seconds=0.3, grace=0.5))
    with pytest.raises(EngineLimitError, match="cut off"):
        hasty.problems(schema, document)
    assert hasty.problems({"type": "integer"}, 1) == []
