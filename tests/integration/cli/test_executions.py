"""podium workflow, against a running Podium."""

from __future__ import annotations

import pytest

SIMPLE = {"name": "pack", "taskReferenceName": "pack", "type": "SIMPLE"}
NOOP = {"name": "n", "taskReferenceName": "n", "type": "NOOP"}
WAIT = {"name": "w", "taskReferenceName": "w", "type": "WAIT"}
FAIL = {
    "name": "stop",
    "taskReferenceName": "stop",
    "type": "TERMINATE",
    "inputParameters": {"terminationStatus": "FAILED", "terminationReason": "no stock"},
}


def definition(name, *tasks, **rest):
    return {"name": name, "version": 1, "schemaVersion": 2, "tasks": list(tasks), **rest}


@pytest.fixture
def register(podium, file):
    def register(name, *tasks, **rest):
        path = file(f"{name}.json", definition(name, *tasks, **rest))
        assert podium("def", "register", path, "--overwrite").code == 0
        return name

    return register


@pytest.fixture
def started(podium, register):
    """Id of an execution of these tasks."""

    def start(name, *tasks, **rest):
        return podium("workflow", "start", register(name, *tasks, **rest)).out.strip()

    return start


def test_a_start_prints_the_id_and_the_tree_shows_what_it_did(podium, register):
    register("order", SIMPLE, NOOP, outputParameters={"who": "${workflow.input.who}"})

    ran = podium("workflow", "start", "order", "-s", "who=me", "-s", "n=3", "-i", '{"n": 1}')
    workflow_id = ran.out.strip()
    assert ran.code == 0
    assert podium("workflow", "get", workflow_id, "--json").json["input"] == {"who": "me", "n": 3}

    shown = podium("workflow", "get", workflow_id)
    assert "order v1  RUNNING" in shown.out
    assert "pack  SCHEDULED" in shown.out
    assert workflow_id in shown.out
    assert podium("workflow", "status", workflow_id).out == "RUNNING\n"


def test_why_names_what_is_waited_for(podium, started):
    workflow_id = started("order", SIMPLE)
    shown = podium("why", workflow_id)
    assert "WORKER_QUEUE  pack waits for a worker in queue pack" in shown.out
    (cause,) = podium("workflow", "why", workflow_id, "--json").json["causes"]
    assert (cause["kind"], cause["taskType"]) == ("WORKER_QUEUE", "pack")
    assert podium("why", "nobody").code == 3


def test_the_id_of_a_start_comes_as_json_if_wanted(podium, register):
    ran = podium("workflow", "start", register("order", NOOP), "--json")
    assert list(ran.json) == ["workflowId"]


def test_input_comes_from_a_file_or_from_stdin(podium, register, file):
    register("order", SIMPLE)
    for arguments, stdin in (
        (["-i", "@" + file("in.json", {"a": 1})], ""),
        (["-i", "-"], '{"a": 1}'),
    ):
        ran = podium("workflow", "start", "order", *arguments, stdin=stdin)
        assert podium("workflow", "get", ran.out.strip(), "--json").json["input"] == {"a": 1}


def test_a_definition_in_a_file_runs_unregistered(podium, file):
    path = file("loose.json", definition("loose", NOOP))
    ran = podium("workflow", "start", "--file", path, "--watch")
    assert ran.code == 0
    assert "loose v1  COMPLETED" in ran.out


def test_watch_tells_each_change_and_exits_by_the_end(podium, register):
    register("order", NOOP)
    ran = podium("workflow", "start", "order", "--watch")
    assert (ran.code, "n  COMPLETED  NOOP" in ran.err) == (0, True)
    assert "order v1  COMPLETED" in ran.out

    register("broken", NOOP, FAIL)
    ran = podium("workflow", "start", "broken", "--watch", "--json")
    assert ran.code == 4
    assert ran.json["status"] == "FAILED"
    assert "is FAILED: no stock" in ran.err
    assert f"podium workflow retry {ran.json['workflowId']}" in ran.err


