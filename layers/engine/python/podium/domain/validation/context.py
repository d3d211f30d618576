"""What validation needs from outside: syntax checks, registered task definitions, switches."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from podium.domain.definitions import SchemaDef, TaskDef
    from podium.domain.engines import PathEngine, SchemaEngine, ScriptEngine


@dataclass(frozen=True, slots=True)
class ValidationContext:
    """Arguments of all validations; the switches are those of models.md 6.1."""

    paths: PathEngine
    scripts: ScriptEngine
    schemas: SchemaEngine
    #: The registered task definition of a name, or None; asked only where an inputTemplate matters.
    task_def: Callable[[str], TaskDef | None]
    #: The registered schema of a name and version, or None; asked only for one that is named.
    schema_def: Callable[[str, int], SchemaDef | None] = lambda *_: None
    owner_email_mandatory: bool = False
    name_validation: bool = False
