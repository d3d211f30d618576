"""Watches one simulated installation: every write and every message is judged when it happens.

What is found is kept, not raised: the code of the product is running then, and some of it goes on
after any Exception. Whoever drives the simulation asks after each step.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING

from podium.adapters.message import timer_message
from tests.invariants.simulation.broken import BrokenInvariantError
from tests.invariants.simulation.commits import Commits
from tests.invariants.simulation.invariants_of_commits import (
    a_message_is_sent_for_what_is_committed,
    check_write,
)

if TYPE_CHECKING:
    from podium.ports.queues import TaskMessage, TimerMessage
    from tests.invariants.simulation.world import World


class Watch:
    """Judges what a world does; ``broken`` is what did not hold, in order."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.commits = Commits(world.store)
        self.broken: list[BrokenInvariantError] = []
        world.calls.after_call = self._after(world.calls.after_call)
        queues = (world.task_queue, world.system_queue)
        for queue in queues:
            queue.send = self._sending(queue.send)  # type: ignore[method-assign, assignment]
        world.task_queue.park = self._sending(world.task_queue.park)  # type: ignore[method-assign, assignment]

    def check(self) -> None:
        """Raise what was broken first."""
        self._look()
        if self.broken:
            raise self.broken[0]

    def _look(self) -> None:
        for write in self.commits.look():
            try:
                check_write(write, self.commits, self._timers)
            except BrokenInvariantError as error:
                self.broken.append(error)

    def _timers(self) -> list[TimerMessage]:
        messages = self._world.timer_queue.queue.messages()
        return [timer_message(message.body) for message in messages]

    def _after(self, hook: Callable[[str], None]) -> Callable[[str], None]:
        def after(call: str) -> None:
            self._look()
            hook(call)

        return after

    def _sending(
        self, send: Callable[[TaskMessage, int], None]
    ) -> Callable[[TaskMessage, int], None]:
        @wraps(send)
        def sending(message: TaskMessage, delay: int = 0) -> None:
            self._look()
            try:
                execution = self.commits.of(message.workflow_id)
                a_message_is_sent_for_what_is_committed(message, execution)
            except BrokenInvariantError as error:
                self.broken.append(error)
            send(message, delay)

        return sending
