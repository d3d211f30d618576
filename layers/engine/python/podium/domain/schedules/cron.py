"""A cron expression of six fields, as Spring writes them, and the moments that it names.

A moment has to match every field: a day of the month *and* a day of the week. All of this is wall
time without a zone; ``moments`` knows what a zone makes of it.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import Enum, auto
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

#: 29 February falls on each day of the week within 28 years, or 40 around a century that leaps none.
_HORIZON_YEARS = 41
_FRIDAY, _SATURDAY = 5, 6
_MONDAY = 1


class DayKind(Enum):
    """What a rule of the day fields says of a day."""

    #: One of ``days`` of the month.
    OF_MONTH = auto()
    #: ``number`` days before the last one of the month (``L``, ``L-3``).
    LAST = auto()
    #: The last Monday to Friday of the month (``LW``).
    LAST_WEEKDAY = auto()
    #: The Monday to Friday next to day ``number`` (``15W``).
    NEAREST_WEEKDAY = auto()
    #: One of ``days`` of the week, 1 Monday to 7 Sunday.
    OF_WEEK = auto()
    #: The last one of this day of the week in its month (``5L``).
    LAST_OF_WEEK = auto()
    #: The ``ordinal``-th one of this day of the week in its month (``MON#2``).
    NTH_OF_WEEK = auto()


@dataclass(frozen=True, slots=True)
class DayRule:
    """One part of a day field; which numbers count, ``kind`` says."""

    kind: DayKind
    number: int = 0
    ordinal: int = 0
    days: frozenset[int] = frozenset()

    def holds(self, day: date) -> bool:
        """``day`` is one that this rule names."""
        last = _last_day(day.year, day.month)
        weekday = day.isoweekday()
        match self.kind:
            case DayKind.OF_MONTH:
                return day.day in self.days
            case DayKind.LAST:
                return day.day == last - self.number
            case DayKind.LAST_WEEKDAY:
                return _is_last_weekday(day.day, weekday, last)
            case DayKind.NEAREST_WEEKDAY:
                return self.number <= last and _is_nearest(day.day, weekday, self.number)
            case DayKind.OF_WEEK:
                return weekday in self.days
            case DayKind.LAST_OF_WEEK:
                return weekday == self.number and day.day > last - 7
            case DayKind.NTH_OF_WEEK:
                return weekday == self.number and (day.day - 1) // 7 == self.ordinal - 1


def _last_day(year: int, month: int) -> int:
    following = date(year + month // 12, month % 12 + 1, 1)
    return (following - timedelta(days=1)).day


def _is_last_weekday(day: int, weekday: int, last: int) -> bool:
    if weekday == _FRIDAY:
        return day >= last - 2
    return weekday < _FRIDAY and day == last


def _is_nearest(day: int, weekday: int, wanted: int) -> bool:
    """``day`` is the Monday to Friday nearest to ``wanted``, without leaving the month for it."""
    if weekday == _MONDAY and (day == wanted + 1 or (wanted == 1 and day == 3)):
        return True
    if weekday == _FRIDAY and day == wanted - 1:
        return True
    return day == wanted and weekday < _SATURDAY


@dataclass(frozen=True, slots=True)
class Cron:
    """A cron expression; the numbers of each field ascend."""

    text: str
    seconds: tuple[int, ...]
    minutes: tuple[int, ...]
    hours: tuple[int, ...]
    months: frozenset[int]
    #: Of each field, one rule has to hold.
    days_of_month: tuple[DayRule, ...]
    days_of_week: tuple[DayRule, ...]

    def after(self, wall: datetime) -> datetime | None:
        """The first matching moment later than ``wall`` (naive, whole seconds); None: there is none."""
        if wall.year >= date.max.year - _HORIZON_YEARS:
            return None
        wall += timedelta(seconds=1)
        earliest = wall.time()
        for day in self._days(wall.date()):
            found = self._time(earliest if day == wall.date() else time.min)
            if found is not None:
                return datetime.combine(day, found)
        return None

    def _days(self, first: date) -> Iterator[date]:
        """Matching days from ``first`` on, as far as a match may lie."""
        year, month = first.year, first.month
        start = first.day
        while year < first.year + _HORIZON_YEARS:
            if month in self.months:
                for number in range(start, _last_day(year, month) + 1):
                    day = date(year, month, number)
                    if self._is_day(day):
                        yield day
            year, month, start = year + month // 12, month % 12 + 1, 1

    def _is_day(self, day: date) -> bool:
        return any(rule.holds(day) for rule in self.days_of_month) and any(
            rule.holds(day) for rule in self.days_of_week
        )

    def _time(self, earliest: time) -> time | None:
        """The first matching time of a day that is not before ``earliest``."""
        hour = _at_least(self.hours, earliest.hour)
        if hour is not None and hour == earliest.hour:
            minute = _at_least(self.minutes, earliest.minute)
            if minute is not None and minute == earliest.minute:
                second = _at_least(self.seconds, earliest.second)
                if second is not None:
                    return time(hour, minute, second)
                minute = _at_least(self.minutes, earliest.minute + 1)
            if minute is not None:
                return time(hour, minute, self.seconds[0])
            hour = _at_least(self.hours, earliest.hour + 1)
        if hour is None:
            return None
        return time(hour, self.minutes[0], self.seconds[0])


def _at_least(numbers: tuple[int, ...], least: int) -> int | None:
    place = bisect_left(numbers, least)
    return numbers[place] if place < len(numbers) else None
