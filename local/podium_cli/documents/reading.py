"""Read what a user hands in: a file, stdin, an argument; what cannot be read is a UsageError."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from podium_cli.errors import UsageError

#: The name of a file that means stdin.
STDIN = "-"


def read_text(name: str) -> str:
    """Text of the file ``name``, or of stdin for ``-``."""
    try:
        return sys.stdin.read() if name == STDIN else Path(name).read_text(encoding="utf-8-sig")
    except OSError as error:
        raise UsageError(f"cannot read {name}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise UsageError(f"cannot read {name}: it is not UTF-8 text") from None


def read_json(name: str) -> Any:
    """JSON of the file ``name``, or of stdin for ``-``."""
    return parse_json(read_text(name), "stdin" if name == STDIN else name)


def parse_json(text: str, source: str) -> Any:
    """JSON of ``text``; an error names ``source``, line and column."""
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        where = f"{source}:{error.lineno}:{error.colno}"
        raise UsageError(f"{where}: this is not JSON: {error.msg}") from None
    except RecursionError:
        raise UsageError(f"{source}: it is nested too deeply") from None


def read_value(argument: str, option: str) -> Any:
    """JSON written out, or ``@FILE``, or ``-`` for stdin."""
    if argument == STDIN:
        return read_json(STDIN)
    if argument.startswith("@"):
        return read_json(argument[1:])
    return parse_json(argument, option)


def read_object(argument: str | None, pairs: Iterable[str], option: str) -> dict[str, Any]:
    """The JSON object of ``argument`` with ``KEY=VALUE`` pairs put over it.

    A value is JSON if it can be read as such, else text.
    """
    value = {} if argument is None else read_value(argument, option)
    if not isinstance(value, dict):
        raise UsageError(f"{option} must be a JSON object", hint='For example: {"key": "value"}')
    return value | dict(read_pair(pair) for pair in pairs)


def read_pair(pair: str) -> tuple[str, Any]:
    """Key and value of ``KEY=VALUE``."""
    key, sign, text = pair.partition("=")
    if not sign or not key:
        raise UsageError(f"{pair!r} is not KEY=VALUE")
    try:
        return key, json.loads(text)
    except (ValueError, RecursionError):
        return key, text


def read_texts(pairs: Iterable[str]) -> dict[str, str]:
    """``KEY=VALUE`` pairs whose values are texts, whatever they look like."""
    found = {}
    for pair in pairs:
        key, sign, text = pair.partition("=")
        if not sign or not key:
            raise UsageError(f"{pair!r} is not KEY=VALUE")
        found[key] = text
    return found
