"""JSON values that programs, definitions and messages choke on, and how good ones are made worse."""

from __future__ import annotations

import json
from collections.abc import Iterator
from random import Random
from typing import Any

#: Texts that are something else to somebody.
TEXTS = (
    "",
    " ",
    "\x00",
    "\ud800",
    "\udfff\ud800",
    "\uffff\ufffe",
    "\u202etxet",
    "a\u0301" * 40,
    "\U0001f469\u200d\U0001f4bb",
    "null",
    "NaN",
    "-0",
    "1e999",
    "${",
    "${}",
    "${a.${b.${c}}}",
    "$${workflow.input}",
    "${workflow.input}",
    "${workflow.secrets.x}",
    "${workflow.env.PATH}",
    "${..*}",
    "${$[?(@.a =~ /(a+)+$/)]}",
    "${t0.output['" + "x" * 300 + "']}",
    "__proto__",
    "constructor",
    "../../etc/passwd",
    "'; DROP TABLE x; --",
    "<script>",
    "%s%n",
    "a" * 3_000,
    "\\" * 500,
    "{" * 300,
    "((((((((((a+)+)+)+)+)+)+)+)+)+$",
)
NUMBERS: tuple[Any, ...] = (
    0,
    -0.0,
    -1,
    1,
    0.1,
    1e308,
    5e-324,
    2**31,
    -(2**31),
    2**53 + 1,
    2**63,
    -(2**63) - 1,
    10**30,
    10**400,
)
OTHERS: tuple[Any, ...] = (None, True, False, [], {}, [None], {"": None}, {"__proto__": {"a": 1}})


def nested(depth: int) -> Any:
    """A list in a list ..."""
    value: Any = 1
    for level in range(depth):
        value = [value] if level % 2 else {"a": value}
    return value


def anything(random: Random) -> Any:
    """One of them."""
    match random.randrange(8):
        case 0 | 1 | 2:
            return random.choice(TEXTS)
        case 3 | 4:
            return random.choice(NUMBERS)
        case 5:
            return nested(random.choice((3, 40, 150, 190)))
        case 6:
            return [random.choice(TEXTS) for _ in range(random.choice((2, 50)))]
        case _:
            # A copy: what is changed later is nobody else's.
            return json.loads(json.dumps(random.choice(OTHERS)))


def worse(random: Random, value: Any, changes: int = 1) -> Any:
    """``value`` with some of its values, or names, replaced."""
    copied: Any = json.loads(json.dumps(value))
    for _ in range(changes):
        places = list(_places(copied))
        if not places:
            return anything(random)
        holder, key = random.choice(places)
        match random.randrange(10):
            case 0:
                del holder[key]
            case 1 if isinstance(holder, dict):
                holder[str(random.choice(TEXTS))] = holder.pop(key)
            case 2 if isinstance(holder, list):
                holder.insert(key, anything(random))
            case 3:
                holder[key] = [holder[key]]
            case 4 if isinstance(holder[key], str):
                holder[key] = mutated(random, holder[key])
            case _:
                holder[key] = anything(random)
    return copied


def mutated(random: Random, text: str) -> str:
    """``text`` with pieces doubled, cut, swapped or put in."""
    for _ in range(random.randrange(1, 4)):
        at, to = sorted((random.randrange(len(text) + 1), random.randrange(len(text) + 1)))
        match random.randrange(6):
            case 0:
                text = text[:at] + text[to:]
            case 1:
                text = text[:to] + text[at:to] * random.choice((1, 2, 30)) + text[to:]
            case 2:
                text = text[:at] + text[at:to][::-1] + text[to:]
            case 3:
                text = text[:at] + random.choice(TEXTS) + text[at:]
            case 4:
                text = (
                    text[:at] + random.choice("()[]{}'\"\\/.*+?^$|&~@#,;:=<>!0aZ \n\t") + text[at:]
                )
            case _:
                text = text[:at] + str(random.choice(NUMBERS)) + text[to:]
    return text


def _places(value: Any, depth: int = 30) -> Iterator[tuple[Any, Any]]:
    """Holder and key of each value in ``value`` that is not too deep for anybody's recursion."""
    pairs: Any = ()
    if isinstance(value, dict) and depth:
        pairs = value.items()
    elif isinstance(value, list) and depth:
        pairs = enumerate(value)
    for key, inner in pairs:
        yield value, key
        yield from _places(inner, depth - 1)
