"""How a report is printed: colours, width, limits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

_RESET: Final = "\x1b[0m"
_CODES: Final = {
    "error": "\x1b[1;31m",
    "warning": "\x1b[1;33m",
    "info": "\x1b[1;36m",
    "ok": "\x1b[1;32m",
    "bold": "\x1b[1m",
    "faint": "\x1b[2m",
    "frame": "\x1b[34m",
}


class Style(NamedTuple):
    """`width` is how many columns a snippet may take; `explain` shows the operands of each verdict."""

    color: bool = False
    width: int = 120
    explain: bool = False
    category: str = ""  # SARIF: automationDetails.id, when several analyses of one repository are uploaded

    def paint(self, kind: str, text: str) -> str:
        """`text` in the colour of a kind, where colours are on."""
        return f"{_CODES[kind]}{text}{_RESET}" if self.color and text else text


def wants_color(environment: Mapping[str, str], *, terminal: bool) -> bool:
    """Whether to use colours: NO_COLOR and FORCE_COLOR decide, else whether the output is a terminal that has them."""
    if environment.get("NO_COLOR"):
        return False
    if environment.get("FORCE_COLOR", "0") not in ("", "0"):
        return True
    return terminal and environment.get("TERM") != "dumb"
