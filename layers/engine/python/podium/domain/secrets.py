"""``${workflow.secrets.X}``: kept literal in stored input, replaced at hand-out (engine.md 10.3).

The input that is handed out was evaluated before and is not evaluated again: nothing but secrets is
replaced. Never store what :func:`reveal` returns. Only secrets that the definition names, or that
whoever started the workflow handed down, are replaced: text that comes from outside may hold a
reference, and must not get at a secret by that.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from podium.domain.expressions import as_text, stored_value
from podium.domain.interpolation import Expression, cut
from podium.domain.paths import Path, parse

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from podium.domain.engines import PathEngine
    from podium.domain.json import Json

_MARK = "secrets"
#: A name that a store can hold (rest-api.md 10).
_NAME = re.compile(r"[A-Za-z0-9_-]+")
#: Among named secrets: a name is computed at run time, so any may be meant.
ANY = "*"


def secret_names(value: Json) -> frozenset[str]:
    """Names of the secrets that ``value`` refers to, at any depth; :data:`ANY` among them when one
    is computed.
    """
    return frozenset(_names(value))


def permitted(value: Json, named: Collection[str]) -> tuple[str, ...]:
    """Names of the secrets in ``value`` that may be revealed in it, sorted.

    ``named`` holds the names that the definition, or the start, gives; others stay literal.
    """
    if not named:
        return ()
    found = {name for name in secret_names(value) if _NAME.fullmatch(name)}
    return tuple(sorted(found if ANY in named else found.intersection(named)))


def lookup_names(names: Iterable[str]) -> tuple[str, ...]:
    """Those of ``names`` (TaskDef.runtimeMetadata) under which a store can hold something."""
    return tuple(dict.fromkeys(name for name in names if _NAME.fullmatch(name)))


def runtime_metadata(
    names: Iterable[str], secrets: Mapping[str, str | None], variables: Mapping[str, str | None]
) -> dict[str, str]:
    """What a poll adds to a task for its TaskDef.runtimeMetadata: secrets first, then variables.

    What is in neither store is left out.
    """
    found = {name: _first(secrets.get(name), variables.get(name)) for name in names}
    return {name: value for name, value in found.items() if value is not None}


def reveal(value: Json, secrets: Mapping[str, str | None], paths: PathEngine | None = None) -> Json:
    """``value`` with its secrets in place.

    ``${workflow.secrets.X.a.b}`` looks into the JSON that the secret's text holds. A secret with
    the value None is not known: null when it stands alone, no text at all inside other text. One
    that is no key of ``secrets`` stays literal, and without ``paths`` so does a path that is more
    than members and indexes.
    """
    if isinstance(value, str):
        return _text(value, secrets, paths) if _MARK in value else value
    if isinstance(value, Mapping):
        return {key: reveal(item, secrets, paths) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [reveal(item, secrets, paths) for item in value]
    return value


def revealed(
    value: Json, secrets: Mapping[str, str | None], paths: PathEngine | None = None
) -> list[Json]:
    """The values that :func:`reveal` puts into ``value``, and the texts they are taken from."""
    found: list[Json] = []
    for expression in _expressions(value):
        path = _secret_path(expression)
        if path is not None and str(path.steps[1]) in secrets:
            found += [secrets[str(path.steps[1])], _secret(path, secrets, paths)]
    return [value for value in found if value is not None]


def _text(text: str, secrets: Mapping[str, str | None], paths: PathEngine | None) -> Json:
    parts = cut(text)
    if len(parts) == 1 and (path := _known(parts[0], secrets, paths)):
        return _secret(path, secrets, paths)
    texts = []
    for part in parts:
        if path := _known(part, secrets, paths):
            secret = _secret(path, secrets, paths)
            texts.append("" if secret is None else as_text(secret))
        else:
            texts.append(part.source if isinstance(part, Expression) else part)
    return "".join(texts)


def _known(
    part: str | Expression, secrets: Mapping[str, str | None], paths: PathEngine | None
) -> Path | None:
    """The path of a secret that can be revealed."""
    path = _secret_path(part) if isinstance(part, Expression) else None
    if path is None or str(path.steps[1]) not in secrets or (path.tail and paths is None):
        return None
    return path


def _secret_path(expression: Expression) -> Path | None:
    """Its path, with ``secrets`` and the secret's name as first steps; None when it names no secret."""
    if expression.path is None:
        return None
    path = parse(expression.path)
    named = path.root == "workflow" and len(path.steps) > 1 and path.steps[0] == "secrets"
    return path if named else None


def _secret(path: Path, secrets: Mapping[str, str | None], paths: PathEngine | None) -> Json:
    text = secrets[str(path.steps[1])]
    return None if text is None else stored_value(text, path.steps[2:], path.tail, paths)


def _names(value: Json) -> Iterator[str]:
    for expression in _expressions(value):
        path = _secret_path(expression)
        if path is not None:
            yield str(path.steps[1])
        elif expression.path is None and _MARK in expression.source:
            yield ANY


def _expressions(value: Json) -> Iterator[Expression]:
    """Expressions of the texts in ``value`` that may name a secret; however deep it is nested."""
    left = [value]
    while left:
        item = left.pop()
        if isinstance(item, str):
            if _MARK in item:
                yield from (part for part in cut(item) if isinstance(part, Expression))
        elif isinstance(item, Mapping):
            left += item.values()
        elif isinstance(item, (list, tuple)):
            left += item


def _first(*values: str | None) -> str | None:
    return next((value for value in values if value is not None), None)
