"""The free text of a search: what it is looked for in (rest-api.md 11.2).

It is looked for as it stands, whatever its case, in every text of a row: ids, names, status,
correlation id, reason, event, creator, failed tasks, domains, input, output. ``*`` and ``?`` are
wildcards. Words of the form ``field:value`` are clauses of the query instead.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from podium.domain.search.condition import (
    EVERYTHING,
    Comparison,
    Condition,
    Like,
    Operator,
    all_of,
)
from podium.domain.search.fields import TASK_FIELDS, WORKFLOW_FIELDS, FieldKind
from podium.domain.search.patterns import is_wild, matches_pattern, tidy, unescape
from podium.domain.search.rows import TaskRow
from podium.domain.search.values import counted, moment
from podium.errors import InvalidInputError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from podium.domain.search.condition import Clause
    from podium.domain.search.fields import Field, Fields
    from podium.domain.search.rows import Row

#: Characters of a free text.
MAX_LENGTH = 2_000
#: ``field:value``, or a word, or what is in double quotes.
_WORD = re.compile(r'(?:(?P<field>\w+):)?(?P<value>"(?:\\.|[^"\\])*+"(?!\S)|\S+)', re.DOTALL)


@dataclass(frozen=True, slots=True)
class FreeText:
    """What is looked for."""

    #: A pattern that occurs in some text of the row; empty: everything does.
    pattern: str = ""
    #: What the words with a field say.
    condition: Condition = EVERYTHING


def parse_free_text(text: str, fields: Fields) -> FreeText:
    """Read it; empty and ``*`` alone look for nothing. InvalidInputError when it is too long."""
    if len(text) > MAX_LENGTH:
        raise InvalidInputError(f"freeText is longer than {MAX_LENGTH} characters")
    clauses: list[Clause] = []
    words: list[str] = []
    for found in _WORD.finditer(text):
        field = fields.find(found["field"] or "")
        clause = None if field is None else _clause(field, found["value"])
        if clause is not None:
            clauses.append(clause)
        else:
            words.append(found[0])
    pattern = text.strip()
    if clauses:
        pattern = " ".join(word for word in words if word != "AND")
    if re.fullmatch(r'"(?:\\.|[^"\\])*+"', pattern, re.DOTALL):
        pattern = pattern[1:-1]
    elif "\\" in pattern:
        # Nothing is escaped outside quotes: JSON text is looked for as it is.
        pattern = pattern.replace("\\", "\\\\")
    return FreeText("" if not pattern.strip("*") else tidy(pattern), all_of(*clauses))


def contains(row: Row, pattern: str) -> bool:
    """Some text of the row is, or has in it, what the pattern says."""
    return not pattern or any(matches_pattern(pattern, text, anywhere=True) for text in _texts(row))


def _clause(field: Field, text: str) -> Clause | None:
    """None when the field cannot have such a value: it is a text that happens to have a colon."""
    pattern = text[1:-1] if text.startswith('"') else text.replace("\\", "\\\\")
    if field.kind.is_counted:
        value = (moment if field.kind is FieldKind.MOMENT else counted)(unescape(pattern))
        return None if value is None else Comparison(field, Operator.EQ, value)
    if is_wild(pattern):
        return Like(field, tidy(pattern))
    return Comparison(field, Operator.EQ, unescape(pattern))


def _texts(row: Row) -> Iterator[str]:
    fields = TASK_FIELDS if isinstance(row, TaskRow) else WORKFLOW_FIELDS
    for field in fields.by_name.values():
        if not field.kind.is_counted:
            value = getattr(row, field.attribute)
            if isinstance(value, tuple):
                yield from value
            elif value:
                yield value
    if not isinstance(row, TaskRow):
        yield from (str(domain) for domain in row.task_to_domain.values())
