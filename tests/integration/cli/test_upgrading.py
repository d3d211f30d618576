"""podium workflow upgrade, and the operators' lists of tasks, against a running Podium."""

from __future__ import annotations

import time

SIMPLE = {"name": "held", "taskReferenceName": "held", "type": "SIMPLE"}
NOOP = {"name": "n", "taskReferenceName": "n", "type": "NOOP"}


def test_an_execution_goes_on_with_another_version(podium, file):
    both = [
        {"name": "growing", "version": 1, "tasks": [SIMPLE]},
        {"name": "growing", "version": 2, "tasks": [SIMPLE, NOOP]},
    ]
    assert podium("def", "register", file("both.json", both)).code == 0
    workflow_id = podium("workflow", "start", "growing", "--version", "1").out.strip()
    assert podium("workflow", "upgrade", workflow_id).code == 0
    podium("task", "update", "--workflow", workflow_id, "--ref", "held")
    execution = podium("workflow", "watch", workflow_id, "--json").json
    assert [task["referenceTaskName"] for task in execution["tasks"]] == ["held", "n"]
    assert podium("workflow", "upgrade", "no-such-id").code == 3


def test_open_tasks_of_a_type_are_listed_and_put_back(podium, file):
    path = file("one.json", {"name": "one", "tasks": [SIMPLE]})
    workflow_id = podium("workflow", "start", "--file", path).out.strip()
    until = time.monotonic() + 60
    while workflow_id not in (ran := podium("task", "open", "held")).out:
        assert time.monotonic() < until, ran
        time.sleep(0.05)
    assert podium("task", "requeue", "held", "--json").json["count"] >= 1
