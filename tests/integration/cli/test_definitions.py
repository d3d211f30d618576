"""podium def, taskdef and secret, against a running Podium."""

from __future__ import annotations

import json

import pytest

FORK = {
    "name": "fan/out",
    "description": "two at once",
    "version": 3,
    "tasks": [
        {
            "name": "f",
            "taskReferenceName": "f",
            "type": "FORK_JOIN",
            "forkTasks": [
                [{"name": "pack", "taskReferenceName": "a", "type": "SIMPLE"}],
                [{"name": "n", "taskReferenceName": "b", "type": "NOOP"}],
            ],
        },
        {"name": "j", "taskReferenceName": "j", "type": "JOIN", "joinOn": ["a", "b"]},
    ],
}


def small(name, version=1):
    task = {"name": "n", "taskReferenceName": "n", "type": "NOOP"}
    return {"name": name, "version": version, "tasks": [task]}


def test_definitions_are_registered_listed_shown_and_deleted(podium, file):
    ran = podium("def", "register", file("fork.json", FORK), "--json")
    assert ran.json == [{"name": "fan/out", "version": 3}]
    assert "fan/out" in podium("def", "list").out
    assert [row["version"] for row in podium("def", "list", "fan/out", "--json").json] == [3]
    assert podium("def", "get", "fan/out").json["description"] == "two at once"

    tree = podium("def", "get", "fan/out", "--version", "3", "--tree").out
    for line in (
        "fan/out v3  two at once",
        "f  FORK_JOIN",
        "branch 1",
        "a  SIMPLE pack",
        "j  JOIN",
    ):
        assert line in tree

    assert podium("def", "delete", "fan/out", "3", "--yes").code == 0
    assert podium("def", "get", "fan/out").code == 3


def test_an_array_of_definitions_is_registered_and_none_twice(podium, file):
    several = file("several.json", [small("s", 1), small("s", 2)])
    assert podium("workflow", "register", several).out == "registered s v1\nregistered s v2\n"
    ran = podium("def", "register", several)
    assert (ran.code, "already exists" in ran.err) == (1, True)
    assert podium("def", "register", several, "--overwrite").code == 0


def test_what_the_server_finds_wrong_is_told_line_by_line(podium, file):
    ran = podium("def", "register", file("bad.json", {"name": "bad", "tasks": []}))
    assert ran.code == 1
    assert "  registerWorkflowDef.arg0.tasks: WorkflowTask list cannot be empty" in ran.err


def test_deleting_asks_first(podium, file):
    podium("def", "register", file("d.json", small("kept")), "--overwrite")
    assert podium("def", "delete", "kept", "1", stdin="n\n").code == 1
    assert podium("def", "get", "kept").code == 0
    assert podium("def", "delete", "kept", "1", stdin="y\n").code == 0


@pytest.mark.parametrize("text", ["[]", "7", '["x"]'])
def test_a_file_without_a_definition_is_exit_code_2(podium, file, text):
    assert podium("def", "register", file("odd.json", text)).code == 2


def test_task_definitions(podium, file):
    path = file("tasks.json", [{"name": "pack", "retryCount": 7}, {"name": "ship"}])
    assert podium("taskdef", "validate", path).code == 0
    assert podium("taskdef", "register", path).out == "registered pack\nregistered ship\n"
    assert "pack" in podium("taskdef", "list").out
    assert podium("taskdef", "get", "pack").json["retryCount"] == 7
    assert podium("taskdef", "delete", "pack", "-y").code == 0
    assert podium("taskdef", "get", "pack").code == 3

    bad = file("bad.json", {"name": "x", "retryCount": -1, "timeoutSeconds": 5})
    ran = podium("taskdef", "validate", bad, "--json")
    assert (ran.code, [each["path"] for each in ran.json]) == (1, ["$", "$.retryCount"])


def test_definitions_are_exported(podium, file, tmp_path):
    podium(
        "def",
        "register",
        file("e.json", [small("e", 1), small("e", 2), small("other")]),
        "--overwrite",
    )
    podium("taskdef", "register", file("t.json", {"name": "pack"}))
    found = podium("def", "export", "e").json
    assert [(each["name"], each["version"]) for each in found] == [("e", 1), ("e", 2)]
    assert len(podium("def", "export", "e", "--latest").json) == 1
    assert podium("def", "export", "nothing").code == 3

    assert podium("def", "export", "e", "--to", str(tmp_path / "out")).code == 0
    written = json.loads((tmp_path / "out/workflows/e.2.json").read_text())
    assert (written["name"], "createTime" in written) == ("e", False)
    assert json.loads((tmp_path / "out/tasks/pack.json").read_text())["name"] == "pack"
    # What was written can be registered again.
    assert podium("def", "validate", str(tmp_path / "out/workflows/e.2.json")).code == 0
    assert podium("def", "export", "--to", "/proc/nowhere").code == 2


def test_secrets(podium):
    assert podium("secret", "set", "pay-key", stdin="s3cret\n").code == 0
    assert podium("secret", "list").out.splitlines() == ["pay-key"]
    assert podium("secret", "get", "pay-key").out == "s3cret\n"
    assert podium("secret", "get", "pay-key", "--json").json == {
        "name": "pay-key",
        "value": "s3cret",
    }
    assert podium("secret", "delete", "pay-key", "--yes").code == 0
    assert podium("secret", "get", "pay-key").code == 3
    assert podium("secret", "env", "--json").json == []
