"""Foreign text -> text that a terminal, a CI log and a JSON reader take for nothing but text (facts: hostile-input 13, 14)."""

from __future__ import annotations

import re
from typing import Final

# C0, DEL, C1; line separators; bidi and zero-width controls; tags; variation selectors of the supplement; lone surrogates
_UNSAFE: Final = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f"
    "\u3164\ufeff\uffa0\ufff0-\uffff\ud800-\udfff\U000e0000-\U000e0fff]"
)
_COMMAND: Final = re.compile(r"##(?=[A-Za-z]*\[)")  # runners look for it anywhere in a line
_SURROGATE: Final = re.compile("[\ud800-\udfff]")


def printable(text: str) -> str:
    r"""One line without control characters: each is shown as an escape (`\x1b`, `\n`, `\u202e`), `##[` as `#\x23[`."""
    return _COMMAND.sub(r"#\\x23", _UNSAFE.sub(_shown, text))


def _shown(match: re.Match[str]) -> str:
    sign = match[0]
    return _NAMED.get(sign) or (f"\\x{ord(sign):02x}" if ord(sign) < 0x100 else f"\\u{ord(sign):04x}")


_NAMED = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}


def encodable(text: str) -> str:
    """Text that UTF-8 can hold: what a file name's or a value's lone surrogates stand for is lost, and shown as U+FFFD."""
    return _SURROGATE.sub("\N{REPLACEMENT CHARACTER}", text)


def command_data(text: str) -> str:
    """The text of a workflow command, after `printable`."""
    return printable(text).replace("%", "%25")


def command_property(text: str) -> str:
    """A property of a workflow command, after `printable`."""
    return command_data(text).replace(":", "%3A").replace(",", "%2C")


def cells(text: str) -> int:
    """How many columns of a terminal a printable text takes."""
    if text.isascii():
        return len(text)
    import unicodedata

    return sum(0 if unicodedata.combining(sign) else 2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)
