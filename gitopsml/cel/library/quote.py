"""`strings.quote`: a text as a literal."""

from __future__ import annotations

from typing import Final

from gitopsml.cel.functions import Row

_ESCAPES: Final = str.maketrans(
    {"\a": "\\a", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\v": "\\v", "\\": "\\\\", '"': '\\"'}
)


def _quote(text: str) -> str:
    return f'"{text.translate(_ESCAPES)}"'


ROWS = (Row("strings.quote", "strings_quote", "(string) -> string", _quote),)
