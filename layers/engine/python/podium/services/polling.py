"""Poll: receive, claim, hand out (protocol.md 3, Claim)."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from podium.domain.ids import TaskKey
from podium.domain.limits import holder_of
from podium.domain.queues import Lane
from podium.domain.sizes import size_in_path
from podium.domain.status import TaskStatus
from podium.errors import InvalidInputError, PodiumError
from podium.json_text import answer_weight
from podium.ports.poll_data import PollData
from podium.ports.queues import LONGEST_DELAY
from podium.services.timers import seconds_until

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from podium.domain.definitions import WorkflowTask
    from podium.domain.execution import Task
    from podium.domain.json import JsonMap
    from podium.domain.limits import Limit
    from podium.domain.queues import QueueAddress
    from podium.ports.bundle import Ports
    from podium.ports.queues import Received, TaskMessage
    from podium.services.limiting import Limiting, Room
    from podium.services.revealing import Revealing, Values
    from podium.services.states import States
    from podium.services.timers import Timers

logger = logging.getLogger(__name__)

#: A long poll waits at most this long (rest-api.md 5).
LONGEST_WAIT_MS = 5000
#: Polls for a type and domain are noted once in this time (ms) by a process.
NOTED_MS = 5000
#: One poll hands out at most this many tasks.
MOST_TASKS = 100
#: An unclaimable message whose item may still come is looked at again after this many seconds.
SOON = 2
#: While its poll waits, and has nothing else, it is looked at after these pauses, too (ms).
LOOKS_MS = (50, 100, 200, 400)
#: From this receive on, the header tells whether the item will ever come (6).
SUSPICIOUS_RECEIVES = 5
#: A message whose secrets cannot be looked up is seen again after at most this many seconds.
LONGEST_PATIENCE = 900
#: Bytes of inputs in one answer; Lambda takes 6 MB, escapes and all that is around them included.
ANSWER_ROOM = 4_000_000
#: A message may stay hidden for twelve hours (seconds); some of them went by before it was received.
LONGEST_HIDDEN = 42_000


@dataclass(slots=True)
class _Asker:
    """Who polls, and how many bytes of inputs the answer still takes."""

    worker_id: str
    #: Until then it waits for messages, and for their items (epoch ms).
    until: int = 0
    left: int = ANSWER_ROOM
    is_empty: bool = True
    is_full: bool = False

    def admits(self, size: int) -> bool:
        """There is room for an input of ``size`` bytes; the first one always fits."""
        if not self.is_empty and size > self.left:
            self.is_full = True
            return False
        self.left -= size
        self.is_empty = False
        return True


@dataclass(slots=True)
class _Seen:
    """Received messages, as looking at them has found them."""

    claimed: list[HandedOut] = field(default_factory=list)
    #: Receipts of those that have had their effect, or never will have one.
    settled: list[str] = field(default_factory=list)
    #: Those whose items may still come.
    early: list[Received] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class HandedOut:
    """A claimed task with its message and its place in the definition."""

    message: TaskMessage
    task: Task
    workflow_task: WorkflowTask | None
    #: Its input with secrets in place: for the worker's eyes only, never to be stored or logged.
    input: JsonMap = field(default_factory=dict)
    #: Values by name; only what was found.
    runtime_metadata: Mapping[str, str] = field(default_factory=dict)


class Polling:
    """Hands tasks to workers that ask over HTTP."""

    def __init__(
        self,
        ports: Ports,
        states: States,
        timers: Timers,
        limiting: Limiting,
        revealing: Revealing,
    ) -> None:
        """Wire the parts; see ``bootstrap``."""
        self._ports = ports
        self._states = states
        self._timers = timers
        self._limiting = limiting
        #: What limited the tasks that came out of a queue last.
        self._limits: dict[QueueAddress, Limit] = {}
        #: When a poll for a type and domain was noted last.
        self._noted: dict[tuple[str, str], int] = {}
        self._revealing = revealing

    def poll(
        self, task_type: str, worker_id: str, domain: str = "", count: int = 1, wait_ms: int = 100
    ) -> list[HandedOut]:
        """Up to ``count`` claimed tasks; waits at most ``wait_ms`` for the first message.

        A negative wait is none, as with the peer.
        An unknown type yields none. Raises InvalidInputError for a wait above 5 s or a bad count.
        """
        if wait_ms > LONGEST_WAIT_MS:
            message = (
                f"Long Poll Timeout value cannot be more than {LONGEST_WAIT_MS // 1000} seconds"
            )
            raise InvalidInputError(message)
        if count < 1:
            message = f"count must be at least 1, not {count}"
            raise InvalidInputError(message)
        wanted = min(count, MOST_TASKS)
        claimed: list[HandedOut] = []
        asker = _Asker(worker_id)
        begun = self._ports.clock.now()
        queues = self._ports.tasks.pollable(task_type, domain)
        for place, address in enumerate(queues, start=1):
            take = self._take_limited if address.lane is Lane.POLLED else self._take
            while len(claimed) < wanted and not asker.is_full:
                wait = max(wait_ms, 0) if place == len(queues) and not claimed else 0
                asker.until = begun + wait
                more = take(address, asker, wanted - len(claimed), wait)
                if more is None:
                    break
                claimed += more
        self._note(PollData(task_type, domain, worker_id, self._ports.clock.now()))
        return claimed

    def _note(self, poll: PollData) -> None:
        """Remember who polled, also in vain; a busy worker costs one write in some seconds.

        After the hand-out, and never instead of it: nobody is to lose tasks for it.
        """
        key = (poll.task_type, poll.domain)
        if poll.at - self._noted.get(key, poll.at - NOTED_MS) < NOTED_MS:
            return
        self._noted[key] = poll.at
        try:
            self._ports.polls.note(poll)
        except PodiumError:
            logger.warning("a poll was not noted", exc_info=True)

    def _take(
        self, address: QueueAddress, asker: _Asker, count: int, wait_ms: int
    ) -> list[HandedOut] | None:
        """Receive once and claim what came; None when nothing is there."""
        batch = self._ports.tasks.receive(address, count, wait_ms)
        return self._claim_batch(address, asker, batch) if batch else None

    def _take_limited(
        self, address: QueueAddress, asker: _Asker, count: int, wait_ms: int
    ) -> list[HandedOut] | None:
        """The same for tasks of which so many may be out: claim, then take the slots (19).

        A limit that is reached is not received for: each receive brings a message nearer to the dead
        letters. What this process does not know to be limited is received and, above the limit,
        given back at once.
        """
        known = self._limits.get(address)
        room = None if known is None else self._limiting.room(known)
        asked = count if room is None else min(count, room.free)
        batch = self._ports.tasks.receive(address, asked, wait_ms) if asked else ()
        if not batch:
            return None
        handed: list[HandedOut] = []
        is_full = False
        for limit, received in _by_limit(batch).items():
            self._limits[address] = limit
            if room is None or limit != known:
                room = self._limiting.room(limit)
            self._put_back(address, received[room.free :])
            claimed = self._claim_batch(address, asker, received[: room.free])
            served = self._with_slots(limit, claimed, room)
            is_full = is_full or len(received) > room.free or len(served) < len(claimed)
            handed += served
        return handed if handed or not is_full else None

    def _with_slots(self, limit: Limit, claimed: list[HandedOut], room: Room) -> list[HandedOut]:
        """Those of the claimed tasks that got a slot; the others go back to their queue."""
        if not claimed:
            return []
        holders = {holder_of(each.message.workflow_id, each.task): each for each in claimed}
        try:
            taken = self._limiting.take(limit, tuple(holders), room.slots)
        except PodiumError:
            logger.warning("no slots taken", exc_info=True)
            taken = ()
        for holder, each in holders.items():
            if holder not in taken:
                self._give_back(each)
        return [holders[holder] for holder in taken]

    def _give_back(self, handed: HandedOut) -> None:
        """The message goes first: SCHEDULED without a message would be stuck (21c)."""
        message, task = handed.message, handed.task
        self._ports.tasks.send(replace(message, epoch=task.epoch, not_before=0))
        key = TaskKey(message.workflow_id, task.ref, task.seq)
        self._ports.executions.give_back(key, task)

    def _put_back(self, address: QueueAddress, batch: Sequence[Received]) -> None:
        """Messages received above the limit: seen again at once, and never so often that they die."""
        settled: list[str] = []
        for received in batch:
            if received.receive_count < SUSPICIOUS_RECEIVES:
                self._ports.tasks.retry_later(address, received.receipt, 0)
            else:
                self._ports.tasks.send(received.message)
                settled.append(received.receipt)
        if settled:
            self._ports.tasks.delete(address, settled)

    def _claim_batch(
        self, address: QueueAddress, asker: _Asker, batch: Sequence[Received]
    ) -> list[HandedOut]:
        seen = _Seen()
        for place, received in enumerate(batch):
            if not asker.admits(self._answered_size(received)):
                self._put_back(address, batch[place:])
                break
            self._claim(address, asker, received, seen)
        self._look_again(address, asker, seen)
        for received in seen.early:
            self._ports.tasks.retry_later(address, received.receipt, SOON)
        if seen.settled:
            self._ports.tasks.delete(address, seen.settled)
        return seen.claimed

    def _look_again(self, address: QueueAddress, asker: _Asker, seen: _Seen) -> None:
        """An item follows its message in a moment: who waits with nothing else waits for that.

        Hidden, the message would come back after the wait of nearly every poll.
        """
        for pause in LOOKS_MS:
            is_over = self._ports.clock.now() + pause > asker.until
            if seen.claimed or not seen.early or is_over:
                return
            self._ports.sleep(pause)
            early, seen.early = seen.early, []
            for received in early:
                self._claim(address, asker, received, seen)

    def _claim(self, address: QueueAddress, asker: _Asker, received: Received, seen: _Seen) -> None:
        """Claim what the message hands out; hide the message if its moment is yet to come."""
        message, now = received.message, self._ports.clock.now()
        if message.not_before > now:
            self._postpone(address, received, seconds_until(message.not_before, now), seen)
            return
        try:
            values = self._revealing.look_up(message)
        except PodiumError as error:
            # Before the claim, so that the task is not lost with a worker that never gets it.
            logger.warning("secrets of %s cannot be looked up: %s", message.task_type, error)
            patience = min(LONGEST_PATIENCE, SOON << min(received.receive_count, 16))
            self._ports.tasks.retry_later(address, received.receipt, patience)
            return
        key = TaskKey(message.workflow_id, message.ref, message.seq)
        self._timers.arm_short_lease(key, message.response_timeout * 1000)
        largest = self._ports.payload_limits.task_threshold
        outcome = self._ports.executions.claim(
            key, message.inc, message.epoch, asker.worker_id, now, largest_input=largest
        )
        if outcome.applied and outcome.task is not None:
            seen.claimed.append(self._handed_out(message, outcome.task, values))
            seen.settled.append(received.receipt)
        elif self._may_still_come(received, outcome.task):
            seen.early.append(received)
        else:
            seen.settled.append(received.receipt)

    def _postpone(
        self, address: QueueAddress, received: Received, seconds: int, seen: _Seen
    ) -> None:
        """A message that came before its moment: hidden, as long as SQS allows; then sent anew.

        So it dies neither of its age nor of the number of times it was received.
        """
        if received.receive_count <= 1:
            hidden = min(LONGEST_HIDDEN, seconds)
            self._ports.tasks.retry_later(address, received.receipt, hidden)
            return
        self._ports.tasks.send(received.message, min(seconds, LONGEST_DELAY))
        seen.settled.append(received.receipt)

    def _handed_out(self, message: TaskMessage, task: Task, values: Values) -> HandedOut:
        revealed = self._revealing.reveal(task, values).input
        metadata = self._revealing.metadata(task, values)
        path = message.external_input_path
        if size_in_path(path) > ANSWER_ROOM // 2 and answer_weight(revealed) > ANSWER_ROOM:
            # Escapes make it too large for an answer after all.
            task, revealed = replace(task, external_input_path=path), {}
        return HandedOut(message, task, self._place(message), revealed, metadata)

    def _answered_size(self, received: Received) -> int:
        """Bytes that the task's input takes in the answer: none when the answer names its path."""
        size = size_in_path(received.message.external_input_path)
        is_named = size > self._ports.payload_limits.task_threshold
        return 0 if is_named else size or received.size

    def _may_still_come(self, received: Received, task: Task | None) -> bool:
        """The claim table: its put, or its re-queue, may be under way (21b, 22)."""
        message = received.message
        if task is not None and task.inc >= message.inc:
            return (
                task.inc == message.inc
                and task.status is TaskStatus.IN_PROGRESS
                and task.epoch == message.epoch
            )
        if received.receive_count < SUSPICIOUS_RECEIVES:
            return True
        header = self._ports.executions.read_header(message.workflow_id)
        if header is None or header.status.is_terminal:
            return False
        entry = header.entry(message.seq)
        return entry is not None and entry.inc == message.inc

    def _place(self, message: TaskMessage) -> WorkflowTask | None:
        """The WorkflowTask of a static node; a dynamic one is known by its message only."""
        if not message.definition or "/" in message.node:
            return None
        return self._states.graph(message.definition).nodes[message.node].task


def _by_limit(batch: Sequence[Received]) -> dict[Limit, list[Received]]:
    found: dict[Limit, list[Received]] = {}
    for received in batch:
        if received.message.limit is not None:
            found.setdefault(received.message.limit, []).append(received)
    return found
