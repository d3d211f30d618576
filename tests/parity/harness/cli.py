"""``python -m tests.parity.harness.cli``: record golden files, list differences, show the coverage."""

from __future__ import annotations

import argparse
import datetime as dt
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress

from tests.parity.harness import coverage, golden
from tests.parity.harness.client import Client
from tests.parity.harness.peer import VERSION, PeerError, peer
from tests.parity.harness.provision import provide
from tests.parity.harness.scenario import Json, Scenario, ScenarioError, load
from tests.parity.harness.telling import telling

#: Scenarios told at the same time.
TOGETHER = 8


def main() -> int:
    """The exit code: 0 if everything asked for was done."""
    parser = argparse.ArgumentParser(description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    recording = commands.add_parser("record", help="record golden files with the genuine server")
    recording.add_argument("names", nargs="*", help="scenarios; none: all of them")
    recording.add_argument(
        "--missing", action="store_true", help="only those without a golden file, or changed since"
    )
    recording.add_argument("--twice", action="store_true", help="again, to see that nothing moves")
    comparing = commands.add_parser(
        "compare", help="compare a running server with the golden files"
    )
    comparing.add_argument("url", help="its URL, ending in /api")
    comparing.add_argument("names", nargs="*")
    comparing.add_argument(
        "--list", action="store_true", help="write differences.json for the names"
    )
    commands.add_parser("serve", help="run the genuine server until Ctrl-C")
    commands.add_parser(
        "coverage", help="show which task types, operations and sections are touched"
    )
    given = parser.parse_args()
    try:
        match given.command:
            case "record":
                return _record(_chosen(given.names, missing=given.missing), twice=given.twice)
            case "compare":
                return _compare(given.url, _chosen(given.names), write=given.list)
            case "serve":
                return _serve()
            case _:
                print(coverage.table(load().values()))
                return 0
    except (PeerError, ScenarioError) as error:
        print(f"parity: {error}", file=sys.stderr)
        return 1


def _chosen(names: list[str], *, missing: bool = False) -> list[Scenario]:
    known = load()
    if unknown := [name for name in names if name not in known]:
        raise ScenarioError(f"no scenario {', '.join(unknown)}")
    chosen = [known[name] for name in names] if names else list(known.values())
    return [one for one in chosen if not missing or not golden.is_of(one)]


def told(url: str, scenarios: list[Scenario]) -> Iterator[tuple[Scenario, Json]]:
    """Each scenario with its record, in the order given."""
    with telling(url, scenarios, TOGETHER) as records:
        for scenario in scenarios:
            yield scenario, records[scenario.name].result()


def _record(scenarios: list[Scenario], *, twice: bool) -> int:
    bad = 0
    with peer() as url:
        server = _server(url)
        again = dict(_by_name(url, scenarios)) if twice else {}
        for scenario, found in told(url, scenarios):
            moved = golden.differences(again[scenario.name], found) if twice else {}
            if stuck := found.get("stuck"):
                print(f"{scenario.name}: not recorded: {stuck}")
            elif moved:
                print(f"{scenario.name}: not recorded, it moves:\n{golden.shown(moved)}")
            else:
                golden.write(scenario, found, server)
                print(f"{scenario.name}: recorded")
                continue
            bad += 1
    print(f"{len(scenarios) - bad} recorded, {bad} not")
    return 1 if bad else 0


def _by_name(url: str, scenarios: list[Scenario]) -> Iterator[tuple[str, Json]]:
    for scenario, found in told(url, scenarios):
        yield scenario.name, found


def _server(url: str) -> Json:
    client = Client(url)
    said = client.call("GET", "/version").body
    client.close()
    today = dt.datetime.now(tz=dt.UTC).date().isoformat()
    return {
        "artefact": f"org.conductoross:conductor-server:{VERSION}",
        "says": said,
        "recorded": today,
    }


def _compare(url: str, scenarios: list[Scenario], *, write: bool) -> int:
    provide()
    listed, pending = golden.listed(), golden.pending()
    bad = 0
    for scenario, found in told(url, scenarios):
        name = scenario.name
        expected = golden.read(name)
        if write and expected is not None:
            if different := golden.differences(expected, found):
                listed[name] = different
            else:
                listed.pop(name, None)
            print(f"{name}: {len(different)} differences listed")
        elif said := golden.verdict(name, expected, found, listed.get(name), pending.get(name)):
            bad += 1
            print(f"{said}\n" + (f"  stuck: {found['stuck']}\n" if "stuck" in found else ""))
    if write:
        golden.save(golden.DIFFERENCES, listed)
    print(f"{len(scenarios)} scenarios, {bad} not as expected")
    return 1 if bad else 0


def _serve() -> int:
    """Until Ctrl-C or SIGTERM."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with suppress(KeyboardInterrupt), peer() as url:
        print(f"export CONDUCTOR_PEER_URL={url}", flush=True)
        threading.Event().wait()
    return 0


if __name__ == "__main__":
    sys.exit(main())
