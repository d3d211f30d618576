"""Engines for domain tests: a table of answers in place of a sandbox."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta, timezone, tzinfo

from podium.domain.engines import EngineError, Engines
from podium.domain.json import Json, JsonMap


@dataclass
class TableScripts:
    """A ScriptEngine that knows the scripts in ``answers`` and refuses any other."""

    answers: Mapping[str, object] = field(default_factory=dict)
    #: The bindings of each run, in order.
    seen: list[tuple[str, Mapping[str, Json]]] = field(default_factory=list)

    def evaluate(self, script: str, bindings: Mapping[str, Json]) -> Json:
        self.seen.append((script, bindings))
        return _answer(self.answers, script, bindings)

    def check(self, script: str) -> str | None:
        return None if script in self.answers else "SyntaxError: not in the table"


@dataclass
class TableJq:
    """A JqEngine whose answers are the lists of values that a program emits."""

    answers: Mapping[str, object] = field(default_factory=dict)
    seen: list[tuple[str, Json]] = field(default_factory=list)

    def transform(self, program: str, document: Json) -> Sequence[Json]:
        self.seen.append((program, document))
        found = _answer(self.answers, program, document)
        assert isinstance(found, list)
        return found


@dataclass
class TablePaths:
    """A PathEngine; a path that is not in the table is missing."""

    answers: Mapping[str, object] = field(default_factory=dict)
    seen: list[tuple[str, Json]] = field(default_factory=list)

    def find(self, path: str, document: Json) -> Json:
        self.seen.append((path, document))
        return _answer(self.answers, path, document) if path in self.answers else None

    def check(self, path: str) -> str | None:
        return None


@dataclass
class TableZones:
    """Zones with a fixed distance from UTC, in hours."""

    hours: Mapping[str, int] = field(default_factory=lambda: {"UTC": 0, "Asia/Tokyo": 9})

    def find(self, name: str) -> tzinfo | None:
        return timezone(timedelta(hours=self.hours[name])) if name in self.hours else None


@dataclass
class KeySchemas:
    """A SchemaEngine that knows ``required`` alone, and one schema that is broken: ``{"bad": ...}``."""

    def check(self, schema: JsonMap) -> str | None:
        return f"$.bad: {schema['bad']}" if "bad" in schema else None

    def problems(self, schema: JsonMap, document: Json) -> Sequence[str]:
        if "bad" in schema:
            raise EngineError(f"$.bad: {schema['bad']}")
        assert isinstance(document, Mapping)
        required = schema.get("required", [])
        assert isinstance(required, list)
        return [f"$: {name} is missing" for name in required if name not in document]


def table_engines(
    scripts: Mapping[str, object] | None = None,
    jq: Mapping[str, object] | None = None,
    paths: Mapping[str, object] | None = None,
) -> Engines:
    """All of them together."""
    return Engines(
        TableScripts(scripts or {}),
        TableJq(jq or {}),
        TablePaths(paths or {}),
        TableZones(),
        KeySchemas(),
    )


def _answer(answers: Mapping[str, object], program: str, seen: object) -> Json:
    if program not in answers:
        raise EngineError(f"not in the table: {program}")
    answer = answers[program]
    if isinstance(answer, Exception):
        raise answer
    found: Json = answer(seen) if callable(answer) else answer  # type: ignore[assignment]
    return found
