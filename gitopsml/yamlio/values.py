"""Plain text -> value and plain text -> key, remembered: manifests say the same words again and again."""

from __future__ import annotations

from typing import Any

from gitopsml.yamlio.document import Dialect
from gitopsml.yamlio.scalars import ScalarError, ambiguous, key_of, resolve, value_of

_MAX_REMEMBERED = 50_000
_LONGEST_REMEMBERED = 200


class Unusual(Exception):
    """The text holds something that only the composer reads."""


class Values(dict[str, Any]):
    """Plain text -> value, as the dialect types it."""

    def __init__(self, dialect: Dialect) -> None:
        self.dialect = dialect

    def __missing__(self, text: str) -> Any:
        bare = text.rstrip(" ")
        if ambiguous(bare):
            raise Unusual
        return self.remember(text, self.typed(bare))

    def typed(self, text: str) -> Any:
        try:
            return value_of(resolve(text, self.dialect))
        except ScalarError:
            raise Unusual from None

    def remember(self, text: str, value: Any) -> Any:
        if len(text) <= _LONGEST_REMEMBERED:
            if len(self) >= _MAX_REMEMBERED:
                self.clear()
            self[text] = value
        return value


class Keys(Values):
    """Plain text before a colon -> key."""

    def typed(self, text: str) -> Any:
        try:
            return key_of(resolve(text, self.dialect), self.dialect)
        except ScalarError:
            raise Unusual from None


VALUES = {dialect: Values(dialect) for dialect in Dialect}
KEYS = {dialect: Keys(dialect) for dialect in Dialect}
