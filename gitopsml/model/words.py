"""Words for messages: the nearest known name, a list of names."""

from __future__ import annotations

from collections.abc import Iterable

_SHOWN = 8


def nearest(word: str, known: Iterable[str]) -> str:
    """The known name that `word` was most likely meant to be, "" where none is near. Case, dashes, underscores do not count."""
    import difflib

    names = {_plain(name): name for name in sorted(known, reverse=True)}
    found = difflib.get_close_matches(_plain(word), names, n=1, cutoff=0.6)
    return names[found[0]] if found else ""


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A hint for an unknown name: `did you mean "x"?`, else `known: a, b, c`; "" where nothing is known."""
    names = sorted(known)
    near = nearest(word, names)
    if near:
        return f"did you mean {near!r}?"
    return f"known: {listed(names)}" if names else ""


def listed(names: Iterable[str]) -> str:
    """`a, b, c`; long lists end in `and 12 more`."""
    names = list(names)
    more = len(names) - _SHOWN
    return ", ".join(names[:_SHOWN]) + (f" and {more} more" if more > 0 else "")


def count(number: int, noun: str, plural: str = "") -> str:
    """`1 target`, `2 targets`."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def _plain(name: str) -> str:
    return name.lower().replace("-", "").replace("_", "")
