"""A search as it is asked for: the parameters of the routes, read and checked (rest-api.md 3.6)."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from podium.domain.search.condition import (
    EVERYTHING,
    Comparison,
    Condition,
    In,
    Operator,
    all_of,
)
from podium.domain.search.fields import WORKFLOW_FIELDS
from podium.domain.search.free_text import contains, parse_free_text
from podium.domain.search.matching import matches
from podium.domain.search.ordering import WORKFLOW_ORDER, default_order, parse_sort
from podium.domain.search.parsing import parse
from podium.domain.search.writing import write
from podium.errors import InvalidInputError, ValidationError, Violation

if TYPE_CHECKING:
    from collections.abc import Sequence

    from podium.domain.search.fields import Fields
    from podium.domain.search.ordering import Order
    from podium.domain.search.rows import Row

#: Hits of a page unless the request says otherwise.
DEFAULT_SIZE = 100
#: The most that the searches of executions give at once (rest-api.md 11.4).
MAX_SIZE = 5_000


@dataclass(frozen=True, slots=True)
class SearchRequest:
    """What is wanted: the rows that meet it, in an order, from ``start`` on."""

    fields: Fields = WORKFLOW_FIELDS
    condition: Condition = EVERYTHING
    #: What some text of the row holds (free_text.py); empty: anything.
    free_text: str = ""
    #: Never empty.
    order: Order = WORKFLOW_ORDER
    start: int = 0
    size: int = DEFAULT_SIZE

    def wants(self, row: Row) -> bool:
        """The row is a hit."""
        return matches(self.condition, row) and contains(row, self.free_text)

    def page_key(self, start: int) -> str:
        """A name for the page of the same search that begins at ``start``; the same in all processes."""
        order = "|".join(f"{key.field.name}:{key.descending:d}" for key in self.order)
        parts = (self.fields.of, write(self.condition), self.free_text, order, str(start))
        return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class SearchParameters:
    """The parameters of a search route, each as it came or as it is by default."""

    start: int = 0
    size: int = DEFAULT_SIZE
    sort: Sequence[str] = ()
    free_text: str = "*"
    query: str = ""
    #: Of executions only, as is the next one.
    classifier: Sequence[str] = ()
    top_level_only: bool = False

    def read(
        self, fields: Fields, max_size: int | None = None, operation: str = "searchWorkflows"
    ) -> SearchRequest:
        """What they ask for; at most ``max_size`` hits, where the route has a limit of its own, which
        is told as the peer's constraint on the argument of ``operation`` (rest-api.md 1.2).

        Raises InvalidInputError, which names the parameter, for whatever cannot be read.
        """
        for name, number in (("start", self.start), ("size", self.size)):
            if number < 0:
                raise InvalidInputError(f"{name} is {number}, and has to be 0 or more")
        if max_size is not None and self.size > max_size:
            message = f"Cannot return more than {max_size} workflows. Please use pagination."
            raise ValidationError((Violation(f"{operation}.arg1", message, str(self.size)),))
        text = parse_free_text(self.free_text, fields)
        condition = all_of(
            parse(self.query, fields),
            text.condition,
            _classified(self.classifier, fields),
            _top_level(fields) if self.top_level_only else EVERYTHING,
        )
        order = parse_sort(self.sort, fields) or default_order(fields)
        return SearchRequest(fields, condition, text.pattern, order, self.start, self.size)


def _classified(values: Sequence[str], fields: Fields) -> Condition:
    """The parameter may be repeated, or separated by commas."""
    names = tuple(name.strip() for value in values for name in value.split(",") if name.strip())
    return In(fields.by_name["classifier"], names) if names else EVERYTHING


def _top_level(fields: Fields) -> Condition:
    return Comparison(fields.by_name["parentWorkflowId"], Operator.EQ, "")
