"""Which executions there are, whoever started them: as the table's own records say, without a call."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from podium.domain.execution import Header
    from tests.invariants.simulation.commits import Commits


class Executions:
    """Every execution that was ever written, in the order of their starts."""

    def __init__(self, commits: Commits) -> None:
        self._commits = commits

    def all(self) -> list[str]:
        """Ids, those that have been removed again included."""
        return list(self._commits.executions)

    def headers(self) -> Iterator[Header]:
        """Of those that are there; a stub that fences a launch has nothing to show."""
        for execution in self._commits.executions.values():
            header = execution.header
            if header is not None and header.definition and not execution.removed:
                yield header

    def present(self) -> list[str]:
        """Ids of those that are there."""
        return [header.workflow_id for header in self.headers()]

    def roots(self) -> list[str]:
        """Ids of those that no parent started."""
        return [header.workflow_id for header in self.headers() if header.parent is None]

    def header(self, workflow_id: str) -> Header | None:
        """As it was committed last; None: it is not there."""
        execution = self._commits.executions.get(workflow_id)
        return None if execution is None or execution.removed else execution.header
