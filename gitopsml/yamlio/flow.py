"""Data on one line: scalars, and collections in brackets, as any reader takes them in any place."""

from __future__ import annotations

import re
from typing import Any

from gitopsml.yamlio.style import double_quoted, one_line
from gitopsml.yamlio.write import write

_UNSAFE = re.compile(r"[,?\[\]{}:#]|\A[-&*!|>%@`]")


def flow_text(value: Any, *, quote: str = "") -> str:
    """`{a: [1, "x, y"]}`. `quote`: the quotes that a text shall have where it can."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{flow_text(key)}: {flow_text(part)}" for key, part in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(flow_text, value)) + "]"
    if not isinstance(value, str):
        return write(value).rstrip("\n")
    line = one_line(value)
    if not line or line[0] == '"' or quote == '"':
        return double_quoted(value)
    if line[0] == "'" or quote == "'" or _UNSAFE.search(value):
        return "'" + value.replace("'", "''") + "'"
    return line
