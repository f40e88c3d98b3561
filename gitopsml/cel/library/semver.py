"""Semantic versions 2.0, as Kubernetes compares them; the second argument allows `v1.2` and leading zeros."""

from __future__ import annotations

import re
from typing import NamedTuple

from gitopsml.cel.errors import EvaluationError
from gitopsml.cel.functions import Row

_IDENTIFIER = re.compile(r"[0-9A-Za-z-]+\Z")
_UINT_MAX = 2**64 - 1


class Semver(NamedTuple):
    """A version; `build` does not count when versions are compared."""

    major: int
    minor: int
    patch: int
    prerelease: tuple[str, ...] = ()
    build: tuple[str, ...] = ()

    @property
    def cel_type(self) -> str:
        """The type's name."""
        return "kubernetes.Semver"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Semver) and compare(self, other) == 0

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __hash__(self) -> int:
        return hash((*self[:3], self.prerelease))

    def __str__(self) -> str:
        text = f"{self.major}.{self.minor}.{self.patch}"
        text += f"-{'.'.join(self.prerelease)}" if self.prerelease else ""
        return text + (f"+{'.'.join(self.build)}" if self.build else "")


def parse(text: str) -> Semver:
    """Text -> Semver. Raises ValueError."""
    if not text:
        raise ValueError("Version string empty")
    parts = text.split(".", 2)
    if len(parts) != 3:
        raise ValueError("No Major.Minor.Patch elements found")
    patch, plus, build = parts[2].partition("+")
    patch, dash, prerelease = patch.partition("-")
    return Semver(
        _number(parts[0], "Major"),
        _number(parts[1], "Minor"),
        _number(patch, "Patch"),
        tuple(_prerelease(part) for part in prerelease.split(".")) if dash else (),
        tuple(_build(part) for part in build.split(".")) if plus else (),
    )


def _number(text: str, name: str) -> int:
    if not text.isascii() or not text.isdigit():
        if text:
            raise ValueError(f'Invalid character(s) found in {name.lower()} number "{text}"')
        raise ValueError('strconv.ParseUint: parsing "": invalid syntax')
    if len(text) > 1 and text[0] == "0":
        raise ValueError(f'{name} number must not contain leading zeroes "{text}"')
    if len(text) > 20 or int(text) > _UINT_MAX:
        raise ValueError(f'strconv.ParseUint: parsing "{text}": value out of range')
    return int(text)


def _prerelease(text: str) -> str:
    if not text:
        raise ValueError("Prerelease is empty")
    if not _IDENTIFIER.match(text):
        raise ValueError(f'Invalid character(s) found in prerelease "{text}"')
    if text.isdigit() and len(text) > 1 and text[0] == "0":
        raise ValueError(f'Numeric PreRelease version must not contain leading zeroes "{text}"')
    return text


def _build(text: str) -> str:
    if not text:
        raise ValueError("Build meta data is empty")
    if not _IDENTIFIER.match(text):
        raise ValueError(f'Invalid character(s) found in build meta data "{text}"')
    return text


def normalized(text: str) -> str:
    """`v1.02` -> `1.2.0`. Raises ValueError for a short version with a suffix."""
    parts = text.removeprefix("v").split(".", 2)
    for at, part in enumerate(parts):
        if len(part) > 1:
            bare = part.lstrip("0")
            parts[at] = bare if bare[:1].isdigit() else "0" + bare
    if len(parts) < 3:
        if "+" in parts[-1] or "-" in parts[-1]:
            raise ValueError("short version cannot contain PreRelease/Build meta data")
        parts += ["0"] * (3 - len(parts))
    return ".".join(parts)


def compare(one: Semver, other: Semver) -> int:
    """-1, 0 or 1 by the precedence rules."""
    if one[:3] != other[:3]:
        return 1 if one[:3] > other[:3] else -1
    if not one.prerelease or not other.prerelease:
        return int(not one.prerelease) - int(not other.prerelease)
    first, second = ([_rank(part) for part in version.prerelease] for version in (one, other))
    return int(first > second) - int(first < second)


def _rank(part: str) -> tuple[int, int, str]:
    """Numbers come before words and by their value."""
    return (0, int(part), "") if part.isdigit() and len(part) <= 20 else (1, 0, part)


def _of_text(text: str, normalize: bool = False) -> Semver:
    try:
        return parse(normalized(text) if normalize else text)
    except ValueError as error:
        raise EvaluationError(str(error)) from None


def _is_semver(text: str, normalize: bool = False) -> bool:
    try:
        parse(normalized(text) if normalize else text)
    except ValueError:
        return False
    return True


_S = "kubernetes.Semver"
ROWS = (
    Row("semver", "string_to_semver", f"(string) -> {_S}", _of_text),
    Row("semver", "string_bool_to_semver", f"(string, bool) -> {_S}", _of_text),
    Row("isSemver", "is_semver_string", "(string) -> bool", _is_semver),
    Row("isSemver", "is_semver_string_bool", "(string, bool) -> bool", _is_semver),
    Row("isGreaterThan", "semver_is_greater_than", f"{_S}.({_S}) -> bool", lambda a, b: compare(a, b) > 0),
    Row("isLessThan", "semver_is_less_than", f"{_S}.({_S}) -> bool", lambda a, b: compare(a, b) < 0),
    Row("compareTo", "semver_compare_to", f"{_S}.({_S}) -> int", compare),
    Row("major", "semver_major", f"{_S}.() -> int", lambda version: version.major),
    Row("minor", "semver_minor", f"{_S}.() -> int", lambda version: version.minor),
    Row("patch", "semver_patch", f"{_S}.() -> int", lambda version: version.patch),
)
