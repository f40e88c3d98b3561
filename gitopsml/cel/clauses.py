"""The clauses of a format text, for the function that fills them and the validator that checks them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple


class FormatError(ValueError):
    """The template or a value does not fit; the text is the message to show."""


class Clause(NamedTuple):
    """`%.2f`: its letter and its precision."""

    letter: str
    precision: int | None


def clauses(template: str) -> Iterator[str | Clause]:
    """The literal texts and the clauses of a template, in order. Raises FormatError at the first that is wrong."""
    at = 0
    while at < len(template):
        found = template.find("%", at)
        if found < 0:
            found = len(template)
        if found > at:
            yield template[at:found]
        at = found
        if at < len(template):
            if template.startswith("%%", at):
                yield "%"
                at += 2
            else:
                at, clause = _clause(template, at + 1)
                yield clause


def _clause(template: str, at: int) -> tuple[int, Clause]:
    precision: int | None = None
    if template.startswith(".", at):
        end = at + 1
        while end < len(template) and template[end] in "0123456789":
            end += 1
        if end == len(template):
            raise FormatError("error while parsing precision: could not find end of precision specifier")
        digits = template[at + 1 : end]
        if not digits or len(digits) > 9:
            raise FormatError(f'error while parsing precision: error while converting precision to integer: "{digits}"')
        at, precision = end, int(digits)
    if at >= len(template):
        raise FormatError("unexpected end of string")
    if template[at] not in "sdfebxXo":
        raise FormatError(f'unrecognized formatting clause "{template[at]}"')
    return at + 1, Clause(template[at], precision)
