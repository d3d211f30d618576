"""The mapping of a DynamoDB stream to a function.

Records go to lanes by their item, as with a parallelization factor: order is kept within a lane, and a
batch that fails stops its own lane only. A failed batch is cut at the first record that was reported,
bisected, retried with growing pauses, and given up with a message to the on-failure queue.
"""

from __future__ import annotations

import zlib
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from podium_local.pump.faults import Faults
from podium_local.pump.invoking import Outcome, function_arn
from podium_local.pump.mapping import Invocation, failed_identifiers
from podium_local.pump.patterns import matches
from podium_local.pump.shapes import failed_batch

if TYPE_CHECKING:
    from podium_local.clock import LocalClock
    from podium_local.pump.invoking import Invoker
    from podium_local.pump.reader import Record, Tap
    from podium_local.topology import Function, StreamTrigger

#: Lambda's limit on the payload of an invocation.
_PAYLOAD = 6 * 1024 * 1024
#: Milliseconds for which a stream keeps a record: what nobody has read by then is lost, without a word.
KEPT = 86_400_000

#: Milliseconds before the attempt with this number (1: the first retry).
Backoff = Callable[[int], int]


def exponential(attempt: int) -> int:
    """0.1 s, doubled each time, at most a minute."""
    return int(min(100 * 2 ** (attempt - 1), 60_000))


@dataclass(slots=True)
class _Batch:
    records: list[Record]
    #: Invocations of this very batch that failed.
    attempts: int = 0
    not_before: int = 0


@dataclass(slots=True)
class _Lane:
    fresh: deque[Record] = field(default_factory=deque)
    #: When the oldest fresh record was read.
    since: int = 0
    #: Batches that failed, in order; nothing fresh is delivered before they are done.
    failed: deque[_Batch] = field(default_factory=deque)
    #: What the function has right now.
    with_function: Sequence[Record] = ()

    def oldest(self) -> int | None:
        heads = [batch.records[0] for batch in self.failed] + list(self.fresh)[:1]
        return min((int(head.sequence) for head in heads), default=None)


