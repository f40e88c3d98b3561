"""Timestamps as yaml.v3 recognises them in plain scalars (Go's time.Parse) and as encoding/json writes them (RFC 3339)."""

from __future__ import annotations

import re
from calendar import monthrange

_QUICK = re.compile(r"[0-9]{4}-")
_STAMP = re.compile(
    r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})"
    r"(?:(?:[Tt]([0-9]{1,2}):([0-9]{1,2}):([0-9]{1,2})(?:[.,]([0-9]+))?(Z|[-+][0-9]{2}:[0-9]{2}))"
    r"|(?: +([0-9]{1,2}):([0-9]{1,2}):([0-9]{1,2})(?:[.,]([0-9]+))?))?\Z"
)


def timestamp(text: str) -> str | None:
    """`2001-1-1` -> `2001-01-01T00:00:00Z`; None where the text is no timestamp for yaml.v3.

    Raises ValueError for one that JSON cannot hold (an offset of 24 hours or more).
    """
    if not _QUICK.match(text):
        return None
    match = _STAMP.match(text)
    if match is None:
        return None
    year, month, day, *time = match.groups()
    if not 1 <= int(month) <= 12 or not 1 <= int(day) <= _days(int(year), int(month)):
        return None
    zone = time[4]
    hour, minute, second, fraction = time[0:4] if zone else time[5:9]
    if hour is not None and (int(hour) > 23 or int(minute) > 59 or int(second) > 59):
        return None
    if zone and not _zone_in_range(zone):
        return None
    return f"{year}-{int(month):02d}-{int(day):02d}T{_clock(hour, minute, second, fraction)}{_zone(zone)}"


def _days(year: int, month: int) -> int:
    return monthrange(year or 2000, month)[1]  # the year 0 leaps, and the calendar module does not know it


def _clock(hour: str | None, minute: str | None, second: str | None, fraction: str | None) -> str:
    if hour is None:
        return "00:00:00"
    digits = (fraction or "")[:9].rstrip("0")
    return f"{int(hour):02d}:{int(minute or 0):02d}:{int(second or 0):02d}" + (f".{digits}" if digits else "")


def _zone_in_range(zone: str) -> bool:
    return zone == "Z" or (int(zone[1:3]) <= 24 and int(zone[4:]) <= 60)


def _zone(zone: str | None) -> str:
    if zone is None or zone == "Z":
        return "Z"
    minutes = int(zone[1:3]) * 60 + int(zone[4:])
    if not minutes:
        return "Z"
    if minutes >= 24 * 60:
        raise ValueError("an offset of 24 hours or more cannot be written as JSON")
    return f"{zone[0]}{minutes // 60:02d}:{minutes % 60:02d}"
