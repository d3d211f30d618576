"""Queries of the search language with what they mean, and executions to ask for.

What a query means is written here a second time, as plain Python on plain dictionaries, without a
look at ``podium.domain.search``: the two have to agree.
"""

from __future__ import annotations

import fnmatch
import json
import operator
import random
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from hypothesis import strategies as st

from podium.domain.search import WorkflowRow
from podium.domain.status import WorkflowStatus

#: 2026-01-01T00:00:00Z.
BASE = 1_767_225_600_000
TYPES = ["orders", "Order_items", "ship order", "größe", "a-b.c", "orders*", "x/y:z"]
CORRELATIONS = [None, None, "", "c-1", "c-2", "order:5", "it's", 'say "hi"', "日本"]
EVENTS = [None, None, "sqs:q1", "conductor:orders:done"]
NAMES = ["charge", "ship", "größe"]

#: Fields as the generator knows them: by what can be asked of them.
TEXTS = [
    "workflowId",
    "workflowType",
    "correlationId",
    "status",
    "parentWorkflowId",
    "parentWorkflowTaskId",
    "classifier",
    "reasonForIncompletion",
    "event",
    "createdBy",
    "idempotencyKey",
    "externalInputPayloadStoragePath",
    "externalOutputPayloadStoragePath",
]
SEVERAL = ["failedReferenceTaskNames", "failedTaskNames"]
PAYLOADS = ["input", "output"]
NUMBERS = ["version", "priority", "executionTime", "inputSize", "outputSize"]
MOMENTS = ["startTime", "updateTime", "endTime"]

SIGNS = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}
#: What needs no quotes, outside lists and in them.
BARE = re.compile(r"""[^\s()'"=<>!,][^\s()]*( [^\s()'"=<>!]+)*""")
BARE_ITEM = re.compile(r"""[^\s()'",][^(),]*""")

Facts = Mapping[str, Any]
Meaning = Callable[[Facts], bool]


def workflow_rows(count: int = 300, seed: int = 7) -> list[WorkflowRow]:
    """Executions of every status and kind; many share a start time, a type, a parent."""
    draw = random.Random(seed)
    ids = [f"{draw.getrandbits(32):08x}-{number:04d}" for number in range(count)]
    return [_row(draw, ids, number) for number in range(count)]


def _row(draw: random.Random, ids: list[str], number: int) -> WorkflowRow:
    status = list(WorkflowStatus)[number % 6]
    start = BASE + draw.randrange(60) * 1000
    end = start + draw.choice([0, 1, draw.randrange(5000)]) if status.is_terminal else 0
    failed = sorted(draw.sample(NAMES, draw.randrange(3))) if status.name == "FAILED" else []
    given = json.dumps(
        {"order": {"id": draw.randrange(40), "note": 'Größe "XL"'}}, ensure_ascii=False
    )
    given = given.replace(": ", ":")
    output = '{"ok":true}' if status.name == "COMPLETED" else "{}"
    is_child = number > 5 and draw.random() < 0.3
    parent = ids[draw.randrange(6)] if is_child else ""
    return WorkflowRow(
        workflow_id=ids[number],
        workflow_type=draw.choice(TYPES),
        version=draw.randrange(1, 4),
        status=status,
        start_time=start,
        update_time=end or start + draw.randrange(9000),
        end_time=end,
        correlation_id=draw.choice(CORRELATIONS),
        priority=draw.choice([0, 0, 5, 99]),
        parent_workflow_id=parent,
        parent_workflow_task_id=f"{parent}.1.sub" if parent else "",
        reason_for_incompletion="Task charge failed: 50% (a*b)" if failed else None,
        event=draw.choice(EVENTS),
        created_by=draw.choice([None, "ann", "Bob"]),
        idempotency_key=draw.choice([None, None, f"key-{number % 3}"]),
        failed_reference_task_names=tuple(f"{name}_ref" for name in failed),
        failed_task_names=tuple(failed),
        input=given,
        output=output,
        input_size=len(given),
        output_size=len(output),
        external_input_payload_storage_path=draw.choice([None, "workflow/input/1.json"]),
    )


