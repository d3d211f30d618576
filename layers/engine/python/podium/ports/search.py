"""Port of search: executions as rows, reached by what is known of them (rest-api.md 11, ADR 13).

Rows follow the headers: they are written by whoever handles a header's record, so they may be a
moment late. Who shows one looks at the header first.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from podium.domain.search import Access, Mark, WorkflowRow

#: Fields of a row that are not kept: they are in the execution's own items.
NOT_KEPT = frozenset(
    {"input", "output", "inputSize", "outputSize", "externalOutputPayloadStoragePath"}
)


@dataclass(frozen=True, slots=True)
class Indexed:
    """A row as it is kept: what a header said at one version."""

    row: WorkflowRow
    #: Version of that header.
    version: int
    #: It does not name the tasks that failed, although some may have: there are too many.
    lacks_failures: bool = False


@dataclass(frozen=True, slots=True)
class Total:
    """How many rows there are; ``is_exact``: otherwise there are more."""

    number: int
    is_exact: bool = True


class Search(Protocol):
    """One row for each execution."""

    def put(self, indexed: Indexed) -> bool:
        """PutItem of S, unless a newer version of the header is known already."""
        ...

    def forget(self, workflow_id: str, version: int, now: int) -> bool:
        """Put the mere fact of this version in the row's place, which goes a day later: no row of an
        earlier one, still under way, comes back. Unless a newer one is known.
        """
        ...

    def rows(
        self, accesses: Sequence[Access], *, newest_first: bool, page: int
    ) -> Iterator[Indexed]:
        """Rows of any of the accesses, each once, by start time and then by id (ascending in any case).

        Read page by page as they are wanted, ``page`` rows at a time from each place that may have
        some. Rows that change meanwhile come once all the same.
        """
        ...

    def remember(self, key: str, mark: Mark, until: int) -> None:
        """PutItem: where a page ended, for whoever asks for the next one before ``until`` (epoch ms)."""
        ...

    def recall(self, key: str, now: int) -> Mark | None:
        """GetItem: what was remembered under ``key``, if it has not been too long."""
        ...

    def total(self, accesses: Sequence[Access]) -> Total | None:
        """How many rows that is, counted where they lie: not exact beyond some thousands. None when
        only reading them tells.
        """
        ...
