"""Keys fit into an item, whatever ids clients ask for."""

from __future__ import annotations

import pytest

from podium.adapters.items.keys import archive_key, header_key, message_key, partition
from podium.domain.ids import derived_workflow_id

LARGEST_PARTITION = 2048


@pytest.mark.parametrize("workflow_id", ["x" * 100_000, "ü" * 3000, "😀" * 401])
def test_an_id_longer_than_any_of_ours_fits_and_stays_itself(workflow_id: str) -> None:
    for key in (header_key(workflow_id), archive_key(workflow_id), message_key(workflow_id, 1, 1)):
        assert len(key[0].encode()) < LARGEST_PARTITION
    assert partition(workflow_id) != partition(workflow_id + "x")


def test_an_id_of_ours_is_in_its_keys() -> None:
    workflow_id = derived_workflow_id("test", 1)
    assert header_key(workflow_id) == (f"W#{workflow_id}", "H")
    assert archive_key(workflow_id) == (f"A#{workflow_id}", "A")
