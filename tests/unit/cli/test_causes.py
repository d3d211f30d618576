"""Why an execution waits, as a tree."""

from __future__ import annotations

from rich.console import Console

from podium_cli.showing.causes import why_tree


def drawn(*causes):
    console = Console(width=200)
    answer = {
        "workflowName": "order",
        "workflowVersion": 1,
        "workflowId": "w-1",
        "status": "RUNNING",
        "causes": list(causes),
    }
    with console.capture() as capture:
        console.print(why_tree(answer))
    return [line.strip("│├└─ ") for line in capture.get().splitlines()]


def test_each_cause_is_a_line_with_its_tasks_below():
    task = {"referenceTaskName": "pay", "taskId": "w-1.1.pay", "workerId": "w7", "since": 0}
    shown = drawn({"kind": "WORKER", "summary": "pay is with w7", "count": 3, "tasks": [task]})
    assert shown[0] == "order v1  RUNNING  w-1"
    assert shown[1] == "WORKER  pay is with w7"
    assert "with w7" in shown[2]
    assert shown[3] == "and 2 more"


def test_causes_of_children_hang_below_them_with_what_to_do():
    resume = {"kind": "RESUME", "summary": "it is paused", "action": "PUT /resume"}
    child = {"kind": "CHILD_WORKFLOW", "summary": "c waits", "causes": [resume]}
    assert drawn(child)[1:] == [
        "CHILD_WORKFLOW  c waits",
        "RESUME  it is paused",
        "to go on: PUT /resume",
    ]


def test_holders_of_a_limit_are_named():
    holders = [{"workflowId": "w-2", "since": 0}, {"workflowId": "w-3", "taskId": "t", "since": 0}]
    shown = drawn({"kind": "TASK_LIMIT", "summary": "full", "holders": holders})
    assert [line.split()[2] for line in shown[2:]] == ["w-2", "t"]


def test_what_has_ended_waits_for_nothing():
    assert drawn()[1] == "it has ended and waits for nothing"
