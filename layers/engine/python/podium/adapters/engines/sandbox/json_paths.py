"""Finds values at JSONPaths with jsonpath-ng; served by the child.

jsonpath-ng compares with regular expressions and goes down every branch of ``..``, so a path can
run for ever as a script can.
"""

from __future__ import annotations

import importlib
import json
import warnings
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from podium.adapters.engines.sandbox.dialect import Parsed, PathSyntaxError, translate
from podium.adapters.engines.sandbox.path_functions import FUNCTIONS, NoValueError

if TYPE_CHECKING:
    from collections.abc import Callable

    from podium.adapters.engines.sandbox.child import Run


def start(_seconds: float) -> Run:
    """Load the engine; it has no clock of its own."""
    # What jsonpath-ng calls deprecated is not in the dialect: refused, not reported.
    warnings.simplefilter("error", DeprecationWarning)
    compile_path = importlib.import_module("jsonpath_ng.ext").parse
    # Its own errors and the deprecations.
    refusals = (importlib.import_module("jsonpath_ng.exceptions").JSONPathError, Warning)

    @lru_cache(maxsize=512)
    def prepare(path: str) -> tuple[Parsed, Callable[[Any], list[Any]]]:
        parsed = translate(path)
        for name, _ in parsed.functions:
            if name not in FUNCTIONS:
                raise PathSyntaxError(f"no such function: {name}()")
        try:
            query = compile_path(parsed.query)
        except refusals as error:
            raise PathSyntaxError(str(error)) from None
        return parsed, lambda document: [match.value for match in query.find(document)]

    def run(program: str, document: str) -> str:
        request = json.loads(program)
        try:
            parsed, find = prepare(request.get("find") or request["check"])
        except PathSyntaxError as error:
            return json.dumps(None if "find" in request else str(error))
        value = None if "check" in request else _value(parsed, find, json.loads(document))
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))

    # Loads what is loaded late; after this no file can be opened.
    run('{"find":"$..a[?(@.b =~ /x/)].max()"}', '{"a":[{"b":"x"}]}')
    run('{"check":"$[?(@ ~ )]"}', "null")
    return run


def _value(parsed: Parsed, find: Callable[[Any], list[Any]], document: Any) -> Any:
    found = find(document)
    if parsed.members:
        found = [
            {name: value[name] for name in parsed.members if name in value}
            for value in found
            if isinstance(value, dict)
        ]
    if parsed.functions and parsed.is_scan:
        # A function at the end of a scan sees everything that was found, as one list.
        return _applied(parsed, found)
    if parsed.is_definite:
        return _applied(parsed, found[0]) if found else None
    return [_applied(parsed, value) for value in found]


def _applied(parsed: Parsed, value: Any) -> Any:
    try:
        for name, argument in parsed.functions:
            value = FUNCTIONS[name](value, argument)
    except NoValueError:
        return None
    return value