def facts_of(row: WorkflowRow) -> dict[str, Any]:
    """The same as clients see it, with nothing left out: what is unset is empty, or 0."""
    return {
        "workflowId": row.workflow_id,
        "workflowType": row.workflow_type,
        "version": row.version,
        "status": row.status.value,
        "startTime": row.start_time,
        "updateTime": row.update_time,
        "endTime": row.end_time,
        "executionTime": row.end_time - row.start_time if row.end_time else 0,
        "correlationId": row.correlation_id or "",
        "priority": row.priority,
        "parentWorkflowId": row.parent_workflow_id,
        "parentWorkflowTaskId": row.parent_workflow_task_id,
        "classifier": row.classifier,
        "reasonForIncompletion": row.reason_for_incompletion or "",
        "event": row.event or "",
        "createdBy": row.created_by or "",
        "idempotencyKey": row.idempotency_key or "",
        "failedReferenceTaskNames": list(row.failed_reference_task_names),
        "failedTaskNames": list(row.failed_task_names),
        "input": row.input,
        "output": row.output,
        "inputSize": len(row.input),
        "outputSize": len(row.output),
        "externalInputPayloadStoragePath": row.external_input_payload_storage_path or "",
        "externalOutputPayloadStoragePath": row.external_output_payload_storage_path or "",
    }


class _Known:
    """For each field, the values that some execution has."""

    def __init__(self, facts: list[dict[str, Any]]) -> None:
        self._values = {
            name: list(dict.fromkeys(fact[name] for fact in facts))
            for name in TEXTS + NUMBERS + MOMENTS
        }
        self._values |= {
            name: sorted({each for fact in facts for each in fact[name]}) for name in SEVERAL
        }

    def draw(self, draw: st.DrawFn, name: str) -> Any:
        """One of them."""
        values = self._values[name]
        return values[draw(st.integers(0, len(values) - 1))]

    def some(self, draw: st.DrawFn, name: str, most: int) -> list[Any]:
        """From one to ``most`` of them."""
        return [self.draw(draw, name) for _ in range(draw(st.integers(1, most)))]


@dataclass(frozen=True)
class Query:
    """Its text, and whether it wants an execution."""

    text: str
    wants: Meaning
    #: The loosest of its words: 0 none, 1 AND, 2 OR.
    level: int = 0


@dataclass(frozen=True)
class Sorting:
    """The parameter, and the keys that it stands for: field and direction."""

    values: list[str]
    keys: list[tuple[str, bool]]


def queries(rows: list[WorkflowRow]) -> st.SearchStrategy[Query]:
    """Queries that ask for values which ``rows`` have, or nearly have."""
    facts = _Known([facts_of(row) for row in rows])
    clause = st.one_of(
        # What clients ask for most comes most often.
        _text_clause(["workflowType", "status", "correlationId", "workflowId"], facts),
        _text_clause(TEXTS, facts),
        _counted_clause(["startTime"], facts),
        _counted_clause(MOMENTS, facts),
        _counted_clause(NUMBERS, facts),
        _several_clause(facts),
        _payload_clause(),
    )
    return st.recursive(clause, _joined, max_leaves=5)


@st.composite
def sortings(draw: st.DrawFn) -> Sorting:
    """Up to three keys, in the notations that clients use; seldom none."""
    fields = TEXTS + SEVERAL + NUMBERS + MOMENTS
    names = draw(st.lists(st.sampled_from(["startTime", *fields]), max_size=3, unique=True))
    keys = [(name, draw(st.booleans())) for name in names]
    texts = [
        f"{name}:{draw(st.sampled_from(['DESC', 'desc']))}"
        if descending
        else draw(st.sampled_from([name, f"{name}:ASC", f" {name} : asc "]))
        for name, descending in keys
    ]
    match draw(st.integers(0, 2)):
        case 0:
            return Sorting(["|".join(texts)], keys)
        case 1:
            return Sorting([",".join(texts)], keys)
        case _:
            return Sorting(texts, keys)


