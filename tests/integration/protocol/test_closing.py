"""Closing meets other transactions at the header: it comes again, and is not taken for done."""

from __future__ import annotations

from typing import Any

import pytest

from podium.domain.status import WorkflowStatus
from podium.errors import LostRaceError
from tests.support.cluster import Cluster

DEFINITION: dict[str, Any] = {
    "name": "closing",
    "tasks": [{"name": "pick", "taskReferenceName": "pick", "type": "SIMPLE"}],
}


# Found by the simulation: seed 111 of then.
def test_a_workflow_is_closed_although_a_transaction_was_at_its_header(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    cluster = Cluster()
    workflow = cluster.start(DEFINITION)
    cluster.settle()
    update, conflicts = cluster.store._table.update, 1

    def meets_a_transaction(key: Any, change: Any, condition: Any) -> Any:
        nonlocal conflicts
        if "fin" in change.sets and conflicts:
            conflicts -= 1
            raise LostRaceError("another transaction is at the item")
        return update(key, change, condition)

    monkeypatch.setattr(cluster.store._table, "update", meets_a_transaction)
    cluster.engine.operations.terminate(workflow, "by hand")
    cluster.settle()
    header = cluster.store.read_header(workflow)
    assert header is not None
    assert header.status is WorkflowStatus.TERMINATED
    assert not conflicts
    assert header.closed
