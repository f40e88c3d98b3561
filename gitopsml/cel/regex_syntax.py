"""RE2 syntax -> a tree: what Go's regexp/syntax accepts with its Perl flags, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final, NamedTuple, TypeAlias

from gitopsml.cel.regex_classes import MAX_REPEAT, MAX_RUNE, PERL, POSIX, CharSet, RegexError, bounds, folded, unicode_property

_MAX_NESTING: Final = 200


class Cat(NamedTuple):
    """One after the other."""

    parts: tuple[Tree, ...]


class Alt(NamedTuple):
    """One of them, the first that leads to a match."""

    parts: tuple[Tree, ...]


class Repeat(NamedTuple):
    """`low` to `high` times (None: any number)."""

    part: Tree
    low: int
    high: int | None
    greedy: bool


class Assert(NamedTuple):
    """A place: text-begin, text-end, line-begin, line-end, word, not-word."""

    kind: str


Tree: TypeAlias = CharSet | Cat | Alt | Repeat | Assert

_CONTROLS: Final = {"a": 7, "f": 12, "t": 9, "n": 10, "r": 13, "v": 11}
_PLACES: Final = {"A": "text-begin", "z": "text-end", "b": "word", "B": "not-word"}
_COUNT = re.compile(r"\{([0-9]+)(?:(,)([0-9]*))?\}")
_GROUP = re.compile(r"\(\?(?:P?<([A-Za-z0-9_]+)>|([imsU]*)(?:-([imsU]+))?([:)]))")
_HEX = re.compile(r"x(?:\{([0-9A-Fa-f]+)\}|([0-9A-Fa-f]{2}))")
_OCTAL = re.compile(r"(?:[1-7][0-7]{1,2}|0[0-7]{0,2})")
_PROPERTY = re.compile(r"([pP])(?:\{(\^?)([A-Za-z_]+)\}|([A-Za-z]))")
_POSIX_CLASS = re.compile(r"\[:(\^?)([a-z]+):\]")


def parse(pattern: str) -> Tree:
    """The tree of a pattern. Raises RegexError."""
    return _Parser(pattern).run()


class _Group:
    """A group that is still open: its finished alternatives, the current one, and the flags to return to."""

    def __init__(self, flags: frozenset[str]) -> None:
        self.alternatives: list[Tree] = []
        self.parts: list[Tree] = []
        self.flags = flags

    def close(self) -> Tree:
        last = _cat(self.parts)
        return Alt((*self.alternatives, last)) if self.alternatives else last


def _cat(parts: list[Tree]) -> Tree:
    return parts[0] if len(parts) == 1 else Cat(tuple(parts))


class _Parser:
    def __init__(self, pattern: str) -> None:
        self.text = pattern
        self.at = 0
        self.flags: frozenset[str] = frozenset()
        self.groups = [_Group(self.flags)]
        self.names: set[str] = set()
        self.repeated = False  # whether the last thing was a repetition, which may not be repeated again

    def run(self) -> Tree:
        while self.at < len(self.text):
            self.step(self.text[self.at])
        if len(self.groups) > 1:
            raise RegexError("missing closing )")
        return self.groups[0].close()

    def step(self, char: str) -> None:
        repeated, self.repeated = self.repeated, False
        if char in "*+?":
            self.repeat(1, {"*": (0, None), "+": (1, None), "?": (0, 1)}[char], repeated)
        elif char == "{" and (match := _COUNT.match(self.text, self.at)):
            self.repeat(len(match.group()), bounds(match), repeated)
        elif char == "(":
            self.open()
        elif char == ")":
            self.close()
        elif char == "|":
            self.at += 1
            group = self.groups[-1]
            group.alternatives.append(_cat(group.parts))
            group.parts = []
        else:
            self.atom(char)

    def add(self, tree: Tree, length: int) -> None:
        self.groups[-1].parts.append(tree)
        self.at += length

    def atom(self, char: str) -> None:
        multi = "m" in self.flags
        if char == "^":
            self.add(Assert("line-begin" if multi else "text-begin"), 1)
        elif char == "$":
            self.add(Assert("line-end" if multi else "text-end"), 1)
        elif char == ".":
            self.add(CharSet(((10, 10),) if "s" not in self.flags else (), negated=True), 1)
        elif char == "[":
            self.add(self.char_class(), 0)
        elif char == "\\":
            self.escape()
        else:
            self.add(self.literal(ord(char)), 1)

    def literal(self, code: int) -> CharSet:
        return folded(CharSet(((code, code),))) if "i" in self.flags else CharSet(((code, code),))

    # repetition

    def repeat(self, length: int, bounds: tuple[int, int | None], repeated: bool) -> None:
        parts = self.groups[-1].parts
        if not parts:
            raise RegexError("missing argument to repetition operator")
        if repeated:
            raise RegexError("invalid nested repetition operator")
        self.at += length
        lazy = self.text.startswith("?", self.at)
        self.at += lazy
        tree = Repeat(parts.pop(), *bounds, lazy == ("U" in self.flags))
        if _repetitions(tree) > MAX_REPEAT:
            raise RegexError("invalid repeat count")
        parts.append(tree)
        self.repeated = True

    # groups

    def open(self) -> None:
        if len(self.groups) > _MAX_NESTING:
            raise RegexError("expression nests too deeply")
        if not self.text.startswith("(?", self.at):
            self.at += 1
            self.groups.append(_Group(self.flags))
            return
        match = _GROUP.match(self.text, self.at)
        if match is None:
            raise RegexError("invalid or unsupported Perl syntax")
        name, on, off, end = match.groups()
        self.at = match.end()
        flags = (self.flags | set(on or "")) - set(off or "")
        if name:
            if name in self.names:
                raise RegexError("duplicate capture group name")
            self.names.add(name)
        if end == ")":
            if not on and not off:
                raise RegexError("missing argument to repetition operator")
            self.flags = flags
            return
        self.groups.append(_Group(self.flags))
        self.flags = flags

    def close(self) -> None:
        if len(self.groups) == 1:
            raise RegexError("unexpected )")
        group = self.groups.pop()
        self.flags = group.flags
        self.add(group.close(), 1)

    # escapes

    def escape(self) -> None:
        following = self.text[self.at + 1 : self.at + 2]
        if following == "Q":
            end = self.text.find("\\E", self.at)
            body = self.text[self.at + 2 : end if end >= 0 else len(self.text)]
            self.groups[-1].parts += [self.literal(ord(char)) for char in body]
            self.at += len(body) + (4 if end >= 0 else 2)
        elif following in _PLACES and following:
            self.add(Assert(_PLACES[following]), 2)
        else:
            found = self.class_escape()
            self.add(found if found is not None else self.literal(self.code_point()), 0)

    def class_escape(self) -> CharSet | None:
        r"""`\d`, `\W`, `\pL`; None for the escape of a single character."""
        following = self.text[self.at + 1 : self.at + 2]
        if following.lower() in PERL and following:
            self.at += 2
            return CharSet(PERL[following.lower()], negated=following.isupper())
        match = _PROPERTY.match(self.text, self.at + 1)
        if match is None:
            return None
        self.at = match.end()
        letter, caret, name, short = match.groups()
        found = unicode_property(name or short)
        return found._replace(negated=(letter == "P") != bool(caret))

    def code_point(self) -> int:
        r"""The code point of an escape such as `\.`, `\n`, `\x{41}`, `\012`."""
        at = self.at + 1
        char = self.text[at : at + 1]
        if not char:
            raise RegexError("trailing backslash at end of expression")
        if char in _CONTROLS:
            self.at += 2
            return _CONTROLS[char]
        hexadecimal, octal = _HEX.match(self.text, at), _OCTAL.match(self.text, at)
        match = hexadecimal or octal
        if match:
            self.at = match.end()
            code = int(match.group(), 8) if match is octal else int((hexadecimal or match).group(1) or match.group(2), 16)
            if code > MAX_RUNE:
                raise RegexError("invalid escape sequence")
            return code
        if ord(char) >= 128 or char.isalnum():
            raise RegexError(f"invalid escape sequence: `\\{char}`")
        self.at += 2
        return ord(char)

    # classes

    def char_class(self) -> CharSet:
        self.at += 1
        negated = self.text.startswith("^", self.at)
        self.at += negated
        ranges: list[tuple[int, int]] = []
        tests: list[Callable[[str], bool]] = []
        first = True
        while first or not self.text.startswith("]", self.at):
            if self.at >= len(self.text):
                raise RegexError("missing closing ]")
            first = False
            found = self.named_class()
            if found is None:
                found = CharSet((self.char_range(),))
                found = folded(found) if "i" in self.flags else found
            if found.negated:
                tests.append(found.has)
            else:
                ranges += found.ranges
                tests += found.tests
        self.at += 1
        return CharSet(tuple(ranges), tuple(tests), negated)

    def named_class(self) -> CharSet | None:
        match = _POSIX_CLASS.match(self.text, self.at)
        if match:
            if match.group(2) not in POSIX:
                raise RegexError("invalid character class range")
            self.at = match.end()
            return CharSet(POSIX[match.group(2)], negated=bool(match.group(1)))
        return self.class_escape() if self.text.startswith("\\", self.at) else None

    def char_range(self) -> tuple[int, int]:
        low = self.class_char()
        if not self.text.startswith("-", self.at) or self.text.startswith("-]", self.at) or self.at + 1 >= len(self.text):
            return low, low
        self.at += 1
        high = self.class_char()
        if high < low:
            raise RegexError("invalid character class range")
        return low, high

    def class_char(self) -> int:
        if self.at >= len(self.text):
            raise RegexError("missing closing ]")
        if self.text[self.at] == "\\":
            return self.code_point()
        self.at += 1
        return ord(self.text[self.at - 1])


def _repetitions(tree: Tree) -> int:
    """How often nested counts repeat their innermost part at most."""
    if isinstance(tree, Repeat):
        return max(1, tree.low if tree.high is None else tree.high) * _repetitions(tree.part)
    if isinstance(tree, Cat | Alt):
        return max((_repetitions(part) for part in tree.parts), default=1)
    return 1
