"""podium event, against a running Podium."""

from __future__ import annotations

HANDLER = {
    "name": "on_order",
    "event": "conductor:shop:ordered",
    "active": True,
    "actions": [{"action": "start_workflow", "start_workflow": {"name": "report"}}],
}


def test_event_handlers_are_registered_listed_and_deleted(podium, file):
    path = file("handler.json", HANDLER)
    assert podium("event", "register", path).out == "registered on_order\n"
    assert podium("event", "register", path).code == 1
    assert podium("event", "register", path, "--overwrite").code == 0
    assert "start_workflow" in podium("event", "list").out
    assert podium("event", "list", "conductor:shop:ordered", "--json").json[0]["name"] == "on_order"
    assert podium("event", "list", "conductor:shop:sold", "--json").json == []
    assert podium("event", "delete", "on_order", "-y").code == 0
    assert podium("event", "delete", "on_order", "-y").code == 3
