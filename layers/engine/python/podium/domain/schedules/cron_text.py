"""Reads cron expressions in Spring's dialect: six fields, names, steps, ``L``, ``W``, ``#``, macros."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from podium.domain.schedules.cron import Cron, DayKind, DayRule
from podium.errors import InvalidInputError

if TYPE_CHECKING:
    from collections.abc import Callable

_MACROS = {
    "@yearly": "0 0 0 1 1 *",
    "@annually": "0 0 0 1 1 *",
    "@monthly": "0 0 0 1 * *",
    "@weekly": "0 0 0 * * 0",
    "@daily": "0 0 0 * * *",
    "@midnight": "0 0 0 * * *",
    "@hourly": "0 0 * * * *",
}
_MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]
_WEEKDAYS = ["MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN"]
#: Days of the week count from 1 (Monday); Sunday may be written 0 as well.
_SUNDAY = 7
_MOST_ORDINAL = 5
_LONGEST = 1000


class CronError(InvalidInputError):
    """The expression cannot be read; the message says which field and why."""


@dataclass(frozen=True, slots=True)
class _Field:
    name: str
    least: int
    most: int
    #: Names of the numbers from 1 on.
    names: tuple[str, ...] = ()
    #: Lowest number that may be written.
    written_least: int | None = None

    @property
    def is_day_of_week(self) -> bool:
        return self.most == _SUNDAY

    def error(self, text: str, why: str) -> CronError:
        return CronError(f"{self.name} '{text}': {why}")

    def number(self, text: str, part: str) -> int:
        """One number or name; ``text`` is the whole field, for the message."""
        if part.upper() in self.names:
            return self.names.index(part.upper()) + 1
        least = self.least if self.written_least is None else self.written_least
        if not (part.isascii() and part.isdigit() and len(part) <= 4):
            what = "a number or a name" if self.names else "a number"
            raise self.error(text, f"expected {what}, not '{part}'")
        if not least <= int(part) <= self.most:
            raise self.error(text, f"{part} is not within {least} and {self.most}")
        return int(part)


_SECOND = _Field("second", 0, 59)
_MINUTE = _Field("minute", 0, 59)
_HOUR = _Field("hour", 0, 23)
_DAY_OF_MONTH = _Field("day of month", 1, 31)
_MONTH = _Field("month", 1, 12, tuple(_MONTHS))
_DAY_OF_WEEK = _Field("day of week", 1, _SUNDAY, tuple(_WEEKDAYS), written_least=0)


def parse_cron(text: str) -> Cron:
    """Read ``text``; raises CronError."""
    if len(text) > _LONGEST:
        raise CronError(f"longer than {_LONGEST} characters")
    parts = _MACROS.get(text.strip().lower(), text).split()
    if len(parts) == 1 and parts[0].startswith("@"):
        raise CronError(f"'{text.strip()}' is none of {', '.join(_MACROS)}")
    if len(parts) != 6:
        raise CronError(
            f"'{text}' has {len(parts)} fields, not the 6 of: second minute hour day-of-month month"
            " day-of-week"
        )
    seconds, minutes, hours, days, months, weekdays = parts
    return Cron(
        text=text,
        seconds=_numbers(_SECOND, seconds),
        minutes=_numbers(_MINUTE, minutes),
        hours=_numbers(_HOUR, hours),
        months=frozenset(_numbers(_MONTH, months)),
        days_of_month=_days_of_month(days),
        days_of_week=_days_of_week(weekdays),
    )


def _numbers(field: _Field, text: str) -> tuple[int, ...]:
    return tuple(
        sorted({number for part in text.split(",") for number in _range(field, text, part)})
    )


def _range(field: _Field, text: str, part: str) -> range:
    """``*``, ``3``, ``3-7``, ``*/5``, ``3/5`` or ``3-7/5``."""
    span, slash, step_text = part.partition("/")
    step = 1
    if slash:
        if not (step_text.isascii() and step_text.isdigit() and len(step_text) <= 4):
            raise field.error(text, f"expected a number after '/', not '{step_text}'")
        step = int(step_text)
        if step < 1:
            raise field.error(text, "a step is at least 1")
    if span == "*":
        return range(field.least, field.most + 1, step)
    first, dash, last = span.partition("-")
    low = field.number(text, first)
    high = field.number(text, last) if dash else (field.most if slash else low)
    if dash and field.is_day_of_week and low == _SUNDAY:
        low = 0
    if low > high:
        raise field.error(text, f"{first} comes after {last}")
    return range(low, high + 1, step)


def _days_of_month(text: str) -> tuple[DayRule, ...]:
    return _rules(_DAY_OF_MONTH, text, DayKind.OF_MONTH, _is_special_day, _day_of_month)


def _is_special_day(part: str) -> bool:
    return "L" in part or "W" in part


def _day_of_month(text: str, part: str) -> DayRule:
    """``L``, ``L-3``, ``LW`` or ``15W``."""
    field, upper = _DAY_OF_MONTH, part.upper()
    if upper == "L":
        return DayRule(DayKind.LAST)
    if upper == "LW":
        return DayRule(DayKind.LAST_WEEKDAY)
    if upper.startswith("L-"):
        return DayRule(DayKind.LAST, number=field.number(text, upper[2:]))
    if upper.endswith("W") and "L" not in upper:
        return DayRule(DayKind.NEAREST_WEEKDAY, number=field.number(text, upper[:-1]))
    raise field.error(text, f"'{part}' is none of L, L-3, LW and 15W")


def _days_of_week(text: str) -> tuple[DayRule, ...]:
    return _rules(_DAY_OF_WEEK, text, DayKind.OF_WEEK, _is_special_weekday, _day_of_week)


def _is_special_weekday(part: str) -> bool:
    return part.endswith("L") or "#" in part


def _day_of_week(text: str, part: str) -> DayRule:
    """``5L`` or ``MON#2``."""
    field = _DAY_OF_WEEK
    day, sharp, ordinal = part.partition("#")
    if sharp:
        if ordinal not in map(str, range(1, _MOST_ORDINAL + 1)):
            raise field.error(text, f"'#' is followed by 1 to {_MOST_ORDINAL}, not by '{ordinal}'")
        number = field.number(text, day) or _SUNDAY
        return DayRule(DayKind.NTH_OF_WEEK, number=number, ordinal=int(ordinal))
    if part.upper().endswith("L") and len(part) > 1:
        return DayRule(DayKind.LAST_OF_WEEK, number=field.number(text, part[:-1]) or _SUNDAY)
    raise field.error(text, f"'{part}' is none of 5L and MON#2")


def _rules(
    field: _Field,
    text: str,
    plain: DayKind,
    is_special: Callable[[str], bool],
    special: Callable[[str, str], DayRule],
) -> tuple[DayRule, ...]:
    """The rules of a day field: one for all its plain numbers, one for each special part."""
    if text == "?":
        text = "*"
    days: set[int] = set()
    rules: list[DayRule] = []
    for part in text.split(","):
        if is_special(part.upper()):
            rules.append(special(text, part))
        else:
            days.update(number or _SUNDAY for number in _range(field, text, part))
    return (*([DayRule(plain, days=frozenset(days))] if days else []), *rules)
