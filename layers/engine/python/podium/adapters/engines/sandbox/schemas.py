"""Checks documents against JSON Schemas; served by the child.

A pattern is a Python regular expression here, and some of those never end: the parent's clock ends
them. Every module has to be loaded before the doors are closed.
"""

from __future__ import annotations

import importlib
import json
from functools import lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from podium.adapters.engines.sandbox.child import Run

#: Problems that are told of one document.
_MOST_PROBLEMS = 5
#: Characters of a rule that are quoted.
_LONGEST_RULE = 100
_DRAFT_2020 = "https://json-schema.org/draft/2020-12/schema"
#: Rules whose message names properties only; the others would quote the document, secrets included.
_NAMING = frozenset({"additionalProperties", "dependentRequired", "required"})


class SchemaError(ValueError):
    """The schema cannot be used; the message says why."""


def start(_seconds: float) -> Run:
    """Load the library; it has no clock of its own."""
    compiled = lru_cache(maxsize=64)(_compiler())

    def run(program: str, document: str) -> str:
        asked = json.loads(program)
        only_check = asked.get("check", False)
        try:
            validator = compiled(json.dumps(asked["schema"]))
        except SchemaError as error:
            if only_check:
                return json.dumps(str(error))
            raise
        return "null" if only_check else json.dumps(list(_problems(validator, document)))

    # What the library loads at its first use has to be here before the doors are closed.
    run('{"schema": {"$ref": "#/$defs/a", "$defs": {"a": {"pattern": "a", "minimum": 1}}}}', "1")
    run('{"schema": {"type": 1}, "check": true}', "1")
    return run


def _compiler() -> Callable[[str], Any]:
    library = importlib.import_module("jsonschema")
    validators = importlib.import_module("jsonschema.validators")
    referencing = importlib.import_module("referencing")
    #: The dialects themselves. Without a registry of ours the library would fetch what it lacks.
    registry = importlib.import_module("jsonschema_specifications").REGISTRY

    def compiled(schema_text: str) -> Any:
        schema = json.loads(schema_text)
        dialect = schema.get("$schema", _DRAFT_2020)
        kind = None
        if isinstance(dialect, str):
            kind = validators.validator_for({"$schema": dialect}, default=None)
        if kind is None:
            raise SchemaError(f"$schema: {dialect!r} is not known")
        try:
            kind.check_schema(schema)
            _resolve_all(schema, dialect, registry, referencing)
        except library.SchemaError as error:
            raise SchemaError(f"{error.json_path}: {error.message}") from None
        except referencing.exceptions.Unresolvable as error:
            raise SchemaError(f"{error.ref!r} refers to nothing within the schema") from None
        return kind(schema, registry=registry)

    return compiled


def _problems(validator: Any, document: str) -> Iterator[str]:
    errors = validator.iter_errors(json.loads(document))
    found = sorted(errors, key=lambda error: list(map(str, error.path)))
    for error in found[:_MOST_PROBLEMS]:
        yield f"{error.json_path}: {_message(error)}"
    if len(found) > _MOST_PROBLEMS:
        yield f"and {len(found) - _MOST_PROBLEMS} more"


def _message(error: Any) -> str:
    if error.validator in _NAMING:
        return str(error.message)
    if error.validator is None:
        return "nothing is allowed here"
    rule = json.dumps(error.validator_value, ensure_ascii=False)
    if len(rule) > _LONGEST_RULE:
        rule = f"{rule[:_LONGEST_RULE]}..."
    return f"must meet {error.validator} {rule}"


def _resolve_all(schema: Any, dialect: str, registry: Any, referencing: Any) -> None:
    """Look every reference up now: one to another place is refused, and nothing is fetched."""
    specification = referencing.jsonschema.specification_with(dialect)
    root = specification.create_resource(schema)
    pending = [(registry.resolver_with_root(root), root)]
    while pending:
        resolver, resource = pending.pop()
        if isinstance(resource.contents, dict):
            for keyword in ("$ref", "$dynamicRef", "$recursiveRef"):
                if isinstance(reference := resource.contents.get(keyword), str):
                    resolver.lookup(reference)
        pending += [(resolver.in_subresource(each), each) for each in resource.subresources()]
