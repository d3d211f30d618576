"""What a store of items must be able to do: the five calls of DynamoDB that Podium uses."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from podium.adapters.items.attributes import Attribute, Item, Key
from podium.adapters.items.conditions import Condition
from podium.errors import TransientError


@dataclass(frozen=True, slots=True)
class IfUnset:
    """Set to ``value`` unless the attribute is there."""

    value: Attribute


@dataclass(frozen=True, slots=True)
class Offset:
    """Set to the attribute ``base`` (``default`` when absent) plus ``amount``."""

    base: str
    default: int
    amount: int


@dataclass(frozen=True, slots=True)
class Change:
    """What an update does to an item: attributes to set and to remove."""

    sets: Mapping[str, Attribute | IfUnset | Offset]
    removes: tuple[str, ...] = ()

    @classmethod
    def to(cls, values: Mapping[str, Attribute | IfUnset | Offset | None]) -> Change:
        """Set what has a value; remove what is zero, empty or None, as the codecs store neither."""
        sets = {name: value for name, value in values.items() if value}
        return cls(sets, tuple(name for name in values if name not in sets))


@dataclass(frozen=True, slots=True)
class Put:
    """A whole item, written iff ``condition`` holds for what is there."""

    item: Item
    condition: Condition | None = None


@dataclass(frozen=True, slots=True)
class Check:
    """What has to hold for an item that a transaction does not write."""

    key: Key
    condition: Condition


@dataclass(frozen=True, slots=True)
class Written:
    """``applied``: ``item`` is what is there now; otherwise what refused the write, if anything."""

    applied: bool
    item: Item | None = field(default=None)


@dataclass(frozen=True, slots=True)
class Index:
    """A global secondary index: a copy of the items that have both its keys, in another order."""

    name: str
    pk: str
    sk: str
    #: It holds all of an item; otherwise its keys alone.
    is_whole: bool = False


@dataclass(frozen=True, slots=True)
class Counted:
    """A number of items; there are more unless ``is_all``."""

    number: int
    is_all: bool


class LostAnswerError(TransientError):
    """The call was sent and no answer came: it may have happened or not."""


class Table(Protocol):
    """Items by primary key; every method is one call, or one per page."""

    def get(self, key: Key, *, consistent: bool = True) -> Item | None:
        """GetItem."""
        ...

    def put(self, put: Put) -> Written:
        """PutItem. Raises LostRaceError when a transaction is at the item right now."""
        ...

    def update(self, key: Key, change: Change, condition: Condition) -> Written:
        """UpdateItem: conditional, answers with all attributes. Raises LostRaceError as ``put`` does."""
        ...

    def delete(self, key: Key) -> None:
        """DeleteItem; nothing when there is none."""
        ...

    def transact(self, parts: Sequence[Put | Check]) -> bool:
        """TransactWriteItems: all or nothing; False when a condition refused it.

        Raises LostRaceError when another transaction is at one of the items right now.
        """
        ...

    def query(
        self,
        pk: str,
        between: tuple[str, str] | None = None,
        *,
        reverse: bool = False,
        page: int = 0,
    ) -> Iterator[Item]:
        """Items of a partition, or those with ``between[0] <= sk <= between[1]``, by sk.

        One consistent Query per page of ``page`` items (0: as many as fit), made when the iterator
        gets there.
        """
        ...

    def due(self, bucket: str, until: int) -> Iterator[Item]:
        """Keys and ``tm`` of the ``due`` index: one Query per page."""
        ...

    def batch(self, keys: Sequence[Key], *, consistent: bool = True) -> dict[Key, Item]:
        """Those of the items that are there: one BatchGetItem per hundred, more where they are large."""
        ...

    def index(
        self, of: Index, pk: str, between: tuple[str, str], *, reverse: bool, page: int
    ) -> Iterator[Item]:
        """What the index holds of the items under ``pk`` with ``between[0] <= sort key <= between[1]``.

        Ordered by the sort key. One eventually consistent Query per page of ``page`` items at most.
        """
        ...

    def count(self, of: Index, pk: str, between: tuple[str, str]) -> Counted:
        """How many those are: one eventually consistent Query, which reads a megabyte at most."""
        ...