def test_execute_waits_and_tells_how_it_stands(podium, register):
    ran = podium("workflow", "execute", register("order", NOOP))
    assert (ran.code, "COMPLETED" in ran.out) == (0, True)
    assert podium("workflow", "execute", register("broken", FAIL)).code == 4

    ran = podium("workflow", "execute", register("waiting", WAIT), "--json")
    assert (ran.code, ran.json["targetWorkflowStatus"]) == (0, "RUNNING")
    blocked = podium("workflow", "execute", "waiting", "--return", "BLOCKING_TASK")
    assert "w  IN_PROGRESS  WAIT" in blocked.out


def test_a_signal_completes_the_wait(podium, started):
    workflow_id = started("waiting", WAIT)
    ran = podium("workflow", "signal", workflow_id, "-s", "ok=true", "--sync")
    assert (ran.code, "COMPLETED" in ran.out) == (0, True)
    task = podium("workflow", "get", workflow_id, "--json").json["tasks"][0]
    assert task["outputData"]["ok"] is True

    workflow_id = started("waiting", WAIT)
    assert podium("workflow", "signal", workflow_id, "--status", "FAILED").code == 0
    assert podium("workflow", "watch", workflow_id).code == 4


def test_pause_and_resume_and_terminate(podium, started):
    workflow_id = started("order", SIMPLE)
    for command, status in (
        ("pause", "PAUSED"),
        ("resume", "RUNNING"),
        ("terminate", "TERMINATED"),
    ):
        ran = podium("workflow", command, workflow_id)
        assert (ran.code, ran.err) == (0, "")
        assert podium("workflow", "status", workflow_id, "--json").json["status"] == status


def test_what_has_ended_is_restarted_retried_and_rerun(podium, started):
    workflow_id = started("order", SIMPLE)
    for again in (["restart"], ["retry"], ["retry", "--resume-children"], ["rerun"]):
        podium("workflow", "terminate", workflow_id, "--reason", "for the test")
        command, *options = again
        ran = podium("workflow", command, workflow_id, *options)
        assert ran.code == 0, ran.err
        assert podium("workflow", "status", workflow_id).out == "RUNNING\n"


def test_rerun_from_a_task_with_another_input(podium, started):
    workflow_id = started("order", NOOP, SIMPLE)
    podium("workflow", "terminate", workflow_id)
    task_id = podium("workflow", "get", workflow_id, "--json").json["tasks"][1]["taskId"]
    ran = podium(
        "workflow",
        "rerun",
        workflow_id,
        "--from-task",
        task_id,
        "--task-input",
        '{"again": 1}',
        "--json",
    )
    assert ran.json == {"workflowId": workflow_id}
    assert podium("workflow", "get", workflow_id, "--json").json["tasks"][1]["inputData"] == {
        "again": 1
    }


def test_skip_and_jump(podium, started):
    second = {"name": "ship", "taskReferenceName": "ship", "type": "SIMPLE"}
    third = {"name": "bill", "taskReferenceName": "bill", "type": "SIMPLE"}
    workflow_id = started("order", SIMPLE, second, third)
    assert podium("workflow", "skip", workflow_id, "ship", "-o", '{"x": 1}').code == 0
    assert podium("workflow", "jump", workflow_id, "bill").code == 0
    assert "bill  SCHEDULED" in podium("workflow", "get", workflow_id).out


def test_variables_and_messages(podium, started):
    workflow_id = started("order", SIMPLE)
    ran = podium("workflow", "variables", workflow_id, "-s", "colour=red", "--json")
    assert ran.json["variables"] == {"colour": "red"}
    sent = podium("workflow", "message", workflow_id, "-s", "a=1", "--json")
    assert sent.json["workflowId"] == workflow_id


def test_decide_and_reset_callbacks(podium, started):
    workflow_id = started("order", SIMPLE)
    assert podium("workflow", "decide", workflow_id).code == 0
    assert podium("workflow", "reset-callbacks", workflow_id).code == 0


