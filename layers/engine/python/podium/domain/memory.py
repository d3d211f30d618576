"""What a decision may know of ended tasks, and how it says what it lacks.

A memory belongs to one execution and only ever holds facts: ended tasks never change within an
incarnation, nor does the input of a FOR_EACH that has begun, which is open meanwhile. What it must not assume is that it has heard of *every* end; ``latest`` therefore asks
(raises :class:`MissingError`) unless completeness is known for the ref.
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Iterable
from typing import TYPE_CHECKING

from podium.domain.decision import (
    MissingError,
    NeedAll,
    NeedFamily,
    NeedGiven,
    NeedHistory,
    NeedLatest,
    NeedTask,
)
from podium.domain.execution import Header, Task

if TYPE_CHECKING:
    from podium.domain.graph import Graph
    from podium.domain.json import JsonMap


class TaskMemory:
    """Ended tasks of one execution, by ref and sequence number."""

    def __init__(self, *, complete: bool = False) -> None:
        """``complete``: every ended task so far is (trivially, at a start) known."""
        self._by_ref: dict[str, dict[int, Task]] = {}
        #: Keys of each map above in ascending order: the latest is found without a walk.
        self._seqs: dict[str, list[int]] = {}
        self._given: dict[int, JsonMap] = {}
        self._compiled: dict[tuple[str, int, int], Graph] = {}
        self._complete = complete
        self._latest_known: set[str] = set()
        self._history_known: set[str] = set()
        self._families_known: set[str] = set()

    def remember(self, task: Task) -> None:
        """Add an ended task; a later incarnation replaces an earlier one."""
        known = self._by_ref.setdefault(task.ref, {})
        if task.seq not in known:
            insort(self._seqs.setdefault(task.ref, []), task.seq)
        known[task.seq] = task

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

    def remember_family(self, family: str, tasks: Iterable[Task]) -> None:
        """Answer to NeedFamily: every ended task under the refs that begin with ``family``."""
        self._families_known.add(family)
        for task in tasks:
            self.remember(task)

    def remember_all(self, tasks: Iterable[Task]) -> None:
        """Answer to NeedAll: every ended task of the execution."""
        self._complete = True
        for task in tasks:
            self.remember(task)

    def remember_given(self, seq: int, task_input: JsonMap) -> None:
        """Answer to NeedGiven: the input that an operator gave to the task ``seq``."""
        self._given[seq] = task_input

    def given(self, seq: int) -> JsonMap:
        """The input that an operator gave to a task; raises MissingError when it is not known."""
        if seq not in self._given:
            raise MissingError(NeedGiven(seq))
        return self._given[seq]

    def forget_completeness(self) -> None:
        """Somebody else has committed: what is known stays true, but may no longer be the latest."""
        self._complete = False
        self._latest_known.clear()
        self._history_known.clear()
        self._families_known.clear()

    def latest(self, ref: str, header: Header, before: int | None = None) -> Task | None:
        """The latest ended task under ``ref`` that ``header`` shows as folded, or None.

        Tasks in ``header.open``, void ones and those with seq >= ``before`` (default: last_seq + 1)
        are not seen. Raises MissingError when the memory cannot know.
        """
        limit = header.last_seq + 1 if before is None else before
        if not self._complete and ref not in self._latest_known:
            raise MissingError(NeedLatest(ref, limit))
        known = self._by_ref.get(ref)
        if not known:
            return None
        for seq in reversed(self._seqs[ref]):
            if is_visible(known[seq], header, limit):
                return known[seq]
        return None

    def task(self, ref: str, seq: int) -> Task:
        """The ended task with this key; raises MissingError when it is not known."""
        found = self._by_ref.get(ref, {}).get(seq)
        if found is None:
            raise MissingError(NeedTask(ref, seq))
        return found

    def numbered(self, seq: int) -> Task | None:
        """The task with this number, under whichever ref, if it is known."""
        return next((known[seq] for known in self._by_ref.values() if seq in known), None)

    def history(self, ref: str, header: Header) -> tuple[Task, ...]:
        """All folded tasks under ``ref`` by seq; raises MissingError when the memory cannot know."""
        if not self._complete and ref not in self._history_known:
            raise MissingError(NeedHistory(ref))
        return tuple(
            task for task in self._known(ref) if is_visible(task, header, header.last_seq + 1)
        )

    def family(self, family: str, header: Header) -> tuple[Task, ...]:
        """All folded tasks under the refs that begin with ``family``, by seq.

        Raises MissingError when the memory cannot know.
        """
        if not self._complete and family not in self._families_known:
            raise MissingError(NeedFamily(family))
        refs = [ref for ref in self._by_ref if ref.startswith(family)]
        tasks = [task for ref in refs for task in self._known(ref)]
        visible = (task for task in tasks if is_visible(task, header, header.last_seq + 1))
        return tuple(sorted(visible, key=lambda task: task.seq))

    def all(self, header: Header) -> tuple[Task, ...]:
        """All folded tasks by seq; raises MissingError when the memory cannot know."""
        if not self._complete:
            raise MissingError(NeedAll())
        tasks = [task for ref in self._by_ref for task in self._known(ref)]
        visible = (task for task in tasks if is_visible(task, header, header.last_seq + 1))
        return tuple(sorted(visible, key=lambda task: task.seq))

    def compiled(self, key: tuple[str, int, int]) -> Graph | None:
        """Graph of the branches of a dynamic fork (address, seq, inc), if it was built before."""
        return self._compiled.get(key)

    def remember_compiled(self, key: tuple[str, int, int], fork: Task, graph: Graph) -> None:
        """Keep the graph built from ``fork``, which this memory holds."""
        self._compiled[key] = graph

    def _known(self, ref: str) -> list[Task]:
        known = self._by_ref.get(ref, {})
        return [known[seq] for seq in self._seqs.get(ref, ())]


def is_visible(task: Task, header: Header, limit: int) -> bool:
    """``header`` shows ``task`` as folded, and it was created before ``limit``."""
    return task.seq < limit and not header.is_gone(task.seq) and header.entry(task.seq) is None
