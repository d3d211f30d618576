"""The podium command, as somebody types it."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

import httpx
import pytest

from podium import VERSION
from podium_cli import main


@pytest.fixture
def environment(tmp_path):
    return os.environ | {"XDG_RUNTIME_DIR": str(tmp_path)}


def podium(environment, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "podium_cli", *arguments],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@contextmanager
def up(environment, *arguments: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A running ``podium up`` and what it said up to the end of its greeting."""
    command = [sys.executable, "-m", "podium_cli", "up", "--port=0", "--aws-port=0"]
    with subprocess.Popen(
        [*command, *arguments], env=environment, stdout=subprocess.PIPE, text=True
    ) as process:
        # Its output ends with it, so that nobody waits for more for ever.
        watchdog = threading.Timer(60, process.kill)
        watchdog.start()
        try:
            assert process.stdout is not None
            yield process, read_until(process.stdout, "Ctrl-C stops it.")
        finally:
            watchdog.cancel()
            process.kill()


def read_until(output: IO[str], text: str) -> str:
    seen = ""
    for line in output:
        seen += line
        if text in line:
            return seen
    pytest.fail(f"it ended without saying {text!r}:\n{seen}")


def test_up_says_where_everything_is_and_down_stops_it(environment):
    with up(environment, "--verbose") as (process, greeting):
        url = re.findall(r"CONDUCTOR_SERVER_URL=(\S+)", greeting)[0]
        assert "lives in memory" in greeting
        assert re.search(r"AWS_ENDPOINT_URL=http://127\.0\.0\.1:\d+ ", greeting)
        assert httpx.get(f"{url}/version").status_code == 200

        shown = podium(environment, "status")
        assert (shown.returncode, url in shown.stdout) == (0, True)

        # --verbose tells what happens in workflows.
        definition = {"name": "quick", "version": 1, "ownerEmail": "a@example.com", "tasks": []}
        task = {"name": "n", "taskReferenceName": "n", "type": "NOOP"}
        httpx.post(f"{url}/metadata/workflow", json=definition | {"tasks": [task]})
        httpx.post(f"{url}/workflow/quick", json={})
        assert process.stdout is not None
        told = read_until(process.stdout, "workflow quick v1")
        assert "workflow quick v1 started and completed" in told

        stopped = podium(environment, "down")
        assert (stopped.returncode, "stopped" in stopped.stdout) == (0, True)
        assert process.wait(20) == 0
    assert podium(environment, "status").returncode == 1


def test_ctrl_c_stops_it(environment):
    with up(environment) as (process, _):
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 0


def test_a_busy_port_is_a_clear_error(environment):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        result = podium(environment, "up", "--port", port, "--aws-port", "0")
    assert result.returncode == 1
    assert f"port {port}, wanted for the API, is in use" in result.stdout
    assert "Traceback" not in result.stdout + result.stderr


def test_down_has_nothing_to_stop_where_nothing_runs(environment):
    result = podium(environment, "down")
    assert (result.returncode, result.stdout) == (1, "podium is not running\n")


def test_the_version_is_told(environment):
    assert podium(environment, "--version").stdout == f"podium {VERSION}\n"


@pytest.mark.parametrize(("missing", "extra"), [("typer", "cli"), ("moto", "local")])
def test_a_missing_extra_is_named(missing, extra, monkeypatch, capsys):
    kept = {"podium_cli.main", "podium_local", "podium_cli"}
    for name in [name for name in sys.modules if name.startswith(("podium_local.", "podium_cli."))]:
        if name not in kept:
            monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, missing, None)
    with pytest.raises(SystemExit) as exited:
        main.main(["up"])
    assert exited.value.code == 1
    assert f'pip install "podium[{extra}]"' in capsys.readouterr().err
