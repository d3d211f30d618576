"""podium schedule, against a running Podium."""

from __future__ import annotations

NIGHTLY = {
    "name": "nightly",
    "cronExpression": "0 0 3 * * *",
    "zoneId": "Europe/Berlin",
    "startWorkflowRequest": {"name": "report", "version": 1, "input": {}},
}


def test_schedules_are_saved_listed_paused_and_deleted(podium, file):
    assert podium("schedule", "save", file("nightly.json", NIGHTLY)).out == "saved nightly\n"
    assert podium("schedule", "get", "nightly").json["zoneId"] == "Europe/Berlin"
    shown = podium("schedule", "list").out
    assert "nightly" in shown
    assert "0 0 3 * * * Europe/Berlin" in shown
    assert podium("schedule", "list", "--workflow", "another", "--json").json == []

    assert podium("schedule", "pause", "nightly", "--reason", "holidays").code == 0
    assert podium("schedule", "get", "nightly").json["pausedReason"] == "holidays"
    assert podium("schedule", "resume", "nightly").code == 0
    assert podium("schedule", "resume", "nightly").code == 3

    assert podium("schedule", "delete", "nightly", "--yes").code == 0
    assert podium("schedule", "get", "nightly").code == 3
    assert "no schedules" in podium("schedule", "list").out


def test_a_cron_expression_is_tried_out(podium, file):
    ran = podium("schedule", "next", "0 0 9 * * *", "--limit", "2", "--json")
    assert ran.json[1] - ran.json[0] == 24 * 3600 * 1000
    assert len(podium("schedule", "next", "0 0 9 * * *").out.splitlines()) == 5
    assert podium("schedule", "next", "every day").code == 1
    bad = file("bad.json", {**NIGHTLY, "cronExpression": "every day"})
    assert podium("schedule", "save", bad).code == 1


def test_nothing_has_been_started_yet(podium):
    assert "nothing has been started" in podium("schedule", "runs").out
