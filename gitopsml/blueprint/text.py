"""A scalar of a template -> its pieces: literal text and `${expression}`."""

from __future__ import annotations

from typing import NamedTuple


class Hole(NamedTuple):
    """The text between `${` and `}`."""

    expression: str


Pieces = tuple[str | Hole, ...]


def split(text: str) -> Pieces:
    """`a ${b} c` -> ("a ", Hole("b"), " c"); `$${` is the text `${`. Raises ValueError where a `${` has no end."""
    pieces: list[str | Hole] = []
    literal = ""
    place = 0
    while (start := text.find("${", place)) >= 0:
        if start > place and text[start - 1] == "$":
            literal += text[place : start - 1] + "${"
            place = start + 2
            continue
        literal += text[place:start]
        end = _end(text, start + 2)
        pieces += [literal, Hole(text[start + 2 : end].strip())] if literal else [Hole(text[start + 2 : end].strip())]
        literal, place = "", end + 1
    literal += text[place:]
    return (*pieces, literal) if literal or not pieces else tuple(pieces)


def _end(text: str, start: int) -> int:
    """The place of the `}` that closes the hole: braces of maps are counted, those in quoted text are not."""
    depth, place = 0, start
    while place < len(text):
        char = text[place]
        if char in "\"'":
            place = _end_of_quote(text, place)
        elif char == "{":
            depth += 1
        elif char == "}":
            if depth == 0:
                return place
            depth -= 1
        place += 1
    raise ValueError("a ${ has no closing }")


def _end_of_quote(text: str, start: int) -> int:
    quote = text[start]
    place = start + 1
    while place < len(text) and text[place] != quote:
        place += 2 if text[place] == "\\" else 1
    return place
