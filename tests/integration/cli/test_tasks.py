"""podium task: a worker's part by hand, against a running Podium."""

from __future__ import annotations

import pytest


@pytest.fixture
def started(podium, file):
    """Id of an execution of one task of this type."""

    def start(task_type):
        task = {"name": task_type, "taskReferenceName": "t", "type": "SIMPLE"}
        path = file("w.json", {"name": "one", "tasks": [task]})
        return podium("workflow", "start", "--file", path, "-s", "a=1").out.strip()

    return start


def test_a_task_is_polled_and_reported(podium, started):
    workflow_id = started("pack")
    assert "pack" in podium("task", "queues").out
    # A message may be there twice: the request and the stream carry out the same creation.
    assert podium("task", "queues", "pack", "--json").json["pack"] in {1, 2}

    [task] = podium("task", "poll", "pack", "--worker", "me", "--json").json
    assert (task["workflowInstanceId"], task["workerId"]) == (workflow_id, "me")
    assert "nothing to do" in podium("task", "poll", "pack", "--timeout", "0").out

    ran = podium("task", "update", task["taskId"], "-o", '{"x": 1}', "-s", "y=2")
    assert (ran.code, ran.out) == (0, f"{task['taskId']} COMPLETED\n")
    assert podium("task", "get", task["taskId"]).json["outputData"] == {"x": 1, "y": 2}
    assert podium("workflow", "status", workflow_id).out == "COMPLETED\n"
    assert "me" in podium("task", "pollers", "pack").out
    assert "pack" in podium("task", "pollers").out


def test_a_polled_task_is_shown_to_a_person(podium, started):
    workflow_id = started("show")
    out = podium("task", "poll", "show").out
    assert workflow_id in out


def test_a_task_fails_with_a_reason(podium, started):
    workflow_id = started("fail")
    [task] = podium("task", "poll", "fail", "--json").json
    ran = podium(
        *("task", "update", task["taskId"], "--status", "FAILED_WITH_TERMINAL_ERROR"),
        *("--reason", "out of boxes"),
    )
    assert ran.code == 0
    ran = podium("workflow", "watch", workflow_id)
    assert (ran.code, "out of boxes" in ran.err) == (4, True)


def test_a_task_is_reported_by_its_reference_name(podium, started):
    workflow_id = started("named")
    assert podium("task", "update", "--workflow", workflow_id, "--ref", "t").code == 0
    assert podium("workflow", "status", workflow_id).out == "COMPLETED\n"
    assert podium("task", "update", "--workflow", workflow_id, "--ref", "t").code == 2
    assert podium("task", "update", "--ref", "t").code == 2
    assert podium("task", "update", "no-such-task").code == 3


def test_a_task_has_a_log(podium, started):
    started("logged")
    [task] = podium("task", "poll", "logged", "--json").json
    assert podium("task", "log", task["taskId"]).out == ""
    assert podium("task", "log", task["taskId"], "half way").code == 0
    assert "half way" in podium("task", "log", task["taskId"]).out
    assert podium("task", "log", task["taskId"], "--json").json[0]["log"] == "half way"


def test_what_is_printed_is_no_markup(podium, started):
    """Square brackets in what is printed are text, whatever rich makes of them elsewhere."""
    started("plain")
    [task] = podium("task", "poll", "plain", "--json").json
    podium("task", "log", task["taskId"], "[red]not red[/red] :smile:")
    assert "[red]not red[/red] :smile:" in podium("task", "log", task["taskId"]).out
