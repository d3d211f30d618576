"""WAIT (tasks.md 12)."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from podium.domain.outcome import Outcome
from podium.domain.status import TaskStatus
from podium.domain.tasks import wait
from tests.support.engines import TableZones

NOW = 1_000_000
ZONES = TableZones()
SECOND, MINUTE, HOUR, DAY = 1000, 60_000, 3_600_000, 86_400_000


def ms(year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> int:
    return int(datetime(year, month, day, hour, minute, tzinfo=UTC).timestamp() * 1000)


@pytest.mark.parametrize(
    "task_input", [{}, {"duration": None}, {"until": " "}, {"duration": "", "until": None}]
)
def test_without_a_moment_it_waits_for_somebody(task_input):
    assert wait.deadline(task_input, NOW, ZONES) == 0


@pytest.mark.parametrize(
    ("duration", "length"),
    [
        ("5 s", 5 * SECOND),
        ("5s", 5 * SECOND),
        ("0 seconds", 0),
        ("1 SEC", SECOND),
        ("2 secs", 2 * SECOND),
        ("3 m", 3 * MINUTE),
        ("3 min", 3 * MINUTE),
        ("3 mins 1 second", 3 * MINUTE + SECOND),
        ("1 hr", HOUR),
        ("2 hrs", 2 * HOUR),
        ("2 hours 30 minutes", 2 * HOUR + 30 * MINUTE),
        ("1d", DAY),
        ("2 days 3 hours 4 minutes 5 seconds", 2 * DAY + 3 * HOUR + 4 * MINUTE + 5 * SECOND),
        ("1d2h3m4s", DAY + 2 * HOUR + 3 * MINUTE + 4 * SECOND),
        ("  1   day   1 s ", DAY + SECOND),
        ("90 minutes", 90 * MINUTE),
    ],
)
def test_a_duration_counts_from_now(duration, length):
    assert wait.deadline({"duration": duration}, NOW, ZONES) == NOW + length


@pytest.mark.parametrize(
    "duration",
    ["5", 5, 5.5, True, [], {}, "PT5S", "-5 s", "1.5 h", "5 s 1 m", "soon", "5 weeks", "1 s 1 s"],
)
def test_what_is_no_duration_fails_for_good(duration):
    outcome = wait.deadline({"duration": duration}, NOW, ZONES)
    assert isinstance(outcome, Outcome)
    assert outcome.status is TaskStatus.FAILED_WITH_TERMINAL_ERROR
    assert "Not valid duration" in outcome.reason


@pytest.mark.parametrize(
    ("until", "moment"),
    [
        ("2030-05-17", ms(2030, 5, 17)),
        ("2030-05-17 10:30", ms(2030, 5, 17, 10, 30)),
        ("2030-05-17 10:30 UTC", ms(2030, 5, 17, 10, 30)),
        ("2030-05-17 10:30 Asia/Tokyo", ms(2030, 5, 17, 1, 30)),
        ("2030-05-17 10:30 +02:00", ms(2030, 5, 17, 8, 30)),
        ("2030-05-17 10:30 GMT-0500", ms(2030, 5, 17, 15, 30)),
        ("2030-5-7 9:05", ms(2030, 5, 7, 9, 5)),
        ("2001-01-01", ms(2001, 1, 1)),
        ("1969-01-01", 1),
    ],
)
def test_until_is_a_moment_utc_unless_it_names_a_zone(until, moment):
    assert wait.deadline({"until": until}, NOW, ZONES) == moment


@pytest.mark.parametrize(
    "until",
    [
        "tomorrow",
        "2030-13-01",
        "2030-02-30 10:00",
        "2030-05-17 25:00",
        "2030-05-17T10:30",
        "2030-05-17 10:30:15",
        "2030-05-17 10:30 Middle/Earth",
        "2030-05-17 10:30 +99:00",
        1_900_000_000_000,
        True,
    ],
)
def test_what_is_no_moment_fails_for_good(until):
    outcome = wait.deadline({"until": until}, NOW, ZONES)
    assert isinstance(outcome, Outcome)
    assert outcome.status is TaskStatus.FAILED_WITH_TERMINAL_ERROR
    assert "Not valid until" in outcome.reason


def test_both_given_fails_for_good():
    outcome = wait.deadline({"duration": "5 s", "until": "2030-05-17"}, NOW, ZONES)
    assert isinstance(outcome, Outcome)
    assert outcome.status is TaskStatus.FAILED_WITH_TERMINAL_ERROR
    assert "Both 'duration' and 'until'" in outcome.reason


def test_a_long_run_of_blanks_costs_nothing():
    assert isinstance(wait.deadline({"duration": "1d" + " " * 100_000 + "x"}, NOW, ZONES), Outcome)


@given(st.text(max_size=30), st.sampled_from(["duration", "until"]))
def test_any_text_gives_a_deadline_or_a_reason(text, key):
    found = wait.deadline({key: text}, NOW, ZONES)
    assert isinstance(found, int) or found.reason