def test_tasks_come_page_by_page(podium, started):
    workflow_id = started("order", *({**NOOP, "taskReferenceName": f"n{i}"} for i in range(5)))
    ran = podium("workflow", "tasks", workflow_id, "--start", "1", "--size", "2")
    assert [line.split()[0] for line in ran.out.splitlines()] == ["TASK", "n1", "n2", "2-3"]
    assert "no tasks" in podium("workflow", "tasks", workflow_id, "--status", "FAILED").out


def test_a_removed_execution_is_gone(podium, started):
    workflow_id = started("order", NOOP)
    assert podium("workflow", "remove", workflow_id, "--no-archive").code == 0
    ran = podium("workflow", "get", workflow_id)
    assert (ran.code, ran.out) == (3, "")
    assert workflow_id in ran.err


# Errors.


def test_unknown_names_and_ids_are_exit_code_3(podium):
    ran = podium("workflow", "start", "nothing")
    assert (ran.code, ran.out) == (3, "")
    assert "name=nothing" in ran.err
    assert podium("workflow", "get", "no-such-id").code == 3


def test_what_the_server_refuses_is_exit_code_1_with_its_words(podium, started):
    workflow_id = started("order", NOOP)
    ran = podium("workflow", "pause", workflow_id)
    assert ran.code == 1
    assert workflow_id in ran.err
    assert podium("workflow", "start", "order", "--priority", "100").code == 1


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["workflow", "start"], "either the NAME"),
        (["workflow", "start", "order", "-i", "{"], "--input:1:2: this is not JSON"),
        (["workflow", "start", "order", "-i", "[1]"], "--input must be a JSON object"),
        (["workflow", "start", "order", "-s", "novalue"], "is not KEY=VALUE"),
        (["workflow", "start", "order", "-i", "@/no/such/file"], "cannot read /no/such/file"),
        (["workflow", "start", "order", "--server", "ftp://x"], "is not the URL of a server"),
        (["workflow", "get"], "Missing argument 'ID'"),
        (["workflow", "fly"], "No such command 'fly'"),
    ],
)
def test_what_cannot_be_meant_is_exit_code_2(podium, arguments, words):
    ran = podium(*arguments)
    assert (ran.code, ran.out) == (2, "")
    assert words in ran.err


def test_no_server_is_exit_code_5_and_says_what_to_do(podium):
    ran = podium("workflow", "get", "x", "--server", "http://127.0.0.1:9/api")
    assert ran.code == 5
    assert "no server answers at http://127.0.0.1:9/api (Connection refused)" in ran.err
    assert "podium up" in ran.err


# Several at once.


def test_several_ids_go_in_bulk_and_each_refusal_is_told(podium, started):
    ids = [started("order", SIMPLE) for _ in range(2)]
    ran = podium("workflow", "pause", *ids)
    assert (ran.code, ran.out) == (0, f"{ids[0]} paused\n{ids[1]} paused\n")
    assert podium("workflow", "resume", *ids).code == 0

    ran = podium("workflow", "terminate", *ids, "no-such-id", "--reason", "all of them")
    assert (ran.code, len(ran.out.splitlines())) == (1, 2)
    assert "1 of 3 were not terminated" in ran.err
    assert "no-such-id: " in ran.err

    for command in ("retry", "restart"):
        ran = podium("workflow", command, *ids, "--json")
        assert sorted(ran.json["bulkSuccessfulResults"]) == sorted(ids)
        podium("workflow", "terminate", *ids)
    assert podium("workflow", "remove", *ids, "--no-archive").code == 0
    assert podium("workflow", "get", ids[0]).code == 3


def test_what_runs_is_terminated_and_removed_at_once(podium, started):
    ids = [started("order", SIMPLE) for _ in range(2)]
    assert podium("workflow", "remove", *ids, "--terminate", "--no-archive").code == 0
    assert podium("workflow", "get", ids[1]).code == 3
