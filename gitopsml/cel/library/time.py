"""Accessors of timestamps and durations, with time zones."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

from gitopsml.cel import clock
from gitopsml.cel.clock import Calendar
from gitopsml.cel.errors import EvaluationError
from gitopsml.cel.functions import Row
from gitopsml.cel.values import Duration, Timestamp

_MILLI = 10**6


def _offset(moment: Timestamp, zone: str) -> int:
    """Seconds east of UTC in `zone` at that time. Raises EvaluationError for an unknown zone."""
    if zone in {"", "UTC"}:
        return 0
    fixed = clock.fixed_offset(zone)
    if fixed is not None:
        return fixed
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    try:
        found = ZoneInfo(zone)
        at = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=moment.nanos // 10**9)
        shift = at.astimezone(found).utcoffset()
    except (ZoneInfoNotFoundError, ValueError, OSError, OverflowError):
        raise EvaluationError(f"unknown time zone {zone}") from None
    return int(shift.total_seconds()) if shift else 0


_PARTS: dict[str, tuple[str, Callable[[Calendar], int]]] = {
    "getFullYear": ("year", lambda c: c.year),
    "getMonth": ("month", lambda c: c.month - 1),
    "getDayOfYear": ("day_of_year", lambda c: c.day_of_year),
    "getDayOfMonth": ("day_of_month", lambda c: c.day - 1),
    "getDate": ("day_of_month_1_based", lambda c: c.day),
    "getDayOfWeek": ("day_of_week", lambda c: c.weekday),
    "getHours": ("hours", lambda c: c.hour),
    "getMinutes": ("minutes", lambda c: c.minute),
    "getSeconds": ("seconds", lambda c: c.second),
    "getMilliseconds": ("milliseconds", lambda c: c.nanos // _MILLI),
}


def _accessor(part: Callable[[Calendar], int]) -> Callable[[Timestamp], int]:
    return lambda moment: part(clock.calendar(moment.nanos))


def _zoned(part: Callable[[Calendar], int]) -> Callable[[Timestamp, str], int]:
    return lambda moment, zone: part(clock.calendar(moment.nanos, _offset(moment, zone)))


def _timestamps() -> Iterator[Row]:
    for name, (part, read) in _PARTS.items():
        yield Row(name, f"timestamp_to_{part}", "timestamp.() -> int", _accessor(read))
        yield Row(name, f"timestamp_to_{part}_with_tz", "timestamp.(string) -> int", _zoned(read))


def _whole(unit: int) -> Callable[[Duration], int]:
    def read(value: Duration) -> int:
        count = abs(value.nanos) // unit
        return -count if value.nanos < 0 else count

    return read


ROWS = (
    *_timestamps(),
    Row("getHours", "duration_to_hours", "duration.() -> int", _whole(3600 * clock.SECOND)),
    Row("getMinutes", "duration_to_minutes", "duration.() -> int", _whole(60 * clock.SECOND)),
    Row("getSeconds", "duration_to_seconds", "duration.() -> int", _whole(clock.SECOND)),
    Row("getMilliseconds", "duration_to_milliseconds", "duration.() -> int", _whole(_MILLI)),
)
