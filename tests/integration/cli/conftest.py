"""One running Podium for the tests of each module, and the command that talks to it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from podium_local.runtime import LocalRuntime, Options
from tests.support.commands import Ran, run_podium

Podium = Callable[..., Ran]


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """The API of a Podium in this process, on a clock that passes."""
    with LocalRuntime(Options(port=0)) as runtime:
        yield f"{runtime.url}/api"


@pytest.fixture
def podium(url: str, monkeypatch: pytest.MonkeyPatch) -> Podium:
    """``podium(...)`` with the server in its environment."""
    monkeypatch.setenv("CONDUCTOR_SERVER_URL", url)
    return run_podium


@pytest.fixture
def file(tmp_path: Path) -> Callable[[str, Any], str]:
    """Writes a JSON file, and gives its name."""

    def write(name: str, value: Any) -> str:
        path = tmp_path / name
        path.write_text(value if isinstance(value, str) else json.dumps(value, indent=2))
        return str(path)

    return write
