"""Zones: the database of time zones that comes with the system."""

from __future__ import annotations

from datetime import tzinfo

#: Short names that the database does not know by themselves; summer and winter are one zone.
_SHORT = {
    "Z": "UTC",
    "PST": "America/Los_Angeles",
    "PDT": "America/Los_Angeles",
    "MST": "America/Denver",
    "MDT": "America/Denver",
    "CST": "America/Chicago",
    "CDT": "America/Chicago",
    "EST": "America/New_York",
    "EDT": "America/New_York",
    "BST": "Europe/London",
    "CET": "Europe/Paris",
    "CEST": "Europe/Paris",
    "EEST": "Europe/Athens",
    "MSK": "Europe/Moscow",
    "IST": "Asia/Kolkata",
    "JST": "Asia/Tokyo",
    "AEST": "Australia/Sydney",
    "AEDT": "Australia/Sydney",
}


class SystemZones:
    """Implements podium.domain.engines.Zones."""

    def find(self, name: str) -> tzinfo | None:
        from zoneinfo import ZoneInfo  # noqa: PLC0415 - 8 ms that only a WAIT with a zone pays

        try:
            return ZoneInfo(_SHORT.get(name.upper(), name))
        except (ValueError, OSError, LookupError):
            # Unknown, a folder of zones, or a path out of the database.
            return None
