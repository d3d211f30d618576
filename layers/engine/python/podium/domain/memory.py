"""What a decision may know of ended tasks, and how it says what it lacks.

A memory belongs to one execution and only ever holds facts: ended tasks never change within an
incarnation. What it must not assume is that it has heard of *every* end; ``latest`` therefore asks
(raises :class:`MissingError`) unless completeness is known for the ref.
"""

from __future__ import annotations

from collections.abc import Iterable

from podium.domain.decision import MissingError, NeedAll, NeedHistory, NeedLatest, NeedTask
from podium.domain.execution import Header, Task


class TaskMemory:
    """Ended tasks of one execution, by ref and sequence number."""

    def __init__(self, *, complete: bool = False) -> None:
        """``complete``: every ended task so far is (trivially, at a start) known."""
        self._by_ref: dict[str, dict[int, Task]] = {}
        self._complete = complete
        self._latest_known: set[str] = set()
        self._history_known: set[str] = set()

    def remember(self, task: Task) -> None:
        """Add an ended task; a later incarnation replaces an earlier one."""
        self._by_ref.setdefault(task.ref, {})[task.seq] = task

    def remember_latest(self, ref: str, task: Task | None) -> None:
        """Answer to NeedLatest: the latest ended task under ``ref``, or that there is none."""
        self._latest_known.add(ref)
        if task is not None:
            self.remember(task)

    def remember_history(self, ref: str, tasks: Iterable[Task]) -> None:
        """Answer to NeedHistory: every ended task under ``ref``."""
        self._latest_known.add(ref)
        self._history_known.add(ref)
        for task in tasks:
            self.remember(task)

    def remember_all(self, tasks: Iterable[Task]) -> None:
        """Answer to NeedAll: every ended task of the execution."""
        self._complete = True
        for task in tasks:
            self.remember(task)

    def forget_completeness(self) -> None:
        """Somebody else has committed: what is known stays true, but may no longer be the latest."""
        self._complete = False
        self._latest_known.clear()
        self._history_known.clear()

    def latest(self, ref: str, header: Header, before: int | None = None) -> Task | None:
        """The latest ended task under ``ref`` that ``header`` shows as folded, or None.

        Tasks in ``header.open``, void ones and those with seq >= ``before`` (default: last_seq + 1)
        are not seen. Raises MissingError when the memory cannot know.
        """
        limit = header.last_seq + 1 if before is None else before
        if not self._complete and ref not in self._latest_known:
            raise MissingError(NeedLatest(ref, limit))
        return max(
            (task for task in self._by_ref.get(ref, {}).values() if _visible(task, header, limit)),
            key=lambda task: task.seq,
            default=None,
        )

    def task(self, ref: str, seq: int) -> Task:
        """The ended task with this key; raises MissingError when it is not known."""
        found = self._by_ref.get(ref, {}).get(seq)
        if found is None:
            raise MissingError(NeedTask(ref, seq))
        return found

    def history(self, ref: str, header: Header) -> tuple[Task, ...]:
        """All folded tasks under ``ref`` by seq; raises MissingError when the memory cannot know."""
        if not self._complete and ref not in self._history_known:
            raise MissingError(NeedHistory(ref))
        return tuple(
            task
            for _, task in sorted(self._by_ref.get(ref, {}).items())
            if _visible(task, header, header.last_seq + 1)
        )

    def all(self, header: Header) -> tuple[Task, ...]:
        """All folded tasks by seq; raises MissingError when the memory cannot know."""
        if not self._complete:
            raise MissingError(NeedAll())
        tasks = [task for group in self._by_ref.values() for task in group.values()]
        visible = (task for task in tasks if _visible(task, header, header.last_seq + 1))
        return tuple(sorted(visible, key=lambda task: task.seq))


def _visible(task: Task, header: Header, limit: int) -> bool:
    return task.seq < limit and not header.is_gone(task.seq) and header.entry(task.seq) is None
