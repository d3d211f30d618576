"""Every scenario against a running Podium, compared with what the genuine server did."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from concurrent.futures import Future
from pathlib import Path

import pytest

from tests.parity.conftest import Server
from tests.parity.harness import coverage, golden
from tests.parity.harness.provision import provide
from tests.parity.harness.scenario import Json, load
from tests.parity.harness.telling import telling

SCENARIOS = load()
LISTED = golden.listed()
PENDING = golden.pending()
PARITY_PAGE = Path(__file__).parents[2] / "docs/parity.md"
#: Scenarios told at the same time: the server has one interpreter.
TOGETHER = 8


@pytest.fixture(scope="session")
def records(server: Server, request: pytest.FixtureRequest) -> Iterator[dict[str, Future[Json]]]:
    """What Podium did, of all scenarios that this session asks for; told side by side."""
    asked = {
        item.callspec.params.get("name")
        for item in request.session.items
        if isinstance(item, pytest.Function) and hasattr(item, "callspec")
    }
    scenarios = [one for name, one in SCENARIOS.items() if name in asked]
    provide(server.environment)
    with telling(server.url, scenarios, TOGETHER) as told:
        yield told


@pytest.mark.parity
@pytest.mark.parametrize("name", sorted(SCENARIOS))
def test_podium_does_what_the_peer_does(name: str, records: dict[str, Future[Json]]) -> None:
    found = records[name].result()
    said = golden.verdict(name, golden.read(name), found, LISTED.get(name), PENDING.get(name))
    assert not said, f"{said}\n{found.get('stuck', '')}"


def test_golden_files_and_lists_name_scenarios_that_exist() -> None:
    recorded = {path.stem for path in golden.GOLDEN.glob("*.json")}
    assert recorded == set(SCENARIOS)
    assert set(LISTED) <= set(SCENARIOS)
    assert set(PENDING) <= set(SCENARIOS)
    assert not set(LISTED) & set(PENDING)


def test_golden_files_are_of_the_scenarios_as_they_stand() -> None:
    changed = [one.name for one in SCENARIOS.values() if not golden.is_of(one)]
    assert not changed, "make parity-record ARGS=--missing"


def test_every_golden_file_is_of_the_same_server() -> None:
    says = {json.loads(path.read_text())["server"]["says"] for path in golden.GOLDEN.glob("*.json")}
    assert len(says) == 1


def test_listed_differences_have_a_row_with_their_reason() -> None:
    rows = re.findall(
        r"^\| ((?:`\w+`(?:, )?)+) \|([^|]+)\|([^|]+)\|([^|]+)\|$",
        PARITY_PAGE.read_text(),
        re.MULTILINE,
    )
    named = {name for row in rows for name in re.findall(r"`(\w+)`", row[0])}
    assert named == set(LISTED)
    assert all(cell.strip() for row in rows for cell in row[1:])


def test_no_type_operation_or_section_falls_below_its_floor() -> None:
    assert coverage.short(SCENARIOS.values()) == []
