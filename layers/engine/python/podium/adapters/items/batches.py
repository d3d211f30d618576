"""BatchGetItem: a hundred keys at a time, and again what was left out."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from podium.errors import TransientError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

K = TypeVar("K")
T = TypeVar("T")

#: Keys that one call takes.
BATCH = 100


def read_batches(
    keys: Sequence[K], read: Callable[[list[K]], tuple[Sequence[T], Sequence[K]]]
) -> Iterator[T]:
    """What ``read`` finds of ``keys``, which it gets in batches; it also says which keys are left unread.

    DynamoDB answers at most 16 MB at a time, and less while it is busy. Raises TransientError when
    it has read none of a batch: the SDK has waited and repeated the call by then.
    """
    left = list(dict.fromkeys(keys))
    while left:
        now, left = left[:BATCH], left[BATCH:]
        found, unread = read(now)
        if len(unread) == len(now):
            raise TransientError("BatchGetItem: no item was read")
        yield from found
        left += unread
