"""Cron expressions: Spring's own answers, and what must hold for any expression in any zone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from podium.domain.schedules.cron_text import CronError, parse_cron
from podium.domain.schedules.moments import LATEST, next_moment

RECORDED = [
    [part.strip() for part in line.split("|")]
    for line in (Path(__file__).parent / "spring.txt").read_text().splitlines()
    if not line.startswith("#")
]
ZONES = ["UTC", "America/New_York", "Europe/London", "Australia/Lord_Howe", "Asia/Kolkata"]


def _ms(text: str) -> int:
    return round(datetime.fromisoformat(text).timestamp() * 1000)


@pytest.mark.parametrize(
    ("cron", "zone", "after", "moments"), RECORDED, ids=[f"{row[0]} {row[1]}" for row in RECORDED]
)
def test_moments_are_those_of_spring(cron, zone, after, moments):
    read, found = parse_cron(cron), [_ms(after)]
    for _ in moments.split():
        found.append(next_moment(read, ZoneInfo(zone), found[-1]) or 0)
    found.pop(0)
    assert found == [_ms(moment) for moment in moments.split()]


@pytest.mark.parametrize(
    ("cron", "reason"),
    [
        ("", "'' has 0 fields"),
        ("* * * * *", "has 5 fields, not the 6 of: second minute hour"),
        ("0 0 0 1 1 ? 2027", "has 7 fields"),
        ("@often", "'@often' is none of @yearly"),
        ("60 * * * * *", "second '60': 60 is not within 0 and 59"),
        ("0 -1 * * * *", "minute '-1': expected a number, not ''"),
        ("0 0 24 * * *", "hour '24': 24 is not within 0 and 23"),
        ("0 0 1-x * * *", "hour '1-x': expected a number, not 'x'"),
        ("0 0 5-2 * * *", "hour '5-2': 5 comes after 2"),
        ("0 */0 * * * *", "minute '*/0': a step is at least 1"),
        ("0 */x * * * *", "minute '*/x': expected a number after '/', not 'x'"),
        ("0 ? * * * *", "minute '?': expected a number, not '?'"),
        ("0 0 0 0 * *", "day of month '0': 0 is not within 1 and 31"),
        ("0 0 0 L3 * *", "day of month 'L3': 'L3' is none of L, L-3, LW and 15W"),
        ("0 0 0 W * *", "day of month 'W': expected a number, not ''"),
        ("0 0 0 1-5W * *", "day of month '1-5W': expected a number, not '1-5'"),
        ("0 0 0 * 13 *", "month '13': 13 is not within 1 and 12"),
        ("0 0 0 * FOO *", "month 'FOO': expected a number or a name, not 'FOO'"),
        ("0 0 0 * * 8", "day of week '8': 8 is not within 0 and 7"),
        ("0 0 0 * * MONDAY", "day of week 'MONDAY': expected a number or a name, not 'MONDAY'"),
        ("0 0 0 * * L", "day of week 'L': 'L' is none of 5L and MON#2"),
        ("0 0 0 * * MON#6", "'#' is followed by 1 to 5, not by '6'"),
        ("0 0 0 * * #2", "day of week '#2': expected a number or a name, not ''"),
        ("0 0 0 1,,2 * *", "day of month '1,,2': expected a number, not ''"),
        ("0 0 \u0661 * * *", "hour '\u0661': expected a number"),
        ("0 " * 600, "longer than 1000 characters"),
    ],
)
def test_what_is_wrong_is_said_and_where(cron, reason):
    with pytest.raises(CronError) as error:
        parse_cron(cron)
    assert reason in str(error.value)


def test_a_day_that_never_comes_has_no_moment_and_costs_no_time():
    assert next_moment(parse_cron("0 0 0 31 2,4 *"), UTC, 0) is None
    assert next_moment(parse_cron("0 0 0 ? 2 7#5"), UTC, _ms("2049-01-01T00:00:00Z")) is not None


def test_the_end_of_time_is_no_error():
    cron = parse_cron("* * * * * *")
    assert next_moment(cron, ZoneInfo("Asia/Tokyo"), LATEST) is None
    last = next_moment(cron, ZoneInfo("Asia/Tokyo"), LATEST - 1)
    assert last is None or last <= LATEST


def test_an_hour_shown_twice_on_a_day_that_begins_twice_fires_in_both():
    """Havana goes back from one o'clock to midnight; Spring leaves the first of the two hours out."""
    cron, zone = parse_cron("0 0,30 0 * * *"), ZoneInfo("America/Havana")
    moments = [_ms("2026-11-01T03:00:00Z")]
    for _ in range(5):
        moments.append(next_moment(cron, zone, moments[-1]) or 0)
    found = [datetime.fromtimestamp(each / 1000, UTC).strftime("%d %H:%M") for each in moments[1:]]
    assert found == ["01 04:00", "01 04:30", "01 05:00", "01 05:30", "02 05:00"]


# --- any expression --------------------------------------------------------------------------------


def _field(least: int, most: int) -> st.SearchStrategy[str]:
    number = st.integers(least, most)
    span = st.tuples(number, number).map(sorted).map(lambda pair: f"{pair[0]}-{pair[1]}")
    return st.one_of(
        st.just("*"),
        number.map(str),
        span,
        st.integers(1, most).map(lambda step: f"*/{step}"),
        st.tuples(span, st.integers(1, 9)).map(lambda part: f"{part[0]}/{part[1]}"),
        st.lists(number, min_size=2, max_size=4).map(lambda many: ",".join(map(str, many))),
    )


_DAY = st.one_of(_field(1, 28), st.sampled_from(["L", "LW", "L-2", "15W", "1W", "?"]))
_WEEKDAY = st.one_of(
    st.just("*"), _field(0, 7), st.sampled_from(["5L", "MON#1", "SUN#2", "MON-FRI"])
)
CRONS = st.tuples(_field(0, 59), _field(0, 59), _field(0, 23), _DAY, st.just("*"), _WEEKDAY).map(
    " ".join
)
#: Around the changes of 2026 in each of ZONES, and anywhere else.
MOMENTS = st.one_of(
    st.sampled_from(["2026-03-08T07:00", "2026-11-01T06:00", "2026-03-29T01:00", "2026-10-25T01:00",
                     "2026-04-04T15:00", "2026-10-03T15:30"])
    .map(lambda text: _ms(text + "Z"))
    .flatmap(lambda moment: st.integers(moment - 5_400_000, moment + 5_400_000)),
    st.integers(0, 4_000_000_000_000),
)  # fmt: skip


@given(CRONS, st.sampled_from(ZONES), MOMENTS)
def test_moments_ascend_and_show_what_the_expression_says(cron, zone, after):
    read, where = parse_cron(cron), ZoneInfo(zone)
    last = after
    for _ in range(3):
        found = next_moment(read, where, last)
        if found is None:
            break
        assert found > last
        wall = datetime.fromtimestamp(found / 1000, where).replace(tzinfo=None, fold=0)
        assert read.after(wall - timedelta(seconds=1)) == wall
        last = found


@given(CRONS, st.sampled_from(ZONES), MOMENTS, st.integers(0, 7_200))
def test_no_moment_is_left_out(cron, zone, after, seconds):
    """Whatever second after ``after`` shows a match is not passed over."""
    read, where = parse_cron(cron), ZoneInfo(zone)
    tried = after // 1000 + 1 + seconds
    wall = datetime.fromtimestamp(tried, where).replace(tzinfo=None, fold=0)
    if read.after(wall - timedelta(seconds=1)) == wall:
        found = next_moment(read, where, after)
        assert found is not None
        assert found <= tried * 1000
