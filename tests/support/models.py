"""The models of the REST API as judges of what is answered."""

from __future__ import annotations

from copy import deepcopy
from functools import cache
from typing import Any

from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from functions.api.openapi.document import document
from functions.api.openapi.operations import schema_of
from functions.api.openapi.schemas import answers, executions
from functions.api.openapi.terms import Schema

_DOCUMENT = "urn:podium"


def fits(model: str, value: Any) -> None:
    """Fail unless ``value`` is a ``model``, written as in the route table (``Name``, ``Name[]``)."""
    problems = [
        f"{each.json_path}: {each.message[-300:]}"
        for error in _judge(model).iter_errors(value)
        for each in (error, *(error.context or ()))
    ]
    assert not problems, f"no {model}: " + "; ".join(problems[:9])


@cache
def _judge(model: str) -> Draft202012Validator:
    whole: Resource[Any] = Resource.from_contents(_strict(), default_specification=DRAFT202012)
    registry: Registry[Any] = Registry().with_resource(_DOCUMENT, whole)
    return Draft202012Validator(_absolute(schema_of(model)), registry=registry)


def _strict() -> dict[str, Any]:
    """The document, in which an answer may have nothing that its model does not name.

    Definitions keep what they do not know, so theirs stay open.
    """
    found = deepcopy(document())
    for name in {**answers.SCHEMAS, **executions.SCHEMAS}:
        schema = found["components"]["schemas"][name]
        if "properties" in schema:
            schema["additionalProperties"] = False
    return found


def _absolute(schema: Schema) -> Schema:
    if "items" in schema:
        return {**schema, "items": _absolute(schema["items"])}
    return {"$ref": _DOCUMENT + schema["$ref"]}
