"""The API server refuses a schedule that it cannot read; a CronJob's name has room for 52 characters only."""

import re
from collections.abc import Iterator
from typing import Final

from gitopsml.model import Resource, Violation

TITLE, SEVERITY, KINDS = "Schedule that cannot be read", "error", ["batch/CronJob"]
REMEDY = "Write five fields: minute, hour, day of month, month, day of week, such as 0 2 * * *; the time zone stands in timeZone."

_WORDS: Final = {"@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly"}
_FIELDS: Final = (("minute", 0, 59), ("hour", 0, 23), ("day of month", 1, 31), ("month", 1, 12), ("day of week", 0, 7))
_NAMES: Final = {
    "month": ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"),
    "day of week": ("sun", "mon", "tue", "wed", "thu", "fri", "sat"),
}
_PART: Final = re.compile(r"(?:[*?]|([0-9a-z]+)(?:-([0-9a-z]+))?)(?:/([0-9]+))?")


def check(cronjob: Resource) -> Iterator[Violation]:
    if len(cronjob.name) > 52:
        yield Violation("shorten the name to 52 characters: each run adds eleven", ("metadata", "name"))
    schedule = cronjob.at("spec", "schedule")
    problem = _problem(schedule) if isinstance(schedule, str) else ""
    if problem:
        yield Violation(problem, ("spec", "schedule"))


def _problem(schedule: str) -> str:
    if schedule.startswith(("TZ=", "CRON_TZ=")):
        return "move the time zone to spec.timeZone"
    if schedule in _WORDS or schedule.startswith("@every "):
        return ""
    fields = schedule.split()
    if len(fields) != len(_FIELDS):
        return f"write five fields (minute, hour, day of month, month, day of week), not {len(fields)}"
    for text, (name, low, high) in zip(fields, _FIELDS, strict=True):
        if not all(_fits(part.lower(), name, low, high) for part in text.split(",")):
            return f"the {name} {text} is not within {low} to {high}"
    return ""


def _fits(part: str, name: str, low: int, high: int) -> bool:
    match = _PART.fullmatch(part)
    if not match or match[3] == "0":
        return False
    numbers = [_number(text, name) for text in match.groups()[:2] if text]
    return all(low <= number <= high for number in numbers) and numbers == sorted(numbers)


def _number(text: str, name: str) -> int:
    names = _NAMES.get(name, ())
    if text in names:
        return names.index(text) + (name == "month")
    return int(text) if text.isdecimal() else -1
