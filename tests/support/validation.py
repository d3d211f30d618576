"""What validation needs from outside, faked: engines that count brackets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from podium.domain.definitions import TaskDef, WorkflowDef
from podium.domain.json import Json
from podium.domain.validation import ValidationContext, validate_workflow
from tests.support.engines import KeySchemas


class BracketPaths:
    """A PathEngine to which a path is wrong when its square brackets do not balance."""

    def find(self, path: str, document: Json) -> Json:
        raise NotImplementedError

    def check(self, path: str) -> str | None:
        return None if path.count("[") == path.count("]") else "unbalanced brackets"


class BracketScripts:
    """A ScriptEngine to which a script is wrong when its parentheses do not balance."""

    def evaluate(self, script: str, bindings: Mapping[str, Json]) -> Json:
        raise NotImplementedError

    def check(self, script: str) -> str | None:
        return None if script.count("(") == script.count(")") else "SyntaxError: expecting ')'"


def validation_context(
    *task_defs: TaskDef, owner_email_mandatory: bool = False, name_validation: bool = False
) -> ValidationContext:
    """A context in which ``task_defs`` are registered."""
    registered = {definition.name: definition for definition in task_defs}
    return ValidationContext(
        paths=BracketPaths(),
        scripts=BracketScripts(),
        schemas=KeySchemas(),
        task_def=registered.get,
        owner_email_mandatory=owner_email_mandatory,
        name_validation=name_validation,
    )


def task(task_type: str, ref: str = "t1", **fields: Any) -> dict[str, Any]:
    """JSON of a task named like its reference."""
    return {"name": ref, "taskReferenceName": ref, "type": task_type, **fields}


def violations(
    tasks: Iterable[Any], context: ValidationContext | None = None, **fields: Any
) -> list[tuple[str, str]]:
    """Path (from the definition on) and message of what is wrong with a definition of ``tasks``."""
    definition = WorkflowDef.from_json({"name": "wf", "tasks": list(tasks), **fields})
    found = validate_workflow(definition, context or validation_context(), "call.arg0")
    return [(item.path.removeprefix("call.arg0"), item.message) for item in found]
