"""``podium up`` as a process of its own, on free ports, for the tests of the official client."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeVar

import pytest

from tests.parity.sdk import Sdk

T = TypeVar("T")
#: Seconds that anything may take on a busy machine.
PATIENCE = 60.0


@dataclass(frozen=True)
class Server:
    """Where it listens, and the environment that workers of it need."""

    url: str
    environment: dict[str, str]


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A running installation; ended by its process id."""
    environment = os.environ | {"XDG_RUNTIME_DIR": str(tmp_path_factory.mktemp("run"))}
    command = [sys.executable, "-m", "podium_cli", "up", "--port=0", "--aws-port=0"]
    process = subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    try:
        assert process.stdout is not None
        said = ""
        while "Ctrl-C" not in said:
            line = process.stdout.readline()
            assert line, f"podium up ended:\n{said}"
            said += line
        exported = dict(re.findall(r"(\w+)=(\S+)", said))
        yield Server(exported["CONDUCTOR_SERVER_URL"], exported)
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
        if process.stdout is not None:
            process.stdout.close()


def eventually(look: Callable[[], T | None], within: float = PATIENCE) -> T:
    """What ``look`` finds as soon as it finds something; fails when the time is up."""
    deadline = time.monotonic() + within
    while True:
        found = look()
        if found:
            return found
        if time.monotonic() > deadline:
            pytest.fail(f"not within {within} s")
        time.sleep(0.1)


@pytest.fixture
def plain_sdk(server: Server) -> Sdk:
    """Conductor's Python SDK on the running server."""
    return Sdk(server.url)


@pytest.fixture
def sdk(plain_sdk: Sdk, request: pytest.FixtureRequest) -> Iterator[Sdk]:
    """The same; the test calls what its ``@calls`` says."""
    yield plain_sdk
    missing = request.function.calls - plain_sdk.called
    assert not missing, f"said and not called: {missing}"
