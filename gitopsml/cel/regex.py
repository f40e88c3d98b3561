"""The one door to regular expressions of users: RE2 syntax, linear time, no back references or looking around.

Where google-re2 is installed it does the matching; otherwise our own automaton does. What is a valid pattern is decided
here in either case.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Protocol

from gitopsml.cel.errors import EvaluationError
from gitopsml.cel.work import spend


class Pattern(Protocol):
    """A compiled pattern."""

    def search(self, text: str) -> bool:
        """Whether it matches anywhere."""

    def find(self, text: str, begin: int = 0) -> tuple[int, int] | None:
        """The first match at or after `begin`."""


class _Google:
    """google-re2 behind the same two methods."""

    def __init__(self, compiled: Any) -> None:
        self._compiled = compiled

    def search(self, text: str) -> bool:
        return self._compiled.search(text) is not None

    def find(self, text: str, begin: int = 0) -> tuple[int, int] | None:
        match = self._compiled.search(text, begin)
        return None if match is None else (match.start(), match.end())


def _google(pattern: str) -> Pattern | None:
    """The pattern as google-re2 compiles it; None where that is not installed, or finds the pattern too large."""
    try:
        import re2
    except ImportError:
        return None
    options = re2.Options()
    options.log_errors = False
    try:
        return _Google(re2.compile(pattern, options))
    except re2.error:
        return None


@lru_cache(maxsize=512)
def compiled(pattern: str) -> Pattern:
    """The pattern, compiled once. Raises EvaluationError for one that RE2 would not accept."""
    # the engine is imported when the first pattern comes: most expressions have none
    from gitopsml.cel.regex_classes import RegexError
    from gitopsml.cel.regex_match import Matcher
    from gitopsml.cel.regex_program import assemble
    from gitopsml.cel.regex_syntax import parse

    try:
        program = assemble(parse(pattern))
    except RegexError as error:
        raise EvaluationError(f"error parsing regexp: {error}") from None
    return _google(pattern) or Matcher(program)


def valid(pattern: str) -> bool:
    """Whether `pattern` is a pattern at all."""
    try:
        compiled(pattern)
    except EvaluationError:
        return False
    return True


def search(text: str, pattern: str) -> bool:
    """`text.matches(pattern)`: whether it matches anywhere."""
    return compiled(pattern).search(text)


def find(text: str, pattern: str) -> str:
    """The first match, or an empty text."""
    span = compiled(pattern).find(text)
    return text[span[0] : span[1]] if span else ""


def find_all(text: str, pattern: str, limit: int = -1) -> list[str]:
    """All matches that do not overlap, at most `limit` where that is not negative."""
    matcher = compiled(pattern)
    found: list[str] = []
    begin, last_end = 0, -1
    while begin <= len(text) and len(found) != limit:
        span = matcher.find(text, begin)
        if span is None:
            break
        start, end = span
        # an empty match right after another match does not count
        if end > start or start != last_end:
            found.append(text[start:end])
        last_end = end
        begin = end if end > start else end + 1
        spend(50)
    return found
