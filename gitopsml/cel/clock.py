"""Durations and points in time, in nanoseconds, as text and as parts of the calendar. No clock is read here."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from gitopsml.cel.numbers import decimal

SECOND: Final = 10**9
_UNITS: Final = {"ns": 1, "us": 1000, "µs": 1000, "μs": 1000, "ms": 10**6, "s": SECOND, "m": 60 * SECOND, "h": 3600 * SECOND}
_PART = re.compile(r"([0-9]*)(?:\.([0-9]*))?(ns|us|µs|μs|ms|s|m|h)")
_TIME = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})T([0-9]{1,2}):([0-9]{2}):([0-9]{2})(?:[.,]([0-9]+))?(Z|[+-][0-9]{2}:[0-9]{2})\Z"
)
_OFFSET = re.compile(r"([+-]?)([0-9]{1,2}):([0-9]{2})\Z")


class Calendar(NamedTuple):
    """The parts of a point in time; `weekday` counts from Sunday, `day_of_year` from 0."""

    year: int
    month: int
    day: int
    hour: int
    minute: int
    second: int
    nanos: int
    weekday: int
    day_of_year: int


def parse_duration(text: str) -> int | None:
    """`1h30m`, `-1.5s` -> nanoseconds; None where it is not a duration or beyond 64 bits."""
    if len(text) > 1000:
        return None
    sign = -1 if text.startswith("-") else 1
    rest = text[1:] if text[:1] in {"-", "+"} else text
    if rest == "0":
        return 0
    total, at = 0, 0
    while match := _PART.match(rest, at):
        whole, fraction, unit = match.groups()
        if not whole and not fraction:
            return None
        total += int(whole or 0) * _UNITS[unit]
        if fraction:
            total += int(fraction) * _UNITS[unit] // 10 ** len(fraction)
        at = match.end()
    if not rest or at != len(rest) or not -(2**63) <= sign * total < 2**63:
        return None
    return sign * total


def show_duration(nanos: int) -> str:
    """`5400s`, `0.5s`: seconds, without trailing zeros, as a double has them."""
    whole, rest = divmod(abs(nanos), SECOND)
    return decimal((float(whole) + rest / 1e9) * (-1 if nanos < 0 else 1)) + "s"


def days_from_civil(year: int, month: int, day: int) -> int:
    """Days since 1970-01-01 of a day of the proleptic Gregorian calendar."""
    year -= month <= 2
    era = year // 400
    of_era = year - era * 400
    of_year = (153 * (month + (-3 if month > 2 else 9)) + 2) // 5 + day - 1
    return era * 146097 + of_era * 365 + of_era // 4 - of_era // 100 + of_year - 719468


def civil_from_days(days: int) -> tuple[int, int, int]:
    """The inverse of `days_from_civil`."""
    days += 719468
    era, of_era = divmod(days, 146097)
    year = (of_era - of_era // 1460 + of_era // 36524 - of_era // 146096) // 365
    of_year = of_era - (365 * year + year // 4 - year // 100)
    month = (5 * of_year + 2) // 153
    month_of_year = month + 3 if month < 10 else month - 9
    return year + era * 400 + (month_of_year <= 2), month_of_year, of_year - (153 * month + 2) // 5 + 1


def _month_days(year: int, month: int) -> int:
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    return 29 if month == 2 and leap else (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)[month - 1]


def parse_timestamp(text: str) -> int | None:
    """RFC 3339 -> nanoseconds since 1970; None where it is not one."""
    match = _TIME.match(text)
    if match is None:
        return None
    year, month, day, hour, minute, second = (int(part) for part in match.groups()[:6])
    if not (1 <= month <= 12 and 1 <= day <= _month_days(year, month)) or hour > 23 or minute > 59 or second > 59:
        return None
    seconds = days_from_civil(year, month, day) * 86400 + hour * 3600 + minute * 60 + second
    zone = match.group(8)
    if zone != "Z":
        offset = fixed_offset(zone)
        if offset is None:
            return None
        seconds -= offset
    return seconds * SECOND + int((match.group(7) or "0")[:9].ljust(9, "0"))


def fixed_offset(zone: str) -> int | None:
    """`+02:30`, `-08:00` or `02:00` -> seconds; None for anything else."""
    match = _OFFSET.match(zone)
    if match is None or int(match.group(2)) > 24 or int(match.group(3)) > 59:
        return None
    seconds = int(match.group(2)) * 3600 + int(match.group(3)) * 60
    return -seconds if match.group(1) == "-" else seconds


def show_timestamp(nanos: int) -> str:
    """RFC 3339 in UTC, with as many digits as are needed."""
    parts = calendar(nanos)
    fraction = f".{parts.nanos:09d}".rstrip("0") if parts.nanos else ""
    day = f"{parts.year:04d}-{parts.month:02d}-{parts.day:02d}"
    return f"{day}T{parts.hour:02d}:{parts.minute:02d}:{parts.second:02d}{fraction}Z"


def calendar(nanos: int, offset: int = 0) -> Calendar:
    """The parts of a point in time, `offset` seconds east of UTC."""
    seconds, rest = divmod(nanos, SECOND)
    days, of_day = divmod(seconds + offset, 86400)
    year, month, day = civil_from_days(days)
    return Calendar(
        year, month, day, of_day // 3600, of_day // 60 % 60, of_day % 60, rest,
        (days + 4) % 7, days - days_from_civil(year, 1, 1),
    )  # fmt: skip
