"""Programs straight into the engines: a value that can be stored, or an error that says why, in time."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any

from podium.adapters.engines.jq import JqPrograms
from podium.adapters.engines.jsonpath import JsonPaths
from podium.adapters.engines.quickjs import QuickJsScripts
from podium.adapters.engines.sandbox.process import Limits
from podium.adapters.engines.schemas import JsonSchemas
from podium.adapters.items import text as json_text
from podium.domain.engines import EngineError, EngineLimitError
from podium.json_text import encode_json
from tests.fuzz import programs
from tests.fuzz.values import anything

#: What runs for ever is cut off just as well after a moment.
LIMITS = Limits(seconds=0.25, grace=0.3)
#: Seconds beyond the limits: a busy machine, a child that has to be started.
PATIENCE = 20
#: Characters of an error that are told.
LONGEST_MESSAGE = 600


@dataclass
class Made:
    """The engines of a campaign."""

    script: QuickJsScripts
    jq: JqPrograms
    path: JsonPaths
    schema: JsonSchemas


def engines() -> Made:
    """New ones, with short limits; a script may need its grace."""
    return Made(QuickJsScripts(LIMITS), JqPrograms(LIMITS), JsonPaths(LIMITS), JsonSchemas(LIMITS))


def run(seed: int, made: Made) -> str:
    """One program; what became of it. AssertionError when that is not right."""
    random = Random(seed)
    kind, ask, works = _asked(random, made)
    begun = time.monotonic()
    try:
        found = ask()
    except EngineError as error:
        message = str(error)
        assert message.strip(), f"{kind}: an error that says nothing"
        assert len(message) <= LONGEST_MESSAGE, f"{kind}: {len(message)} characters of error"
        message.encode()
        outcome = f"{kind.split()[0]}: {type(error).__name__}"
    else:
        # Whatever it is, the stores and clients take it.
        json_text.dumps(found).encode()
        encode_json(found).encode()
        outcome = f"{kind.split()[0]}: value"
    took = time.monotonic() - begun
    assert took < LIMITS.seconds + LIMITS.grace + PATIENCE, f"{kind}: took {took:.1f} s"
    assert _soon(works), f"{kind}: the next program does not run"
    return outcome


def _soon(works: Callable[[], bool]) -> bool:
    """Whether it works; a machine that stands still for a moment cuts off anything."""
    until = time.monotonic() + PATIENCE
    while True:
        try:
            return works()
        except EngineLimitError:
            if time.monotonic() > until:
                return False


def _asked(random: Random, made: Made) -> tuple[str, Callable[[], Any], Callable[[], bool]]:
    document = programs.document(random)
    match random.randrange(5):
        case 0:
            script = programs.script(random)
            return (
                f"script {script[:80]!r}",
                lambda: made.script.evaluate(script, {"$": document}),
                lambda: (
                    made.script.evaluate("$.a + typeof ({}).x", {"$": {"a": 1}}) == "1undefined"
                ),
            )
        case 1:
            script = programs.script(random)
            return (
                f"check {script[:80]!r}",
                lambda: made.script.check(script),
                lambda: made.script.check("1") is None,
            )
        case 2:
            program = programs.jq(random)
            return (
                f"jq {program[:80]!r}",
                lambda: made.jq.transform(program, document),
                lambda: made.jq.transform(".a", {"a": 1}) == [1],
            )
        case 3:
            path = programs.path(random)
            return (
                f"path {path[:80]!r}",
                lambda: (made.path.check(path), made.path.find(path, document)),
                lambda: made.path.find("$.a[*]", {"a": [1]}) == [1],
            )
        case _:
            schema = programs.schema(random)
            value = random.choice((document, anything(random)))
            return (
                f"schema {schema!r:.80}",
                lambda: (made.schema.check(schema), made.schema.problems(schema, value)),
                lambda: made.schema.problems({"type": "object"}, {}) == [],
            )
