"""Hooks around every call the memory adapters stand in for: where tests put a crash."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass


def _nothing(name: str) -> None:
    """The hook that does nothing."""


@dataclass(slots=True)
class Calls:
    """Told the AWS name of each call (``PutItem``, ``SendMessage`` ...) before and after it.

    A hook that raises stands for a crash: from ``before_call`` nothing has happened, from
    ``after_call`` everything has. One object may be shared by all adapters of a process; the
    hooks may be replaced at any time.
    """

    before_call: Callable[[str], None] = _nothing
    after_call: Callable[[str], None] = _nothing

    @contextmanager
    def call(self, name: str) -> Iterator[None]:
        """Run the body as one AWS call."""
        self.before_call(name)
        yield
        self.after_call(name)
