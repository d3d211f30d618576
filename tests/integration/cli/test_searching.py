"""podium workflow search, running and correlated, and podium task search, against a running Podium."""

from __future__ import annotations

import time

import pytest

SIMPLE = {"name": "pack", "taskReferenceName": "pack", "type": "SIMPLE"}
NOOP = {"name": "n", "taskReferenceName": "n", "type": "NOOP"}
#: Searches see an execution when its stream record has been read: within this many seconds on any machine.
SOON = 60


def eventually(run, is_so):
    """What ``run`` gives once it ``is_so``."""
    until = time.monotonic() + SOON
    while not is_so(ran := run()):
        assert time.monotonic() < until, ran
        time.sleep(0.05)
    return ran


@pytest.fixture
def started(podium, file):
    def start(name, *tasks, **options):
        path = file(f"{name}.json", {"name": name, "version": 1, "tasks": list(tasks)})
        assert podium("def", "register", path, "--overwrite").code == 0
        given = [text for key, value in options.items() for text in (f"--{key}", value)]
        return podium("workflow", "start", name, *given).out.strip()

    return start


def test_executions_are_found_by_a_query(podium, started):
    ids = {started("found", SIMPLE) for _ in range(3)}
    started("other", NOOP)
    query = "workflowType = 'found' AND status = 'RUNNING'"
    ran = eventually(
        lambda: podium("workflow", "search", query, "--json"),
        lambda ran: ran.code == 0 and ran.json["totalHits"] == 3,
    )
    assert {row["workflowId"] for row in ran.json["results"]} == ids

    shown = podium("workflow", "search", query, "--size", "2", "--sort", "startTime:ASC").out
    assert shown.splitlines()[0].split()[:3] == ["ID", "WORKFLOW", "STATUS"]
    assert shown.splitlines()[-1] == "1-2 of 3"
    assert "no executions" in podium("workflow", "search", "workflowType = 'nothing'").out


def test_a_query_that_cannot_be_read_is_exit_code_1_with_the_place(podium):
    ran = podium("workflow", "search", "workflowType = = 'x'")
    assert ran.code == 1
    assert ran.err


def test_running_and_correlated_executions(podium, started):
    workflow_id = started("busy", SIMPLE, **{"correlation-id": "c-1"})
    ran = eventually(lambda: podium("workflow", "running", "busy"), lambda ran: ran.out)
    assert ran.out == f"{workflow_id}\n"
    ran = eventually(
        lambda: podium("workflow", "correlated", "busy", "c-1", "--json"), lambda ran: ran.json
    )
    assert ran.json[0]["workflowId"] == workflow_id
    assert workflow_id in podium("workflow", "correlated", "busy", "c-1", "--closed").out


def test_tasks_are_found(podium, started):
    workflow_id = started("tasked", {**SIMPLE, "name": "rare"})
    ran = eventually(
        lambda: podium("task", "search", "taskType = 'rare'", "--json"),
        lambda ran: ran.code == 0 and ran.json["results"],
    )
    assert ran.json["results"][0]["workflowId"] == workflow_id
    assert workflow_id in podium("task", "search", "taskType = 'rare'").out
    ran = podium("workflow", "search", "taskType = 'rare'", "--by-tasks", "--json")
    assert ran.json["results"][0]["workflowId"] == workflow_id
