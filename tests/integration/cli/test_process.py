"""The command as a process of its own: signals, pipes, terminals, shells."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

WAIT = {"name": "w", "taskReferenceName": "w", "type": "WAIT"}
NOOP = {"name": "n", "taskReferenceName": "n", "type": "NOOP"}


@contextmanager
def running(*arguments: str, **environment: str) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        [sys.executable, "-m", "podium_cli", *arguments],
        env=os.environ | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


@pytest.fixture
def waiting(podium, file):
    """Id of an execution that goes on until somebody ends it."""
    path = file("waiting.json", {"name": "waiting", "tasks": [WAIT]})
    return podium("workflow", "start", "--file", path).out.strip()


@pytest.fixture
def interruptible() -> Iterator[None]:
    """Tests that run in the background of a shell ignore Ctrl-C, and so would what they start."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("interruptible")
def test_ctrl_c_ends_a_watch_cleanly(url, waiting):
    with running("workflow", "watch", waiting, "--server", url) as process:
        assert process.stderr is not None
        assert "w  IN_PROGRESS" in process.stderr.readline()
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 130
        assert process.stderr.read() == ""


def test_a_reader_that_goes_away_is_no_error(url, podium, file):
    tasks = [{**NOOP, "taskReferenceName": f"n{index}"} for index in range(400)]
    path = file("long.json", {"name": "long", "tasks": tasks})
    assert podium("def", "register", path).code == 0
    for arguments in (("def", "get", "long"), ("def", "get", "long", "--tree")):
        with running(*arguments, "--server", url, PYTHONUNBUFFERED="1") as process:
            assert process.stdout is not None
            assert process.stderr is not None
            process.stdout.readline()
            process.stdout.close()
            process.wait(60)
            assert process.stderr.read() == ""


def test_what_a_terminal_has_no_letters_for_is_shown_all_the_same(url, podium, file):
    path = file("name.json", {"name": "größe", "tasks": [NOOP]})
    assert podium("def", "register", path).code == 0
    with running(
        "def", "get", "größe", "--tree", "--server", url, PYTHONIOENCODING="ascii"
    ) as process:
        out, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (0, "")
    assert "gr\\xf6\\xdfe v1" in out


def test_a_shell_completes_commands(tmp_path):
    words = {
        "_PODIUM_COMPLETE": "complete_bash",
        "COMP_WORDS": "podium workflow st",
        "COMP_CWORD": "2",
    }
    with running(**words) as process:
        out, _ = process.communicate(timeout=60)
    assert out.split() == ["start", "status"]


def test_on_a_terminal_a_watch_is_a_living_tree_in_colours(podium, file, monkeypatch):
    monkeypatch.setenv("FORCE_COLOR", "1")
    path = file("quick.json", {"name": "quick", "tasks": [NOOP]})
    ran = podium("workflow", "start", "--file", path, "--watch")
    assert (ran.code, ran.err) == (0, "")
    assert "\x1b[32mCOMPLETED" in ran.out


def test_without_a_terminal_nothing_is_coloured_nor_cut_off(podium, waiting, monkeypatch):
    monkeypatch.setenv("COLUMNS", "20")
    out = podium("workflow", "tasks", waiting).out
    assert "\x1b" not in out
    [_, row] = out.splitlines()
    assert f"{waiting}.1.w" in row