def in_order(facts: list[dict[str, Any]], keys: list[tuple[str, bool]]) -> list[dict[str, Any]]:
    """Sorted as asked for, the newest first by default, ties by id."""
    found = sorted(facts, key=lambda fact: fact["workflowId"])
    for name, descending in reversed(keys or [("startTime", True)]):
        found.sort(key=lambda fact: _comparable(fact[name]), reverse=descending)
    return found


def _comparable(value: Any) -> Any:
    return ",".join(value) if isinstance(value, list) else value


def _joined(inner: st.SearchStrategy[Query]) -> st.SearchStrategy[Query]:
    return st.builds(
        _join,
        st.lists(inner, min_size=2, max_size=3),
        st.sampled_from(["AND", "AND", "OR", "and", "Or"]),
        st.booleans(),
    )


def _join(parts: list[Query], word: str, more: bool) -> Query:
    """With the parentheses that are needed, or ``more``."""
    level = 2 if word.upper() == "OR" else 1
    texts = [
        f"( {part.text})" if part.level > level or (more and part.level) else part.text
        for part in parts
    ]
    every = any if level == 2 else all
    return Query(
        f" {word} ".join(texts), lambda facts: every(part.wants(facts) for part in parts), level
    )


@st.composite
def _text_clause(draw: st.DrawFn, fields: list[str], facts: _Known) -> Query:
    name = draw(st.sampled_from(fields))
    known: str = facts.draw(draw, name)
    value = draw(st.sampled_from([known, known, known[:3], "", "zz", "A*"]))
    match draw(st.integers(0, 7)):
        case 0 | 1:
            return _equal(draw, name, value)
        case 2:
            values = facts.some(draw, name, 4)
            negated = draw(st.booleans())
            listed = ", ".join(_written(draw, each, in_list=True) for each in values)
            word = draw(st.sampled_from(["NOT IN", "not in"] if negated else ["IN", "in", "In"]))
            return Query(
                f"{name} {word} ({listed})", lambda fact: (fact[name] in values) is not negated
            )
        case 3:
            return Query(
                f"{name} STARTS_WITH {_quoted(draw, value)}",
                lambda fact: fact[name].startswith(value),
            )
        case 4:
            return _null(draw, name)
        case 5:
            low, high = sorted([value, known])
            return Query(
                f"{name} BETWEEN {_quoted(draw, low)} AND {_quoted(draw, high)}",
                lambda fact: low <= fact[name] <= high,
            )
        case 6:
            return _wild(draw, name, known)
        case _:
            return _compared(draw, name, value, _quoted(draw, value))


def _equal(draw: st.DrawFn, name: str, value: str) -> Query:
    negated = draw(st.booleans())
    space = draw(st.sampled_from(["", " ", "\t"]))
    sign = "!=" if negated else "="
    return Query(
        f"{name}{space}{sign}{space}{_literal(draw, value)}",
        lambda fact: (fact[name] == value) is not negated,
    )


def _null(draw: st.DrawFn, name: str) -> Query:
    negated = draw(st.booleans())
    word = draw(
        st.sampled_from(["IS not null", "is NOT Null"] if negated else ["IS null", "is NULL"])
    )
    return Query(f"{name} {word}", lambda fact: bool(fact[name]) is negated)


def _wild(draw: st.DrawFn, name: str, value: str) -> Query:
    """A value with something of it left open, in capitals: case does not count."""
    pattern = draw(st.sampled_from([value[:2] + "*", "*" + value[2:], value[:1] + "?" + value[2:]]))
    if "*" not in pattern and "?" not in pattern:
        return _null(draw, name)
    glob = pattern.replace("[", "[[]").lower()
    capitals = pattern.upper() if pattern.isascii() else pattern
    negated = draw(st.booleans())
    return Query(
        f"{name} {'!=' if negated else '='} {_written(draw, capitals)}",
        lambda fact: fnmatch.fnmatchcase(fact[name].lower(), glob) is not negated,
    )


def _compared(draw: st.DrawFn, name: str, value: Any, written: str) -> Query:
    sign = draw(st.sampled_from(list(SIGNS)))
    test = SIGNS[sign]
    return Query(f"{name}{sign}{written}", lambda fact: test(fact[name], value))


