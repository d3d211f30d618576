"""Conductor's JavaScript SDK against ``podium up``: one story in one Node process, told in ``story.mjs``."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.parity.conftest import Server

HERE = Path(__file__).parent / "javascript"


@pytest.fixture(scope="module")
def story(server: Server) -> Any:
    """What each step found."""
    assert (HERE / "node_modules").is_dir(), "make setup fetches the JavaScript SDK"
    own = {name: value for name, value in os.environ.items() if not name.startswith("CONDUCTOR_")}
    done = subprocess.run(
        ["node", "story.mjs", server.url],
        cwd=HERE,
        env=own,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    # The SDK itself writes lines of its own where CI is set.
    return json.loads(done.stdout.rstrip("\n").rpartition("\n")[2])


EXPECTED: dict[str, Any] = {
    "register": {"tasks": [["SIMPLE", "greet"], ["SIMPLE", "flaky"]], "retryCount": 2},
    "registerTwice": {
        "error": "Failed to register workflow definition: Workflow with js_work.1 already exists!",
        "status": None,
    },
    "work": {
        "first": {
            "status": "COMPLETED",
            "output": {"of": "hello wörld"},
            "tasks": [
                ["greet", "COMPLETED", {"message": "hello wörld"}],
                ["flaky", "FAILED", {}],
                ["flaky", "COMPLETED", {"of": "hello wörld"}],
            ],
        },
        "second": {"of": "hello moon"},
        "reason": "not yet",
        "logs": ["größe"],
    },
    # The SDK itself wraps what it sends by reference name: {"taskOutput": ...}, but for one method.
    "complete": {
        "status": "COMPLETED",
        "output": {"taskOutput": {"n": 3}},
        "tasks": [
            ["one", "COMPLETED", {"n": 1}],
            ["two", "COMPLETED", {"n": 2}],
            ["three", "COMPLETED", {"taskOutput": {"n": 3}}],
        ],
        "priority": 3,
        "correlationId": "js c",
    },
    "control": {
        "seen": ["PAUSED", "RUNNING", "TERMINATED", "RUNNING", "RUNNING"],
        "skipped": {"skipped": True},
        "input": {"b": 2},
    },
    "unknown": {
        "error": "Failed to get workflow: No such workflow found by id: no-such-workflow",
        "status": None,
    },
    "execute": {"type": "BLOCKING_TASK", "ref": "first", "requestId": "r-1"},
    "signal": {
        "type": "BLOCKING_TASK",
        "ref": "second",
        "end": {
            "status": "COMPLETED",
            "output": {"taskOutput": {"by": "bob"}},
            "tasks": [
                ["first", "COMPLETED", {"taskOutput": {"by": "ann"}}],
                ["second", "COMPLETED", {"taskOutput": {"by": "bob"}}],
            ],
        },
    },
    "state": {"changed": {"colour": "blue"}, "variables": {"colour": "blue", "n": 1}},
    # The SDK sends the value as JSON; the body is kept as it is, as the peer keeps it.
    "secrets": {"value": '"top secret"', "exists": True, "listed": True, "left": False},
    "test": {
        "status": "COMPLETED",
        "output": {"of": "three"},
        "tasks": [[ref, "COMPLETED", {"of": ref}] for ref in ("one", "two", "three")],
    },
    "search": {
        "total": 2,
        "types": [
            ["js_work", "COMPLETED", "js wörld"],
            ["js_work", "COMPLETED", "js moon"],
        ],
    },
    "correlated": {"js moon": ["COMPLETED"], "js nobody": []},
    "schedule": {
        "cron": "0 0 8 * * MON-FRI",
        "zone": "Europe/Berlin",
        "starts": "js_work",
        "paused": [True, "holidays"],
        "resumed": False,
        "listed": ["js every morning"],
        "left": 0,
    },
    # Noon of the next three New Year's Days after June 2027, UTC.
    "nextFew": [1830340800000, 1861963200000, 1893499200000],
    "firing": {
        "scheduleName": "js each second",
        "workflowName": "js_complete",
        "state": "EXECUTED",
        "by": "clock",
        "name": "js each second",
    },
}


@pytest.mark.parametrize("step", sorted(EXPECTED))
def test_a_step_of_the_story_goes_as_it_should(story: Any, step: str) -> None:
    assert story[step] == EXPECTED[step]


def test_the_story_has_no_other_steps(story: Any) -> None:
    assert story.keys() == EXPECTED.keys()


def test_the_lock_names_no_registry_and_every_package_has_its_hash() -> None:
    """Which registry serves them is a matter of each machine."""
    lock = json.loads((HERE / "package-lock.json").read_text())
    packages = {name: found for name, found in lock["packages"].items() if name}
    assert packages
    assert all("resolved" not in found and found["integrity"] for found in packages.values())
