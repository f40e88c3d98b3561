"""Globs over paths: `*` and `?` within one name, `**` any folders; a pattern also covers what is below it.

No regular expressions: a pattern is hostile input, and this matcher never takes more than the product of both lengths.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence


def covers(pattern: str, path: str) -> bool:
    """Whether `pattern` names `path` or a folder above it. Both count from the root of the repository."""
    parts = [part for part in pattern.split("/") if part not in ("", ".")]
    if parts[-1:] != ["**"]:
        parts.append("**")
    return _wild(parts, path.split("/") if path not in ("", ".") else [], "**", _name)


def matches(pattern: str, path: str, *, greedy: bool = False) -> bool:
    """Whether `pattern` names exactly `path`; `greedy`: a star also crosses slashes, as in `git ls-files`."""
    if greedy:
        return _name(pattern.replace("**/", "*"), path) or _name(pattern, path)
    return _wild(pattern.split("/"), path.split("/"), "**", _name)


def is_glob(pattern: str) -> bool:
    """Whether a pattern has a wildcard."""
    return "*" in pattern or "?" in pattern


def _name(pattern: str, name: str) -> bool:
    return pattern == name or _wild(pattern, name, "*", lambda one, other: one in ("?", other))


def _wild(pattern: Sequence[str], items: Sequence[str], star: str, same: Callable[[str, str], bool]) -> bool:
    """Greedy matching that only ever goes back to the last star."""
    at = here = 0
    last, resume = -1, 0
    while here < len(items):
        if at < len(pattern) and pattern[at] == star:
            last, resume = at, here
            at += 1
        elif at < len(pattern) and same(pattern[at], items[here]):
            at += 1
            here += 1
        elif last >= 0:
            resume += 1
            at, here = last + 1, resume
        else:
            return False
    return all(part == star for part in pattern[at:])
