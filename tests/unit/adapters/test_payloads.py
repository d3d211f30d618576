"""Which large payloads a reader fetches, told by the paths in the items."""

from __future__ import annotations

import pytest

from podium.adapters.items.payloads import Budget, Payloads
from podium.adapters.memory.blobs import MemoryBlobs
from podium.domain.sizes import path_of, size_in_path


def item(*sizes: int) -> dict[str, str | int]:
    """Payloads ``p0``, ``p1`` ... of these sizes, each behind its path."""
    return {f"p{n}p": path_of("wf", "0" * 40, size) for n, size in enumerate(sizes)}


def left_out(budget: Budget, count: int, *sizes: int) -> list[bool]:
    made = item(*sizes)
    return [bool(budget.left_out(made, f"p{n}")) for n in range(count)]


def test_a_path_says_how_large_its_payload_is():
    blobs = MemoryBlobs()
    packed = Payloads(blobs, threshold=10).pack("wf", "in", {"a": "ü" * 20})
    path = str(packed["inp"])
    assert size_in_path(path) == len(blobs.get(path)) == 48


@pytest.mark.parametrize("path", ["", "external/task-output/x.json", "wf/abc.json"])
def test_a_path_of_somebody_else_does_not(path):
    assert size_in_path(path) == 0


def test_a_payload_larger_than_the_largest_is_left_out():
    assert left_out(Budget(100), 3, 100, 101, 5) == [False, True, False]


def test_together_they_take_no_more_than_the_total():
    assert left_out(Budget(100, 150), 4, 90, 70, 50, 20) == [False, True, False, True]


def test_what_lies_in_the_item_is_never_left_out():
    assert Budget(0, 1).left_out({"in": "{}"}, "in") == ""
