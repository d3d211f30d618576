"""The engines that validation asks: those of the extra ``engine`` where it is, none elsewhere.

They run in a child process of their own, so nothing of theirs is imported here.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec

from podium.domain.engines import PathEngine, SchemaEngine, ScriptEngine
from podium.domain.json import Json, JsonMap
from podium.domain.validation import ValidationContext


class NoScripts:
    """Takes every script for a good one."""

    def evaluate(self, script: str, bindings: object) -> Json:
        """Not asked by validation."""
        raise NotImplementedError

    def check(self, script: str) -> str | None:
        """Nothing is known against it."""
        return None


class NoPaths:
    """Takes every JSONPath for a good one."""

    def find(self, path: str, document: Json) -> Json:
        """Not asked by validation."""
        raise NotImplementedError

    def check(self, path: str) -> str | None:
        """Nothing is known against it."""
        return None


class NoSchemas:
    """Takes every schema for a good one."""

    def check(self, schema: JsonMap) -> str | None:
        """Nothing is known against it."""
        return None

    def problems(self, schema: JsonMap, document: Json) -> Sequence[str]:
        """Not asked by validation."""
        raise NotImplementedError


def validation_context(
    *, owner_email_mandatory: bool = False
) -> tuple[ValidationContext, tuple[str, ...]]:
    """What to validate with, and what will go unchecked for want of an engine."""
    scripts: ScriptEngine = NoScripts()
    paths: PathEngine = NoPaths()
    schemas: SchemaEngine = NoSchemas()
    missing = []
    if find_spec("quickjs"):
        from podium.adapters.engines.quickjs import QuickJsScripts

        scripts = QuickJsScripts()
    else:
        missing.append("JavaScript")
    if find_spec("jsonpath_ng"):
        from podium.adapters.engines.jsonpath import JsonPaths

        paths = JsonPaths()
    else:
        missing.append("JSONPath")
    if find_spec("jsonschema"):
        from podium.adapters.engines.schemas import JsonSchemas

        schemas = JsonSchemas()
    else:
        missing.append("JSON Schema")
    context = ValidationContext(
        paths=paths,
        scripts=scripts,
        schemas=schemas,
        task_def=lambda _: None,
        owner_email_mandatory=owner_email_mandatory,
    )
    return context, tuple(missing)
