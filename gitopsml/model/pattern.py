"""Regular expressions of users, in RE2's syntax and linear time: the matcher of the CEL engine, for everybody else."""

from __future__ import annotations

from functools import lru_cache

from gitopsml.cel import regex
from gitopsml.cel.errors import EvaluationError


class Pattern:
    """A compiled pattern; get one from `compile`."""

    __slots__ = ("_search", "_whole")

    def __init__(self, pattern: str) -> None:
        try:
            self._search = regex.compiled(pattern)
            self._whole = regex.compiled(f"^(?:{pattern})$")
        except EvaluationError as error:
            raise ValueError(str(error)) from None

    def search(self, text: str) -> bool:
        """Whether it matches anywhere in the text."""
        return self._search.search(text)

    def fullmatch(self, text: str) -> bool:
        """Whether it matches the whole text."""
        return self._whole.search(text)


@lru_cache(maxsize=512)
def compile(pattern: str) -> Pattern:  # noqa: A001
    """A pattern, compiled once. Raises ValueError for one that RE2 does not accept."""
    return Pattern(pattern)
