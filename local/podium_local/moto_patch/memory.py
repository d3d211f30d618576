"""Bounded memory: moto keeps a reference to every model object it ever made, for a dashboard."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from moto.core.common_models import BaseModel

if TYPE_CHECKING:
    from podium_local.clock import LocalClock
    from podium_local.moto_patch.substitution import Substitutions

#: Classes of these packages are made by the thousand. S3 goes by its list when it removes temporary files.
_MANY = ("moto.dynamodb.", "moto.dynamodbstreams.", "moto.sqs.")


def install(substitutions: Substitutions, _clock: LocalClock) -> None:
    """Let go of items, stream records, iterators and messages."""

    def new(cls: type[BaseModel], *_args: Any, **_kwargs: Any) -> BaseModel:
        instance: BaseModel = object.__new__(cls)
        if not cls.__module__.startswith(_MANY):
            cls.instances_tracked.append(instance)  # type: ignore[attr-defined]
        return instance

    substitutions.set(BaseModel, "__new__", staticmethod(new))


class RecentSet(set[str]):
    """A set that forgets its oldest members beyond ``limit``."""

    def __init__(self, limit: int) -> None:
        """Start empty."""
        super().__init__()
        self._limit = limit
        self._order: dict[str, None] = {}

    def update(self, *others: Iterable[str]) -> None:
        """Add the members of ``others``."""
        for other in others:
            for member in other:
                self._order[member] = None
                self.add(member)
        while len(self._order) > self._limit:
            oldest = next(iter(self._order))
            del self._order[oldest]
            self.discard(oldest)


class RecentDict(dict[str, Any]):
    """A dict that forgets what was first set beyond ``limit`` keys."""

    def __init__(self, limit: int) -> None:
        """Start empty."""
        super().__init__()
        self._limit = limit

    def __setitem__(self, key: str, value: Any) -> None:
        super().__setitem__(key, value)
        while len(self) > self._limit:
            del self[next(iter(self))]
