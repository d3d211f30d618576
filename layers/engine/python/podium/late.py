"""Things that are made when they are first used: a cold start pays for what its function does."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar, cast

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")


class _Late:
    """Stands in for what ``make`` gives until one of its attributes is wanted."""

    def __init__(self, make: Callable[[], object]) -> None:
        self._make = make

    def __getattr__(self, name: str) -> object:
        made = self._make()
        # From now on no attribute of it is looked for here.
        self._make = lambda: made
        return getattr(made, name)


def late(make: Callable[[], T]) -> T:
    """What ``make`` gives, made when it is first used."""
    return cast("T", _Late(make))
