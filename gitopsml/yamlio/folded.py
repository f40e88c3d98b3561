"""A folded scalar -> what kustomize makes of it: it writes resources out again and reads that, and its emitter errs there.

The emitter (yaml.v3) must double a line feed between two lines that folding would join. It asks whether the value's first
character is blank where it should ask about the next line's, so line feeds appear before indented lines, or vanish between lines
(measured with kustomize 5.6.0).
"""

from __future__ import annotations

import re

# such values are written in double quotes instead
_NOT_FOLDED = re.compile("[^\t\n\x20-\x7e\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd]|[ \t]\n| \\Z")
_RUNS = re.compile(r"(\n+)")
_BLANK = (" ", "\t")


def refolded(value: str) -> str:
    """The value of a `>` scalar after kustomize's way through its own output."""
    if not value or _NOT_FOLDED.search(value):
        return value
    doubles = not value.lstrip("\n").startswith(_BLANK)
    pieces = _RUNS.split(value)  # lines and runs of line feeds in turn; empty lines only at both ends
    for place in range(1, len(pieces), 2):
        before, run, after = pieces[place - 1 : place + 2]
        if before and not before.startswith(_BLANK):
            pieces[place] = _last(run, doubles) if not after else _between(run, doubles, after.startswith(_BLANK))
    return "".join(pieces)


def _last(run: str, doubles: bool) -> str:
    return run + "\n" if doubles and len(run) > 1 else run


def _between(run: str, doubles: bool, indented: bool) -> str:
    if indented:
        return run + "\n" if doubles else run
    return run if doubles else run[1:] or " "
