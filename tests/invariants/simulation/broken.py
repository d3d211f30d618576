"""How a broken invariant is told."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

P = ParamSpec("P")

#: Names of the checks, by the number of their invariant in docs/architecture.md.
CHECKS: dict[int, list[str]] = {}


class BrokenInvariantError(AssertionError):
    """An invariant does not hold: its number, the check that found out, and what it saw."""

    def __init__(self, number: int, check: str, seen: object) -> None:
        super().__init__(f"invariant {number}, {check}: {seen}")
        self.number = number
        self.check = check
        self.seen = str(seen)


def invariant(number: int) -> Callable[[Callable[P, None]], Callable[P, None]]:
    """A check of the invariant with this number: what it asserts is told as its breach."""

    def named(check: Callable[P, None]) -> Callable[P, None]:
        CHECKS.setdefault(number, []).append(check.__name__)

        @wraps(check)
        def checked(*args: P.args, **kwargs: P.kwargs) -> None:
            try:
                check(*args, **kwargs)
            except BrokenInvariantError:
                raise
            except AssertionError as error:
                raise BrokenInvariantError(number, check.__name__, error) from error

        return checked

    return named
