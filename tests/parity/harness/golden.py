"""Golden files: what the genuine server did, and the differences that are listed or pending."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.parity.harness.normal import again
from tests.parity.harness.scenario import FOLDER, Json, Scenario

GOLDEN = FOLDER / "golden"
#: Per scenario the paths where Podium differs on purpose, with both values; docs/parity.md says why.
DIFFERENCES = FOLDER / "differences.json"
#: Scenarios about parts of Podium that are being built, each with the part.
PENDING = FOLDER / "pending.json"

#: What stands for a value that is not there.
ABSENT = "<absent>"


def read(name: str, folder: Path = GOLDEN) -> Json | None:
    """The golden record of a scenario, if it has been recorded."""
    path = folder / f"{name}.json"
    found: Json | None = again(json.loads(path.read_text())) if path.exists() else None
    return found


def is_of(scenario: Scenario) -> bool:
    """The golden file has been recorded from the scenario as it stands."""
    return (read(scenario.name) or {}).get("digest") == scenario.digest


def write(scenario: Scenario, found: Json, server: Json, folder: Path = GOLDEN) -> None:
    """Keep a record of the genuine server."""
    about = {"scenario": scenario.name, "digest": scenario.digest, "server": server}
    save(folder / f"{scenario.name}.json", about | found)


def save(path: Path, value: Any) -> None:
    """As JSON that a diff shows well."""
    path.write_text(json.dumps(value, indent=1, sort_keys=True, ensure_ascii=False) + "\n")


def differences(golden: Json, found: Json) -> dict[str, Json]:
    """Paths that differ, with ``peer`` and ``podium``; the server and the date do not count."""
    parts = ("stuck", "steps", "executions")
    pairs = [_compare(part, golden.get(part, ABSENT), found.get(part, ABSENT)) for part in parts]
    return {path: {"peer": peer, "podium": podium} for pair in pairs for path, peer, podium in pair}


def _compare(path: str, peer: Any, podium: Any) -> Iterator[tuple[str, Any, Any]]:
    match peer, podium:
        case dict(), dict():
            for key in sorted({*peer, *podium}):
                yield from _compare(f"{path}.{key}", peer.get(key, ABSENT), podium.get(key, ABSENT))
        case list(), list() if len(peer) == len(podium):
            for number, (one, other) in enumerate(zip(peer, podium, strict=True)):
                yield from _compare(f"{path}[{_label(one, number)}]", one, other)
        case _ if type(peer) is not type(podium) or peer != podium:
            yield path, peer, podium


def _label(one: Any, number: int) -> str:
    """A task is called by its place and ref, so that a difference can be read."""
    ref = one.get("referenceTaskName") if isinstance(one, dict) else None
    return f"{number} {ref}" if ref else str(number)


def verdict(
    name: str, golden: Json | None, found: Json, listed: Json | None, pending: str | None
) -> str:
    """Why a scenario fails, or nothing. ``listed``: its expected differences; ``pending``: what it waits for."""
    if golden is None:
        return f"{name} has no golden file: make parity-record NAME={name}"
    different = differences(golden, found)
    if pending is not None:
        return (
            ""
            if different
            else f"{name} is pending ({pending}) and agrees now: take it off pending.json"
        )
    if listed is None:
        return f"{name} differs from the peer:\n{shown(different)}" if different else ""
    if not different:
        return f"{name} is listed and agrees now: take it off differences.json and docs/parity.md"
    if different != listed:
        return f"{name} differs otherwise than listed:\n{shown(_beyond(different, listed))}"
    return ""


def _beyond(different: dict[str, Json], listed: Json) -> dict[str, Json]:
    changed = {path: both for path, both in different.items() if listed.get(path) != both}
    gone = {f"{path} (listed)": both for path, both in listed.items() if path not in different}
    return changed | gone


def shown(different: dict[str, Json]) -> str:
    """Differences for a reader, the first twenty in full."""
    lines = []
    for path, both in list(different.items())[:20]:
        lines += [
            f"  {path}",
            f"    peer   {_short(both['peer'])}",
            f"    podium {_short(both['podium'])}",
        ]
    if len(different) > 20:
        lines.append(f"  and {len(different) - 20} more")
    return "\n".join(lines)


def _short(value: Any) -> str:
    text = json.dumps(value, sort_keys=True)
    return text if len(text) <= 400 else f"{text[:400]}..."


def listed() -> dict[str, Json]:
    """differences.json: by scenario."""
    found: dict[str, Json] = again(_object(DIFFERENCES))
    return found


def pending() -> dict[str, str]:
    """pending.json: by scenario, the part of Podium it waits for."""
    return _object(PENDING)


def _object(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.read_text()) if path.exists() else {}
    return found
