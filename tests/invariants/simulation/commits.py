"""What has been committed, as the invariants look at it: every write of an execution, when it happens.

One entry for each execution, kept from the records of the table's stream, without a read: cheap
enough to be brought up to date after every single call.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from podium.adapters.items.attributes import Item, number, size, text, untyped
from podium.adapters.items.headers import header_of
from podium.adapters.items.keys import WORKFLOWS, is_header, is_task, ref_and_seq
from podium.adapters.items.limits import unpack_limit
from podium.adapters.items.open_entries import unpack_numbers
from podium.adapters.items.task_changes import STRIPPED
from podium.domain.execution import Header, Kind
from podium.domain.limits import Limit
from podium.domain.scopes import reference_name
from podium.domain.status import TaskStatus


class Feed(Protocol):
    """Where the records of the stream are read."""

    def records(self, after: int = 0) -> Sequence[Mapping[str, Any]]:
        """All but the first ``after`` of them."""
        ...


@dataclass(frozen=True, slots=True)
class Attempt:
    """A task item as far as invariants look at it; no payload but the ``joinOn`` of a JOIN."""

    ref: str
    seq: int
    type: str
    #: Of its definition.
    name: str
    kind: Kind
    status: TaskStatus
    attempt: int
    inc: int
    epoch: int
    #: Run of the child that it waits for.
    generation: int
    held: bool
    iteration: tuple[int, ...]
    child_id: str
    limit: Limit | None
    join_on: tuple[str, ...]

    @property
    def is_stripped(self) -> bool:
        """Restart, rerun or a removal has taken its content away."""
        return self.inc == STRIPPED

    @property
    def wire_ref(self) -> str:
        """Reference name with the iterations of the loops around it."""
        return reference_name(self.ref) + "".join(f"__{number}" for number in self.iteration)


@dataclass(slots=True)
class Execution:
    """One execution as committed."""

    workflow_id: str
    header: Header | None = None
    removed: bool = False
    #: Highest incarnation that a header ever opened, by sequence number.
    opened: dict[int, int] = field(default_factory=dict)
    attempts: dict[int, Attempt] = field(default_factory=dict)
    #: Last sequence number before the commit that gave one out, by that one.
    earlier: dict[int, int] = field(default_factory=dict)
    #: What a removal has taken away, by sequence number: an archived copy may bring it back.
    taken_away: dict[int, Attempt] = field(default_factory=dict)
    #: Records of anything of it.
    changes: int = 0
    #: Writes that changed something, and the units they took (1 KB each).
    writes: int = 0
    units: int = 0


@dataclass(frozen=True, slots=True)
class HeaderWritten:
    """A commit, or a closing."""

    before: Header | None
    after: Header
    #: As it is with all of this call's writes.
    execution: Execution


@dataclass(frozen=True, slots=True)
class TaskWritten:
    """A write of a task item."""

    before: Attempt | None
    after: Attempt
    execution: Execution
    #: The commit that it is a part of: a decision ended the task. None: somebody or something else
    #: wrote it.
    commit: HeaderWritten | None = None


Write = HeaderWritten | TaskWritten


class Commits:
    """Follows the stream's records; yields what was written since the last look."""

    def __init__(self, feed: Feed) -> None:
        self._feed = feed
        self._seen = 0
        self.executions: dict[str, Execution] = {}

    def of(self, workflow_id: str) -> Execution:
        """What is known of an execution, be it nothing."""
        return self.executions.setdefault(workflow_id, Execution(workflow_id))

    def look(self) -> list[Write]:
        """The writes of one call: all of a transaction are there when the first is judged."""
        records = self._feed.records(self._seen)
        if not records:
            return []
        self._seen += len(records)
        return _with_their_commits([write for record in records for write in self._take(record)])

    def _take(self, record: Mapping[str, Any]) -> Iterator[Write]:
        images = record["dynamodb"]
        execution = self._of(images["Keys"])
        if execution is None:
            return
        execution.changes += 1
        if "NewImage" not in images:
            return
        item = untyped(images["NewImage"])
        execution.writes += 1
        execution.units += -(-size(item) // 1024)
        if is_header(item):
            yield self._header(execution, item)
        elif is_task(item):
            yield _task(execution, item)

    def _of(self, keys: Mapping[str, Any]) -> Execution | None:
        partition = str(keys["pk"]["S"])
        if not partition.startswith(WORKFLOWS):
            return None
        return self.of(partition.removeprefix(WORKFLOWS))

    def _header(self, execution: Execution, item: Item) -> Write:
        before, after = execution.header, header_of(item)
        execution.header, execution.removed = after, after.removed
        last = 0 if before is None else before.last_seq
        execution.earlier |= dict.fromkeys(range(last + 1, after.last_seq + 1), last)
        return HeaderWritten(before, after, execution)


def _with_their_commits(writes: list[Write]) -> list[Write]:
    """The writes of one call; an execution has one header in it at most."""
    commits = {
        write.execution.workflow_id: write for write in writes if isinstance(write, HeaderWritten)
    }
    if not commits:
        return writes
    return [
        replace(write, commit=commits.get(write.execution.workflow_id))
        if isinstance(write, TaskWritten)
        else write
        for write in writes
    ]


def _task(execution: Execution, item: Item) -> Write:
    ref, seq = ref_and_seq(item)
    join_on: tuple[str, ...] = ()
    if text(item, "ty") == "JOIN" and "in" in item:
        join_on = tuple(json.loads(text(item, "in")).get("joinOn", ()))
    attempt = Attempt(
        ref=ref,
        seq=seq,
        type=text(item, "ty"),
        name=text(item, "nm") or text(item, "ty"),
        kind=Kind(text(item, "kd")),
        status=TaskStatus(text(item, "st")),
        attempt=number(item, "a"),
        inc=number(item, "inc"),
        epoch=number(item, "ep"),
        generation=number(item, "cg"),
        held=bool(number(item, "held")),
        iteration=unpack_numbers(text(item, "it")),
        child_id=text(item, "cid"),
        limit=unpack_limit(text(item, "lim"), ""),
        join_on=join_on,
    )
    before = execution.attempts.get(seq)
    execution.attempts[seq] = attempt
    if execution.removed and attempt.is_stripped and before is not None and not before.is_stripped:
        execution.taken_away[seq] = before
    return TaskWritten(before, attempt, execution)
