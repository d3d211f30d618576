"""Running ``podium up`` processes of this user, found by files in the user's runtime directory.

Each holds a lock on its file for as long as it lives, so a file without a holder is a leftover,
whatever process may have got its id since.
"""

from __future__ import annotations

import fcntl
import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TextIO


@dataclass(frozen=True, slots=True)
class Instance:
    """A running ``podium up``; ``since`` in epoch milliseconds."""

    pid: int
    port: int
    url: str
    aws_url: str
    since: int
    version: str


def directory() -> Path:
    """Where the files are; only this user can look inside."""
    runtime = os.environ.get("XDG_RUNTIME_DIR")
    if runtime and Path(runtime).is_dir():
        return Path(runtime) / "podium"
    return Path(tempfile.gettempdir()) / f"podium-{os.getuid()}"


@contextmanager
def announced(instance: Instance) -> Iterator[None]:
    """Let others find ``instance`` while this lasts."""
    folder = directory()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = _path(folder, instance.port)
    with path.open("a+") as file:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        file.truncate(0)
        json.dump(asdict(instance), file)
        file.flush()
        try:
            yield
        finally:
            path.unlink(missing_ok=True)


def running() -> list[Instance]:
    """Those that run now, by port; leftovers of dead ones are removed."""
    found: list[Instance] = []
    for path in directory().glob("*.json"):
        with path.open("r+") as file:
            if _is_held(file):
                found.append(Instance(**json.load(file)))
            else:
                path.unlink(missing_ok=True)
    return sorted(found, key=lambda instance: instance.port)


def _path(folder: Path, port: int) -> Path:
    return folder / f"{port}.json"


def _is_held(file: TextIO) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    return False
