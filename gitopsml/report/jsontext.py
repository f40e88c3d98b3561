"""Plain data -> JSON text that is safe to print."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from gitopsml.report.escape import encodable


def dump(value: Any) -> str:
    """One line of ASCII: no control character, no bidi sign, no lone surrogate reaches a terminal or a reader."""
    return json.dumps(_encodable(value))


def comma_separated(values: Iterable[Any]) -> Iterator[str]:
    """The elements of an array, one line each."""
    pending = ""
    for value in values:
        if pending:
            yield pending + ","
        pending = f"  {dump(value)}"
    if pending:
        yield pending


def _encodable(value: Any) -> Any:
    if isinstance(value, str):
        return encodable(value)
    if isinstance(value, list):
        return [_encodable(one) for one in value]
    return {key: _encodable(one) for key, one in value.items()} if isinstance(value, dict) else value
