"""``${...}`` in values: what they become, and the hot path (engine.md 10.1).

A template is any JSON; only its text values are looked at, never map keys, and a result is never
evaluated again. Text that is one expression takes the value with its type; an expression inside
other text is spliced in. Two deliberate differences from the peer: a map or list spliced into text
becomes JSON, and no variable of the process is readable (engine.md 10.1, 10.3).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Protocol

from podium.domain.engines import EngineError
from podium.domain.interpolation import Expression, Template, cut, unescape
from podium.domain.outcome import TerminateWorkflowError
from podium.domain.paths import parse, walk

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from podium.domain.engines import PathEngine
    from podium.domain.json import Json, JsonMap
    from podium.domain.paths import Path

#: Root that stands for the id of the task being created.
TASK_ID = "CPEWF_TASK_ID"

#: In the result of :func:`references`: which roots are named is known only at run time.
EVERYTHING = "*"

_EXCERPT = 200


class Lookup(Protocol):
    """The values a template can name; each is asked for when an expression needs it, not before."""

    def root(self, name: str) -> Json:
        """Value of ``workflow``, of a task by its reference name, or of :data:`TASK_ID`.

        None when there is none. Raises MissingError when it has to be loaded first.
        """
        ...

    def everything(self) -> JsonMap:
        """All roots in one map, for paths that begin with a wildcard or ``..``."""
        ...

    def environment(self, name: str) -> str | None:
        """Text of ``${workflow.env.<name>}`` in the environment store, None when it has none."""
        ...


class _Literal:
    """The expression stays in the text as it is, but for expressions nested in it."""


_LITERAL = _Literal()


def evaluate(template: Json, lookup: Lookup, paths: PathEngine) -> Json:
    """Value of ``template`` with all its expressions replaced.

    A path that is missing or malformed gives null (engine.md 10.2). ``${workflow.secrets.X}`` stays
    as it is: secrets are resolved at hand-out and never stored. Raises MissingError from the lookup,
    TerminateWorkflowError when a path is cut off or the template is nested too deeply.
    """

    def value_of(path: str) -> Json | _Literal:
        return _value(path, lookup, paths)

    try:
        return _evaluate(template, value_of)
    except RecursionError:
        raise TerminateWorkflowError("Parameters are nested too deeply to be evaluated") from None


def references(template: Json) -> frozenset[str]:
    """Roots that ``template`` names; :data:`EVERYTHING` among them when that depends on values."""
    return frozenset(_references(template))


def environment_names(template: Json) -> frozenset[str]:
    """Variables of the environment store that ``template`` names, but for computed names."""
    return frozenset(name for parts in _templates(template) for name in _variables_of(parts))


def as_text(value: Json) -> str:
    """How ``value`` looks when spliced into text: ``null``, ``true``, numbers, text, else JSON."""
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def excerpt(value: Json) -> str:
    """The beginning of ``value`` as text, for a reason that has to stay short."""
    text = as_text(value)
    return text if len(text) <= _EXCERPT else f"{text[:_EXCERPT]}..."


def _evaluate(template: Json, value_of: Callable[[str], Json | _Literal]) -> Json:
    if isinstance(template, str):
        return _text(cut(template), value_of) if "${" in template else template
    if isinstance(template, Mapping):
        return {key: _evaluate(value, value_of) for key, value in template.items()}
    if isinstance(template, (list, tuple)):
        return [_evaluate(value, value_of) for value in template]
    return template


def _text(parts: Template, value_of: Callable[[str], Json | _Literal]) -> Json:
    if len(parts) == 1 and isinstance(parts[0], Expression):
        return _expression(parts[0], value_of)
    return _splice(parts, value_of)


def _splice(parts: Template, value_of: Callable[[str], Json | _Literal]) -> str:
    return unescape(
        "".join(
            as_text(_expression(part, value_of)) if isinstance(part, Expression) else part
            for part in parts
        )
    )


def _expression(expression: Expression, value_of: Callable[[str], Json | _Literal]) -> Json:
    path, source = expression.path, expression.source
    if path is None:
        path = _splice(expression.parts, value_of)
        source = f"${{{path}}}"
    if not path or path.isspace():
        return ""
    value = value_of(path)
    return source if isinstance(value, _Literal) else value


def _value(path: str, lookup: Lookup, paths: PathEngine) -> Json | _Literal:
    parsed = parse(path)
    if parsed.root == "workflow" and parsed.steps:
        if parsed.steps[0] == "secrets":
            return _LITERAL
        if parsed.steps[0] == "env":
            return _from_environment(parsed, lookup, paths)
    if not parsed.root:
        return _search(parsed, lookup.everything(), paths)
    root = lookup.root(parsed.root)
    if root is None and parsed.root == TASK_ID:
        # Not known where no task is created: SWITCH, FORK, a child's input (engine.md 10.3).
        return _LITERAL
    return _search(parsed, walk(root, parsed.steps), paths)


def _search(path: Path, document: Json, paths: PathEngine) -> Json:
    return _find(path.tail, document, paths) if path.tail else document


def _find(tail: str, document: Json, paths: PathEngine) -> Json:
    try:
        return paths.find(tail, document)
    except EngineError as error:
        raise TerminateWorkflowError(f"Path {excerpt(tail)} failed: {error}") from error


def _from_environment(path: Path, lookup: Lookup, paths: PathEngine) -> Json:
    """``env.NAME``, or a path inside the JSON that its text holds."""
    steps = path.steps[1:]
    if not steps or not isinstance(steps[0], str):
        return None
    text = lookup.environment(steps[0])
    return None if text is None else stored_value(text, steps[1:], path.tail, paths)


def stored_value(
    text: str, steps: tuple[str | int, ...], tail: str, paths: PathEngine | None
) -> Json:
    """The text of a secret or variable, or what is at ``steps`` and ``tail`` of the JSON it holds.

    None when it holds no JSON, or nothing is there.
    """
    if not steps and not tail:
        return text
    try:
        value = walk(json.loads(text), steps)
    except ValueError:
        return None
    return _find(tail, value, paths) if tail and paths is not None else value


def _references(template: Json) -> Iterator[str]:
    for parts in _templates(template):
        yield from _roots_of(parts)


def _templates(template: Json) -> Iterator[Template]:
    """The cut texts of ``template`` that hold expressions, at any depth."""
    if isinstance(template, str):
        if "${" in template:
            yield cut(template)
    elif isinstance(template, Mapping):
        for value in template.values():
            yield from _templates(value)
    elif isinstance(template, (list, tuple)):
        for value in template:
            yield from _templates(value)


def _variables_of(parts: Template) -> Iterator[str]:
    for part in parts:
        if not isinstance(part, Expression) or "env" not in part.source:
            continue
        yield from _variables_of(part.parts)
        if part.path:
            steps = parse(part.path).steps[:2]
            if parse(part.path).root == "workflow" and len(steps) == 2 and steps[0] == "env":
                yield str(steps[1])


def _roots_of(parts: Template) -> Iterator[str]:
    for part in parts:
        if not isinstance(part, Expression):
            continue
        yield from _roots_of(part.parts)
        path = part.path
        if path is None:
            yield _beginning(part.parts[0])
        elif path and not path.isspace():
            yield parse(path).root or EVERYTHING


def _beginning(part: str | Expression) -> str:
    """Root of a path whose rest is known only at run time, if it ends before that rest."""
    if not isinstance(part, str):
        return EVERYTHING
    head, dot, _ = part.strip().removeprefix("$.").partition(".")
    return head if dot and "[" not in head and head else EVERYTHING