class StreamMapping:
    """Delivers the records of one stream to one function; steps one at a time."""

    concurrency = 1

    def __init__(
        self,
        function: Function,
        trigger: StreamTrigger,
        reader: Tap,
        invoker: Invoker,
        clock: LocalClock,
        send_failure: Callable[[dict[str, Any]], None],
        *,
        faults: Faults | None = None,
        backoff: Backoff = exponential,
    ) -> None:
        """``send_failure`` puts a message into the on-failure queue."""
        self._function = function
        self._trigger = trigger
        self._reader = reader
        self._invoker = invoker
        self._clock = clock
        self._send_failure = send_failure
        self._faults = faults or Faults()
        self._backoff = backoff
        self._lanes = [_Lane() for _ in range(trigger.parallelization)]

    def step(self) -> list[Invocation]:
        """Read what is new, then deliver at most one batch of each lane."""
        has_read = self._fetch()
        done: list[Invocation] = []
        for lane in self._faults.order(self._lanes):
            batch = self._take(lane)
            if batch is None:
                continue
            if self._faults.holds_back():
                lane.failed.appendleft(batch)
                done.append(Invocation(self._function.name, self._trigger.table, 0))
                continue
            done += self._deliver(lane, batch)
        if done or has_read:
            self._forget()
        return done

    def due(self) -> int | None:
        """See Mapping."""
        if self._reader.has_more():
            return self._clock.now()
        # Asked very often, of lanes mostly empty.
        busy = (lane for lane in self._lanes if lane.fresh or lane.failed)
        return min(
            (due for lane in busy if (due := self._lane_due(lane)) is not None), default=None
        )

    def undelivered(self) -> Iterator[Record]:
        """Records that were read and that the function has not dealt with to their end."""
        for lane in self._lanes:
            if lane.fresh or lane.failed or lane.with_function:
                yield from lane.with_function
                yield from lane.fresh
                for batch in lane.failed:
                    yield from batch.records

    # --- Reading -----------------------------------------------------------------------------------

    def _fetch(self) -> bool:
        """Put what is new into its lanes; True if there was anything, be it filtered out."""
        now = self._clock.now()
        records = self._reader.read()
        for record in records:
            # Read for another function meanwhile, while this one's mapping was disabled.
            if record.created_at < now - KEPT or not matches(self._trigger.filter, record.event):
                continue
            # crc32 and not hash(): the same lanes in each run.
            lane = self._lanes[zlib.crc32(record.item.encode()) % len(self._lanes)]
            if not lane.fresh:
                lane.since = now
            lane.fresh.append(record)
        return bool(records)

    def _forget(self) -> None:
        waiting = [oldest for lane in self._lanes if (oldest := lane.oldest()) is not None]
        self._reader.forget(min(waiting, default=self._reader.position))

    # --- Batches -----------------------------------------------------------------------------------

    def _lane_due(self, lane: _Lane) -> int | None:
        if lane.failed:
            return lane.failed[0].not_before
        if not lane.fresh:
            return None
        full = len(lane.fresh) >= self._trigger.batch_size
        return lane.since if full else lane.since + self._trigger.window * 1000

    def _take(self, lane: _Lane) -> _Batch | None:
        due = self._lane_due(lane)
        if due is None or due > self._clock.now():
            return None
        if lane.failed:
            return lane.failed.popleft()
        records = [lane.fresh.popleft()]
        size = records[0].size
        while lane.fresh and len(records) < self._trigger.batch_size:
            size += lane.fresh[0].size
            if size > _PAYLOAD:
                break
            records.append(lane.fresh.popleft())
        return _Batch(records)

    def _deliver(self, lane: _Lane, batch: _Batch) -> list[Invocation]:
        self._drop_aged(batch)
        if not batch.records:
            return [Invocation(self._function.name, self._trigger.table, 0)]
        event = {"Records": [record.event for record in batch.records]}
        lane.with_function = batch.records
        outcome = self._invoker.invoke(self._function, event)
        done = [self._settle(lane, batch, outcome)]
        lane.with_function = ()
        if outcome.error is None and self._faults.duplicates():
            again = self._invoker.invoke(self._function, event, may_drop=False)
            done.append(self._report(batch, 0, again))
        return done

    def _settle(self, lane: _Lane, batch: _Batch, outcome: Outcome) -> Invocation:
        """Decide what of ``batch`` comes again, and when."""
        first = self._first_failed(batch, outcome)
        rest = batch.records[first:]
        report = self._report(batch, len(rest), outcome)
        if not rest:
            return report
        if first > 0:
            # Some progress: what was done is done, the rest is a batch of its own.
            self._again(lane, _Batch(rest))
        elif len(rest) > 1 and self._trigger.bisect:
            # Splitting is not counted as a retry.
            middle = (len(rest) + 1) // 2
            self._again(
                lane, _Batch(rest[:middle], batch.attempts), _Batch(rest[middle:], batch.attempts)
            )
        elif batch.attempts >= self._trigger.retries:
            self._give_up(rest, "RetryAttemptsExhausted", batch.attempts + 1, outcome.request_id)
        else:
            self._again(lane, _Batch(rest, batch.attempts + 1))
        return report

    def _again(self, lane: _Lane, *batches: _Batch) -> None:
        pause = self._backoff(max(batches[0].attempts, 1))
        for batch in reversed(batches):
            batch.not_before = self._clock.now() + pause
            lane.failed.appendleft(batch)

    def _first_failed(self, batch: _Batch, outcome: Outcome) -> int:
        """Index of the first record that has to come again; the batch's length if none has to."""
        if outcome.error is not None:
            return 0
        if not self._trigger.report_item_failures:
            return len(batch.records)
        identifiers = failed_identifiers(outcome.value)
        sequences = [record.sequence for record in batch.records]
        if identifiers is None or not set(identifiers) <= set(sequences):
            return 0
        return min(map(sequences.index, identifiers), default=len(sequences))

    # --- Giving up ---------------------------------------------------------------------------------

    def _drop_aged(self, batch: _Batch) -> None:
        if self._trigger.max_record_age < 0:
            return
        oldest = self._clock.now() - self._trigger.max_record_age * 1000
        aged = [record for record in batch.records if record.created_at < oldest]
        if aged:
            self._give_up(aged, "RecordAgeExceeded", batch.attempts, "")
            batch.records = [record for record in batch.records if record.created_at >= oldest]

    def _give_up(
        self, records: list[Record], condition: str, invocations: int, request: str
    ) -> None:
        self._send_failure(
            failed_batch(
                function_arn=function_arn(self._function, self._invoker.stack),
                request_id=request,
                condition=condition,
                invocations=invocations,
                shard_id=records[0].shard,
                stream_arn=self._reader.arn,
                records=[record.event for record in records],
                now=self._clock.now(),
            )
        )

    def _report(self, batch: _Batch, failed: int, outcome: Outcome) -> Invocation:
        error = "" if outcome.error is None else repr(outcome.error)
        return Invocation(
            self._function.name, self._trigger.table, len(batch.records), failed, error
        )
