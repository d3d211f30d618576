"""Everything that is wrong with a definition in a file, without a server: rules of podium.domain."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields
from difflib import get_close_matches
from enum import StrEnum
from typing import Any

from podium.domain.definitions import Record, TaskDef, WorkflowDef
from podium.domain.definitions.readers import MismatchError
from podium.domain.definitions.record import read_record
from podium.domain.validation import ValidationContext, validate_task_def, validate_workflow
from podium.errors import InvalidInputError, Violation
from podium.json_text import decode_json
from podium_cli.documents.places import find_path, steps_path
from podium_cli.documents.positions import Path, Position, Positions, path_text, scan

_Validate = Callable[[Any, ValidationContext, str], tuple[Violation, ...]]
_TOP = "$"
#: Wrong types that are told of one document; each is looked for anew.
_MAX_MISMATCHES = 100
_CONSTANT = re.compile("NaN|-?Infinity")


class Severity(StrEnum):
    """An error is refused by the server; a warning is not."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong, and where."""

    position: Position
    path: str
    message: str
    severity: Severity = Severity.ERROR


def workflow_findings(text: str, context: ValidationContext) -> list[Finding]:
    """Findings in the text of a workflow definition, or of an array of them, in their order."""
    return _findings(text, WorkflowDef, validate_workflow, context)


def task_findings(text: str, context: ValidationContext) -> list[Finding]:
    """The same for task definitions."""
    return _findings(text, TaskDef, validate_task_def, context)


def _findings(
    text: str, kind: type[Record], validate: _Validate, context: ValidationContext
) -> list[Finding]:
    try:
        document = json.loads(text)
    except json.JSONDecodeError as error:
        position = Position(error.lineno, error.colno)
        return [Finding(position, _TOP, f"this is not JSON: {error.msg}")]
    except RecursionError:
        return [Finding(Position(1, 1), _TOP, "it is nested too deeply")]
    positions = scan(text)
    found = [*_unreadable(text, positions), *_repeated(positions)]
    tops: list[tuple[Path, Any]] = [((), document)]
    if isinstance(document, list):
        tops = [((index,), item) for index, item in enumerate(document)]
        if not document:
            found.append(Finding(Position(1, 1), _TOP, "it holds no definition"))
    for top, value in tops:
        found += _of_one(
            value, top, positions, kind, lambda record: validate(record, context, _TOP)
        )
    return sorted(found, key=lambda finding: finding.position)


def _unreadable(text: str, positions: Positions) -> Iterator[Finding]:
    """What Python reads as JSON and the server does not."""
    constants = [
        (path, match[0])
        for path, offset in positions.values.items()
        if (match := _CONSTANT.match(text, offset))
    ]
    for path, name in constants:
        yield Finding(positions.of(path), path_text(path), f"{name} is not a number")
    if constants:
        return
    try:
        decode_json(text)
    except InvalidInputError as error:
        yield Finding(Position(1, 1), _TOP, str(error))


def _repeated(positions: Positions) -> Iterator[Finding]:
    """The server takes the last one."""
    for path, offset in positions.repeated:
        message = "this key stands here twice"
        yield Finding(positions.at(offset), path_text(path), message, Severity.WARNING)


def _of_one(
    document: Any,
    top: Path,
    positions: Positions,
    kind: type[Record],
    violations: Callable[[Any], tuple[Violation, ...]],
) -> Iterator[Finding]:
    def finding(path: Path, message: str, severity: Severity = Severity.ERROR) -> Finding:
        return Finding(positions.of((*top, *path)), path_text((*top, *path)), message, severity)

    mended, mismatches = _mended(document, kind)
    for path, problem in mismatches:
        yield finding(path, problem)
    if mended is None:
        return
    wrong = {path for path, _ in mismatches}
    for violation in violations(mended):
        path = find_path((violation.place or violation.path).removeprefix(_TOP), document)
        # What was left out because of its type is not missing.
        if not any(path[: len(other)] == other for other in wrong):
            yield finding(path, violation.message)
    for path, message in _unknown(mended, ()):
        yield finding(path, message, Severity.WARNING)


def _mended(document: Any, kind: type[Record]) -> tuple[Record | None, list[tuple[Path, str]]]:
    """The definition without its values of a wrong type, and these; None if nothing is left."""
    mismatches: list[tuple[Path, str]] = []
    rest = json.loads(json.dumps(document))
    while len(mismatches) < _MAX_MISMATCHES:
        try:
            return read_record(kind, rest), mismatches
        except MismatchError as mismatch:
            path = steps_path(mismatch.path, rest)
            mismatches.append((path, mismatch.problem))
            if not path:
                return None, mismatches
            _leave_out(rest, path)
    return None, mismatches


def _leave_out(document: Any, path: Path) -> None:
    """Items of an array become empty ones, so that the others keep their index."""
    for step in path[:-1]:
        document = document[step]
    last = path[-1]
    if isinstance(document, list) and isinstance(last, int):
        document[last] = [] if isinstance(document[last], dict) else {}
    else:
        del document[last]


def _unknown(record: Record, path: Path) -> Iterator[tuple[Path, str]]:
    """Properties that nothing reads, at any depth: they are kept, and do nothing."""
    names = {_wire_name(each.name): each.name for each in fields(record) if each.name != "extra"}
    for key in record.extra:
        near = get_close_matches(key, names, n=1)
        hint = f", did you mean {near[0]}?" if near else ""
        yield (*path, key), f"unknown property {key}{hint}"
    for wire_name, name in names.items():
        yield from _unknown_below(getattr(record, name), (*path, wire_name))


def _unknown_below(value: Any, path: Path) -> Iterator[tuple[Path, str]]:
    if isinstance(value, Record):
        yield from _unknown(value, path)
    elif isinstance(value, tuple):
        for index, item in enumerate(value):
            yield from _unknown_below(item, (*path, index))
    elif isinstance(value, Mapping):
        for key, item in value.items():
            if isinstance(item, tuple):
                yield from _unknown_below(item, (*path, key))


def _wire_name(name: str) -> str:
    head, *rest = name.split("_")
    return head + "".join(part.capitalize() for part in rest)
