"""The text of a scalar, as kustomize compares and prints it where it needs text."""

from __future__ import annotations

from typing import Any


def text_of(value: Any) -> str:
    """`80` -> "80", `true` -> "true"; "" for null, maps and lists."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value).removesuffix(".0") if isinstance(value, float) else str(value)
    return ""
