"""Threads that all do the same thing at once."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TypeVar

T = TypeVar("T")


def race(runners: int, run: Callable[[int], T]) -> list[T]:
    """Call ``run(0)`` to ``run(runners - 1)`` in threads that start together; their results in order."""
    barrier = Barrier(runners)

    def wait_and_run(number: int) -> T:
        barrier.wait()
        return run(number)

    with ThreadPoolExecutor(runners) as pool:
        return list(pool.map(wait_and_run, range(runners)))
