"""``${workflow.secrets.X}``: kept literal in stored input, replaced at hand-out (engine.md 10.3).

The input that is handed out was evaluated before and is not evaluated again: nothing but secrets is
replaced. Never store what :func:`reveal` returns.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from podium.domain.expressions import as_text, inside_json
from podium.domain.interpolation import Expression, cut
from podium.domain.paths import parse

if TYPE_CHECKING:
    from collections.abc import Iterator

    from podium.domain.json import Json

_MARK = "secrets"


def secret_names(value: Json) -> frozenset[str]:
    """Names of the secrets that ``value`` refers to, at any depth."""
    return frozenset(_names(value))


def reveal(value: Json, secrets: Mapping[str, str | None]) -> Json:
    """``value`` with its secrets in place.

    ``${workflow.secrets.X.a.b}`` looks into the JSON that the secret's text holds. A secret that is
    not known is null when it stands alone, and no text at all inside other text.
    """
    if isinstance(value, str):
        return _text(value, secrets) if _MARK in value else value
    if isinstance(value, Mapping):
        return {key: reveal(item, secrets) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [reveal(item, secrets) for item in value]
    return value


def _text(text: str, secrets: Mapping[str, str | None]) -> Json:
    parts = cut(text)
    if len(parts) == 1 and (steps := _steps(parts[0])):
        return _secret(steps, secrets)
    texts = []
    for part in parts:
        if steps := _steps(part):
            secret = _secret(steps, secrets)
            texts.append("" if secret is None else as_text(secret))
        else:
            texts.append(part.source if isinstance(part, Expression) else part)
    return "".join(texts)


def _steps(part: str | Expression) -> tuple[str | int, ...]:
    """Name of the secret and the steps inside it; empty when ``part`` is not a secret."""
    path = part.path if isinstance(part, Expression) else None
    if path is None:
        return ()
    parsed = parse(path)
    plain = parsed.root == "workflow" and not parsed.tail and parsed.steps[:1] == ("secrets",)
    return parsed.steps[1:] if plain else ()


def _secret(steps: tuple[str | int, ...], secrets: Mapping[str, str | None]) -> Json:
    text = secrets.get(str(steps[0]))
    return text if text is None or len(steps) == 1 else inside_json(text, steps[1:])


def _names(value: Json) -> Iterator[str]:
    if isinstance(value, str):
        if _MARK in value:
            yield from (str(steps[0]) for part in cut(value) if (steps := _steps(part)))
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _names(item)
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from _names(item)