@st.composite
def _counted_clause(draw: st.DrawFn, fields: list[str], facts: _Known) -> Query:
    name = draw(st.sampled_from(fields))
    known: int = facts.draw(draw, name)
    value = draw(st.sampled_from([known, known, known - 1, known + 1, 0]))
    match draw(st.integers(0, 5)):
        case 0:
            low, high = value, facts.draw(draw, name)
            return Query(
                f"{name} BETWEEN {low} and {_number(draw, name, high)}",
                lambda fact: low <= fact[name] <= high,
            )
        case 1:
            values = facts.some(draw, name, 3)
            listed = ",".join(map(str, values))
            return Query(f"{name} IN ({listed})", lambda fact: fact[name] in values)
        case 2:
            return _null(draw, name)
        case 3:
            negated = draw(st.booleans())
            sign = "!=" if negated else "="
            return Query(f"{name}{sign}{value}", lambda fact: (fact[name] == value) is not negated)
        case _:
            return _compared(draw, name, value, _number(draw, name, value))


@st.composite
def _several_clause(draw: st.DrawFn, facts: _Known) -> Query:
    """A field with several texts: one of them has to be as the clause says."""
    name = draw(st.sampled_from(SEVERAL))
    value = draw(st.sampled_from([facts.draw(draw, name), "none"]))
    match draw(st.integers(0, 3)):
        case 0:
            negated = draw(st.booleans())
            return Query(
                f"{name} {'!=' if negated else '='} {_literal(draw, value)}",
                lambda fact: (value in fact[name]) is not negated,
            )
        case 1:
            values = facts.some(draw, name, 2)
            listed = ",".join(_written(draw, each, in_list=True) for each in values)
            return Query(
                f"{name} IN ({listed})", lambda fact: any(each in values for each in fact[name])
            )
        case 2:
            return Query(
                f"{name} STARTS_WITH {_quoted(draw, value[:2])}",
                lambda fact: any(each.startswith(value[:2]) for each in fact[name]),
            )
        case _:
            return _null(draw, name)


@st.composite
def _payload_clause(draw: st.DrawFn) -> Query:
    """What a payload equals is looked for within it, whatever its case."""
    name = draw(st.sampled_from(PAYLOADS))
    value = draw(st.sampled_from(['"id":7', '"id":7,', "größe", "OK", "zz", "XL"]))
    negated = draw(st.booleans())
    return Query(
        f"{name} {'!=' if negated else '='} {_quoted(draw, value)}",
        lambda fact: (value.lower() in fact[name].lower()) is not negated,
    )


def _literal(draw: st.DrawFn, value: str) -> str:
    """The value of ``=``, where a star has to be escaped, and so needs quotes."""
    if "*" in value or "?" in value:
        return _quoted(draw, value).replace("*", "\\*").replace("?", "\\?")
    return _written(draw, value)


def _written(draw: st.DrawFn, value: str, *, in_list: bool = False) -> str:
    """In quotes, or, where that is understood, without."""
    pattern = BARE_ITEM if in_list else BARE
    if pattern.fullmatch(value) and draw(st.booleans()):
        return value
    return _quoted(draw, value)


def _quoted(draw: st.DrawFn, value: str) -> str:
    quote = draw(st.sampled_from("'\""))
    escaped = value.replace("\\", "\\\\").replace(quote, "\\" + quote)
    return quote + escaped + quote


def _number(draw: st.DrawFn, name: str, value: int) -> str:
    """An integer, in quotes or not, or the same moment as an ISO date."""
    if name in MOMENTS and value > 0 and draw(st.booleans()):
        moment = datetime.fromtimestamp(value // 1000, UTC).replace(microsecond=value % 1000 * 1000)
        return draw(
            st.sampled_from(
                [f"{moment:%Y-%m-%dT%H:%M:%S.%f}Z", f"'{moment:%Y-%m-%d %H:%M:%S.%f}+00:00'"]
            )
        )
    return draw(st.sampled_from([str(value), f'"{value}"']))
