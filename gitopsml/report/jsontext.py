"""Plain data -> JSON text that is safe to print."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any, Final

from gitopsml.report.escape import encodable

_DOUBLED: Final = re.compile("#(?=#)")  # a number sign stands in strings only


def dump(value: Any) -> str:
    """One line of ASCII: no control character, no bidi sign, no lone surrogate reaches a terminal or a reader.

    `##[` is written with an escape: CI runners obey it anywhere in a line of their log.
    """
    return _DOUBLED.sub(r"\\u0023", json.dumps(_encodable(value)))


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
