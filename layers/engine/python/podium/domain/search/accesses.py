"""How the rows of a search are reached: what a planner asks of whoever stores them.

An access names rows by what they are stored under. It may yield rows that the query does not want,
never less than those that it wants: the filter decides.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from podium.domain.search.condition import Condition
from podium.domain.status import WorkflowStatus

#: Past every moment that a row can hold (year 9999, in milliseconds).
END_OF_TIME = 253_402_300_799_999


@dataclass(frozen=True, slots=True)
class Span:
    """Moments from ``first`` to ``last``, both included, in epoch milliseconds."""

    first: int = 0
    last: int = END_OF_TIME

    @property
    def is_empty(self) -> bool:
        """No moment is in it."""
        return self.first > self.last

    def __contains__(self, moment: int) -> bool:
        return self.first <= moment <= self.last


@dataclass(frozen=True, slots=True)
class ById:
    """Executions with these ids."""

    workflow_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ByCorrelation:
    """Executions with these correlation ids."""

    correlation_ids: tuple[str, ...]
    started: Span = Span()


@dataclass(frozen=True, slots=True)
class ByParent:
    """Children of these executions; those of ``""`` are the executions that nobody waits for."""

    parent_ids: tuple[str, ...]
    started: Span = Span()


@dataclass(frozen=True, slots=True)
class ByType:
    """Executions of workflows with these names; of any status when ``statuses`` is empty."""

    names: tuple[str, ...]
    statuses: tuple[WorkflowStatus, ...] = ()
    started: Span = Span()


@dataclass(frozen=True, slots=True)
class ByStatus:
    """Executions in one of these statuses, whatever they run."""

    statuses: tuple[WorkflowStatus, ...]
    started: Span = Span()


@dataclass(frozen=True, slots=True)
class ByTime:
    """All that started within a span."""

    started: Span = Span()


Access: TypeAlias = ById | ByCorrelation | ByParent | ByType | ByStatus | ByTime


@dataclass(frozen=True, slots=True)
class Plan:
    """How the rows that meet a condition are found.

    A row may come through several accesses; it counts once.
    """

    #: Without one, no row can meet the condition.
    accesses: tuple[Access, ...]
    #: What is left to check: Everything when each row of the accesses is wanted.
    residual: Condition
    #: Rows by start time, read in the direction below, and those of one moment by their id upwards,
    #: come as they were asked for.
    serves_order: bool
    #: That direction: newest first.
    is_descending: bool
