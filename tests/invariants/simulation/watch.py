"""Watches one simulated installation: every write and every message is judged when it happens.

What is found is kept, not raised: the code of the product is running then, and some of it goes on
after any Exception. Whoever drives the simulation asks after each step.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from functools import partial, wraps
from typing import TYPE_CHECKING, Any

from podium.adapters.message import timer_message
from podium.domain.decision import Context, Decision, Missing
from podium.ports.queues import TimerMessage
from tests.invariants.simulation.broken import BrokenInvariantError
from tests.invariants.simulation.commits import Commits, HeaderWritten, Write
from tests.invariants.simulation.happenings import Happenings
from tests.invariants.simulation.invariants_of_commits import (
    a_message_is_sent_for_what_is_committed,
    check_write,
    deciding_twice_gives_the_same,
)

if TYPE_CHECKING:
    from podium.bootstrap import Engine
    from podium.ports.queues import TaskMessage
    from tests.invariants.simulation.world import World

#: One of so many decisions is made twice.
DECISIONS = 4
#: What a decision may end, of which a seed draws one; the first is the product's own.
BUDGETS = (80, 8, 3, 1)


class Watch:
    """Judges what a world does; ``broken`` is what did not hold, in order."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.commits = Commits(world.store)
        self.happenings = Happenings(world.counts, self.commits)
        #: Tasks that may start and end within one decision: with few of them it is cut.
        self._budget = random.Random(f"{world.script.seed} budget").choice(BUDGETS)
        self._samples = random.Random(f"{world.script.seed} samples")
        self.broken: list[BrokenInvariantError] = []
        world.calls.around = self._around(world.jobs.around)
        queues = (world.task_queue, world.system_queue)
        for queue in queues:
            queue.send = self._sending(queue.send)  # type: ignore[method-assign, assignment]
        world.store.commit = self._committing(world.store.commit)  # type: ignore[method-assign, assignment]
        world.task_queue.park = self._sending(world.task_queue.park)  # type: ignore[method-assign, assignment]

    def over(self, engine: Engine) -> Engine:
        """``engine``, whose decisions are cut and made twice now and then; its timers are counted."""
        deciding = engine.advancing._deciding
        deciding.settle = self._settling(deciding.settle)  # type: ignore[method-assign]
        engine.timing.fire = self._firing(engine.timing.fire)  # type: ignore[method-assign, assignment]
        return engine

    def is_sampled(self, what: str, one_in: int) -> bool:
        """True for one in so many calls, by a source of its own: a check changes no other choice."""
        return self._samples.randrange(one_in) == 0

    def check(self) -> None:
        """Raise what was broken first."""
        self.look()
        if self.broken:
            raise self.broken[0]

    def look(self) -> None:
        """Judge what has been written since the last look."""
        for write in self.commits.look():
            self.happenings.written(write)
            self._note(partial(check_write, write, self.commits, partial(self._timers, write)))

    def _settling(self, settle: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(settle)
        def settling(step: Callable[[Context], Any], **scope: Any) -> Any:
            def twice(context: Context) -> Any:
                context = replace(context, max_ended=self._budget)
                first = step(context)
                if not isinstance(first, Missing) and self.is_sampled("decision", DECISIONS):
                    self._world.counts["checked: decided twice"] += 1
                    self._note(lambda: deciding_twice_gives_the_same(first, step(context)))
                return first

            return settle(twice, **scope)

        return settling

    def _firing(self, fire: Callable[[TimerMessage], None]) -> Callable[[TimerMessage], None]:
        @wraps(fire)
        def firing(message: TimerMessage) -> None:
            self.happenings.fired(message)
            fire(message)

        return firing

    def _note(self, check: Callable[[], None]) -> None:
        try:
            check()
        except BrokenInvariantError as error:
            self.broken.append(error)

    def _timers(self, write: Write) -> list[TimerMessage]:
        """Messages of timers. One that is due already may have come before the commit: whoever carries the
        header out sends it again, or the execution is found to wait for nothing (explanations).
        """
        messages = [timer_message(each.body) for each in self._world.timer_queue.queue.messages()]
        if isinstance(write, HeaderWritten) and write.after.timer <= self._world.clock.now():
            messages.append(TimerMessage(write.after.workflow_id, write.after.timer))
        return messages

    def _around(
        self, around: Callable[[str, Callable[[], Any]], Any]
    ) -> Callable[[str, Callable[[], Any]], Any]:
        def watched(call: str, body: Callable[[], Any]) -> Any:
            def judged() -> Any:
                answer = body()
                self.look()
                return answer

            return around(call, judged)

        return watched

    def _committing(self, commit: Callable[[Decision], bool]) -> Callable[[Decision], bool]:
        @wraps(commit)
        def committing(decision: Decision) -> bool:
            is_won = commit(decision)
            self._world.counts["commit: won" if is_won else "commit: lost"] += 1
            return is_won

        return committing

    def _sending(
        self, send: Callable[[TaskMessage, int], None]
    ) -> Callable[[TaskMessage, int], None]:
        @wraps(send)
        def sending(message: TaskMessage, delay: int = 0) -> None:
            self.look()
            execution = self.commits.of(message.workflow_id)
            self._note(lambda: a_message_is_sent_for_what_is_committed(message, execution))
            send(message, delay)

        return sending
