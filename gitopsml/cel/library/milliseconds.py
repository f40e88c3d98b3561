"""`getMilliseconds` of a duration as the specification has it: those within the second. Kubernetes gives all of them."""

from __future__ import annotations

from gitopsml.cel.clock import SECOND
from gitopsml.cel.functions import Row
from gitopsml.cel.values import Duration


def _within_the_second(value: Duration) -> int:
    rest = abs(value.nanos) % SECOND // 10**6
    return -rest if value.nanos < 0 else rest


ROWS = (Row("getMilliseconds", "duration_to_milliseconds_part", "duration.() -> int", _within_the_second),)
