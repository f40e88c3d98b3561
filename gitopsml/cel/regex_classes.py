"""The parts of a pattern: sets of characters (ranges, Perl's, POSIX's and Unicode's classes) and counts."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from typing import Final, NamedTuple

MAX_RUNE: Final = 0x10FFFF
MAX_REPEAT: Final = 1000


class RegexError(ValueError):
    """The pattern is not one."""


class CharSet(NamedTuple):
    """Characters: ranges of code points and tests, or everything but those."""

    ranges: tuple[tuple[int, int], ...]
    tests: tuple[Callable[[str], bool], ...] = ()
    negated: bool = False

    def has(self, char: str) -> bool:
        """Whether `char` is one of them."""
        code = ord(char)
        inside = any(low <= code <= high for low, high in self.ranges) or any(test(char) for test in self.tests)
        return inside != self.negated


_DIGITS = ((48, 57),)
_WORDS = ((48, 57), (65, 90), (95, 95), (97, 122))
_SPACES = ((9, 10), (12, 13), (32, 32))
PERL: Final = {"d": _DIGITS, "w": _WORDS, "s": _SPACES}
POSIX: Final = {
    "alnum": ((48, 57), (65, 90), (97, 122)), "alpha": ((65, 90), (97, 122)), "ascii": ((0, 127),), "blank": ((9, 9), (32, 32)),
    "cntrl": ((0, 31), (127, 127)), "digit": _DIGITS, "graph": ((33, 126),), "lower": ((97, 122),), "print": ((32, 126),),
    "punct": ((33, 47), (58, 64), (91, 96), (123, 126)), "space": ((9, 13), (32, 32)), "upper": ((65, 90),), "word": _WORDS,
    "xdigit": ((48, 57), (65, 70), (97, 102)),
}  # fmt: skip
_CATEGORIES: Final = frozenset(
    {
        "L", "Lu", "Ll", "Lt", "Lm", "Lo", "M", "Mn", "Mc", "Me", "N", "Nd", "Nl", "No", "P", "Pc", "Pd", "Ps", "Pe", "Pi",
        "Pf", "Po", "S", "Sm", "Sc", "Sk", "So", "Z", "Zs", "Zl", "Zp", "C", "Cc", "Cf", "Cs", "Co",
    }
)  # fmt: skip


def folded(chars: CharSet) -> CharSet:
    """The same characters in both cases."""
    more = list(chars.ranges)
    for low, high in chars.ranges:
        for char in map(chr, range(low, min(high, low + 2000) + 1)):
            others = {char.lower(), char.upper(), *_MORE_CASES.get(char.lower(), ())}
            more += [(ord(other), ord(other)) for other in sorted(others) if len(other) == 1]
    return chars._replace(ranges=tuple(dict.fromkeys(more)))


_MORE_CASES: Final = {"k": ("\u212a",), "s": ("\u017f",), "å": ("\u212b",)}


def unicode_property(name: str) -> CharSet:
    """`L`, `Lu`, or a script by the first word of its characters' names."""
    if name == "Any":
        return CharSet(((0, MAX_RUNE),))
    if name in _CATEGORIES:
        return CharSet((), (lambda char: unicodedata.category(char).startswith(name),))
    if len(name) < 3 or not name[0].isupper():
        raise RegexError(f"invalid character class range: `\\p{{{name}}}`")
    first = {"Han": "CJK UNIFIED IDEOGRAPH"}.get(name, name.upper().replace("_", " "))
    return CharSet((), (lambda char: unicodedata.name(char, "").startswith(first),))


def bounds(match: re.Match[str]) -> tuple[int, int | None]:
    """The counts of `{2}`, `{2,}`, `{2,5}`. Raises RegexError."""
    low_text, comma, high_text = match.groups()
    if len(low_text) > 5 or len(high_text or "") > 5:
        raise RegexError("invalid repeat count")
    low = int(low_text)
    high = low if not comma else int(high_text) if high_text else None
    if low > MAX_REPEAT or (high is not None and (high > MAX_REPEAT or low > high)):
        raise RegexError("invalid repeat count")
    return low, high
