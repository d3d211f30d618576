"""What every test may rely on: made-up credentials, no way out of this machine, patient hypothesis."""

from __future__ import annotations

import ipaddress
import os
import socket
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

REPOSITORY = Path(__file__).resolve().parent.parent

# Before anything imports boto3: whatever the developer's own account is, no test may reach it.
for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL", "AWS_REGION"):
    os.environ.pop(name, None)
os.environ |= {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "AWS_EC2_METADATA_DISABLED": "true",
    # moto has no route for the endpoints with an account id in them.
    "AWS_ACCOUNT_ID_ENDPOINT_MODE": "disabled",
}

# A shared machine is slow at times, so a deadline per example, or for making the examples, would fail
# tests that are right. The same examples in each run: a red build is about the change, not about luck,
# and is red again. Others are found with --hypothesis-profile=explore.
settings.register_profile(
    "podium",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    print_blob=True,
    derandomize=True,
)
settings.register_profile("explore", settings.get_profile("podium"), derandomize=False)
settings.load_profile("podium")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what stands in tests/parity, so that no file has to."""
    for item in items:
        if (REPOSITORY / "tests" / "parity") in item.path.parents:
            item.add_marker(pytest.mark.parity)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the sum of what tests counted with ``record_property``, also on other processes."""
    counts: Counter[str] = Counter()
    for report in terminalreporter.getreports("passed"):
        counts.update({name: n for name, n in report.user_properties if isinstance(n, int)})
    for name, number in sorted(counts.items()):
        terminalreporter.write_line(f"{name}: {number:,}")


@pytest.fixture(scope="session", autouse=True)
def _only_this_machine() -> Iterator[None]:
    """Refuse every connection that would leave the machine: a test that needs one is not a test."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6) and not _is_local(address[0]):
            pytest.fail(f"a test tried to reach {address[0]}")
        connect(self, address)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", guarded)
        yield


def _is_local(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
