"""The genuine server: obtained once, checked, started for a recording, ended by its process id.

It is the published artefact, unchanged. Its settings are chosen to make it quick, not different: it
looks at each workflow every second instead of every 30 (the sweep that notices timeouts), and puts a
task that is over its limit back for one second instead of 60. Nothing else of the engine is set, but
for features that are off by default and that scenarios are about (the workflow message queue).
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import socket
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import urllib3

VERSION = "3.32.1"
COORDINATE = f"org.conductoross:conductor-server:{VERSION}:jar:boot"
SHA256 = "f3699a34bb72c35c10469a063392e5de4900bc4568c8a4357a711186d6269d3f"
_FILE = f"conductor-server-{VERSION}-boot.jar"
_PATH = f"org/conductoross/conductor-server/{VERSION}/{_FILE}"
_CENTRAL = "https://repo.maven.apache.org/maven2"
#: Another base for the download, where Maven Central is reached through a mirror and there is no mvn.
_REPOSITORY = "PODIUM_MAVEN_REPOSITORY"
OLDEST_JAVA = 21
_PATIENCE = 300.0

#: Secrets and environment values of workflows that scenarios may use, on both servers.
SECRETS = {
    "PARITY_TOKEN": "s3cret-value",
    "PARITY_JSON": '{"user": "ada", "deep": {"pin": "1234"}}',
}
ENVIRONMENT = {"PARITY_REGION": "north", "PARITY_MAP": '{"zone": "n1"}'}

_SETTINGS = {
    "server.address": "127.0.0.1",
    "conductor.integrations.ai.enabled": "false",
    "conductor.scheduler.initialDelayMs": "0",
    "conductor.workflow-message-queue.enabled": "true",
    "conductor.app.workflowOffsetTimeout": "1s",
    "conductor.app.maxPostponeDurationSeconds": "1s",
    "conductor.app.taskExecutionPostponeDuration": "1s",
    "logging.level.root": "WARN",
}


class PeerError(Exception):
    """The genuine server cannot be had, and why."""


def jar() -> Path:
    """The server's file in the user's cache; downloaded if it is not there, checked in any case."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    path = Path(base) / "podium" / "peer" / _FILE
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=path.parent) as folder:
            fetched = _download(Path(folder))
            _check(fetched)
            fetched.replace(path)
    _check(path)
    return path


def _download(folder: Path) -> Path:
    """By Maven if it is installed, for it knows the mirrors of this machine; else from Maven Central."""
    if shutil.which("mvn") and _REPOSITORY not in os.environ:
        command = ["mvn", "-q", "-B", "dependency:copy", f"-Dartifact={COORDINATE}"]
        done = subprocess.run(
            [*command, f"-DoutputDirectory={folder}"],
            capture_output=True, text=True, check=False, cwd=folder,
        )  # fmt: skip
        if done.returncode != 0:
            raise PeerError(f"mvn could not fetch {COORDINATE}:\n{done.stdout[-2000:]}")
    else:
        address = f"{os.environ.get(_REPOSITORY, _CENTRAL).rstrip('/')}/{_PATH}"
        try:
            urllib.request.urlretrieve(address, folder / _FILE)
        except OSError as error:
            raise PeerError(f"could not fetch {address}: {error}") from None
    return folder / _FILE


def _check(path: Path) -> None:
    with path.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != SHA256:
        raise PeerError(
            f"{path} is not the pinned artefact: its sha256 is {found}, not {SHA256}. Delete it."
        )


def java() -> Path:
    """A Java that runs the server: of JAVA_HOME, on the PATH, or the newest one installed."""
    homes = [Path(os.environ["JAVA_HOME"])] if os.environ.get("JAVA_HOME") else []
    if on_path := shutil.which("java"):
        homes.append(Path(on_path).resolve().parents[1])
    for pattern in (
        "/usr/lib/jvm/*",
        "/opt/java/*",
        "/Library/Java/JavaVirtualMachines/*/Contents/Home",
    ):
        homes += sorted(Path("/").glob(pattern.removeprefix("/")))
    found = [(release(home), home) for home in homes if (home / "bin/java").exists()]
    for version, home in found:
        if version >= OLDEST_JAVA:
            return home / "bin/java"
    seen = ", ".join(f"{home} ({version})" for version, home in found) or "none"
    raise PeerError(
        f"the genuine server needs a JDK {OLDEST_JAVA} or newer; found {seen}. Set JAVA_HOME."
    )


def release(home: Path) -> int:
    """The major version that a Java home says it has; 0 if it says nothing."""
    file = home / "release"
    text = file.read_text() if file.exists() else ""
    found = re.search(r'JAVA_VERSION="(?:1\.)?(\d+)', text)
    return int(found[1]) if found else 0


@contextmanager
def peer() -> Iterator[str]:
    """Its URL (ending in ``/api``), fresh and empty; or the running one that CONDUCTOR_PEER_URL names."""
    if running := os.environ.get("CONDUCTOR_PEER_URL"):
        yield running.rstrip("/")
        return
    with tempfile.TemporaryDirectory(prefix="podium-peer-") as folder:
        port = _free_port()
        settings = _SETTINGS | {
            "server.port": str(port),
            "spring.datasource.url": f"jdbc:sqlite:{folder}/peer.db?busy_timeout=15000&journal_mode=WAL",
        }
        command = [str(java()), "-Xmx1g", "-XX:+UseSerialGC", "-jar", str(jar())]
        command += [f"--{key}={value}" for key, value in settings.items()]
        named = {f"CONDUCTOR_SECRET_{key}": value for key, value in SECRETS.items()}
        named |= {f"CONDUCTOR_ENV_{key}": value for key, value in ENVIRONMENT.items()}
        with (Path(folder) / "log").open("w+") as log:
            process = subprocess.Popen(
                command, cwd=folder, env=os.environ | named, stdout=log, stderr=subprocess.STDOUT
            )
            try:
                _wait(process, port, Path(folder) / "log")
                yield f"http://127.0.0.1:{port}/api"
            finally:
                process.terminate()
                try:
                    process.wait(20)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()


def _free_port() -> int:
    with socket.socket() as drawn:
        drawn.bind(("127.0.0.1", 0))
        return int(drawn.getsockname()[1])


def _wait(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        try:
            answer = urllib3.request(
                "GET", f"http://127.0.0.1:{port}/health", timeout=2.0, retries=False
            )
            if answer.status == 200:
                return
        except urllib3.exceptions.HTTPError:
            time.sleep(0.3)
    raise PeerError(f"the genuine server did not start:\n{log.read_text()[-3000:]}")
